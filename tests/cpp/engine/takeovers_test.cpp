// G5: sixteen agents on two processes take conversations from each other at the same time, some by force: each epoch has one
// owner, none is left out, and who is refused is told who owns. The control decides on a state it saw before.
#include "kept_store.h"
#include "sender_world.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "../support/from_environment.h"

#include <atomic>
#include <cstdlib>
#include <set>
#include <thread>

namespace lampjack::test {
namespace {

constexpr int kAgents = 16;

/// How often somebody tries; more for a long run.
int attempts() { return support::from_environment("LJK_TAKES", 1500); }

/// A store whose lock gives the state that was seen first: nobody compares with what others did meanwhile.
class Stale final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<Tx>(std::move(begun), *this));
    }
    bool remembers = false;

private:
    class Tx final : public support::ForwardTx {
    public:
        Tx(std::unique_ptr<store::Tx> to, Stale& store) : ForwardTx(std::move(to)), store_(store) {}
        Result<bool> lock(const Key& key, store::ConversationRow& out) override {
            LJK_TRY(exists, ForwardTx::lock(key, out));
            const std::lock_guard guard(store_.mutex_);
            if (store_.remembers)
                out.state = store_.first_.try_emplace(key, out.state).first->second;
            return exists;
        }

    private:
        Stale& store_;
    };
    std::mutex mutex_;
    std::map<Key, conversation::Conversation> first_;
};

class Takeovers : public OnEveryStore {
protected:
    static std::string agent(int number) { return "agent-" + std::to_string(number); }

    /// All agents try on all conversations until so many tries were made.
    void compete(int conversations, int tries, bool is_protected) {
        for (auto& store : stores_) store = std::make_shared<Stale>(kept_.open());
        for (std::size_t i = 0; i < worlds_.size(); ++i) {
            worlds_[i] =
                std::make_unique<SenderWorld>(SenderWorld::account("shop"), "", stores_[i]);
            worlds_[i]->seed = 1000 * (i + 1);
            worlds_[i]->restart();
        }
        for (int i = 0; i < conversations; ++i) worlds_[0]->offload("s-" + std::to_string(i));
        for (auto& store : stores_) store->remembers = !is_protected;
        std::atomic<int> left{tries};
        std::vector<std::thread> agents;
        for (int number = 0; number < kAgents; ++number)
            agents.emplace_back([&, number] {
                SeededRandom random(static_cast<std::uint64_t>(number) + 1);
                SenderWorld& world = *worlds_[static_cast<std::size_t>(number) % worlds_.size()];
                while (left-- > 0) {
                    const auto bits = random.next();
                    const auto which = (bits >> 1) % static_cast<std::uint64_t>(conversations);
                    // Any agent at each try: who meets whom is not left to how long a thread runs at a stretch.
                    const auto who = static_cast<int>((bits >> 32) % kAgents);
                    take(world, "s-" + std::to_string(which), agent(who), bits % 2 == 0);
                }
            });
        for (std::thread& one : agents) one.join();
    }

    std::array<std::shared_ptr<Stale>, 2> stores_;
    std::array<std::unique_ptr<SenderWorld>, 2> worlds_;
    std::map<std::string, std::map<std::uint64_t, std::set<std::string>>> won_;  ///< by epoch
    int refused_ = 0, untold_ = 0, odd_ = 0;

private:
    void take(SenderWorld& world, const std::string& session, const std::string& name,
              bool by_force) {
        const std::string ref = SenderWorld::ref(session);
        engine::CommandRequest request;
        request.name = "take";
        request.agent = name;
        request.force = by_force;
        const auto result = world.hub().command(ref, request);
        const std::lock_guard lock(mutex_);
        if (result.error.code == Code::ok) {
            won_[session][result.epoch].insert(name);
        } else if (result.error.code == Code::not_owner) {
            ++refused_;
            untold_ += result.owner != "agent" || result.owner_agent.empty() || result.epoch < 2;
        } else {
            ++odd_;
            ADD_FAILURE() << result.error.message;
        }
    }
    std::mutex mutex_;
};
LJK_ON_EVERY_STORE(Takeovers);

TEST_P(Takeovers, each_epoch_has_one_owner_and_none_is_left_out) {
    compete(20, attempts(), true);
    std::size_t won = 0;
    for (const auto& [session, epochs] : won_) {
        won += epochs.size();
        std::uint64_t expected = epochs.begin()->first;
        EXPECT_EQ(expected, 2U) << "the first who takes it";
        for (const auto& [epoch, owners] : epochs) {
            EXPECT_EQ(owners.size(), 1U) << session << " has two owners in epoch " << epoch;
            EXPECT_EQ(epoch, expected++) << session;
        }
        const auto now =
            SenderWorld::object(worlds_[0]->hub().conversation(SenderWorld::ref(session)));
        EXPECT_EQ(json::integer_of(now, "epoch", 0),
                  static_cast<std::int64_t>(epochs.rbegin()->first));
        EXPECT_EQ(json::text_of(now.at("owner").as_object(), "agent"),
                  *epochs.rbegin()->second.begin());
    }
    EXPECT_EQ(won_.size(), 20U);
    EXPECT_GT(refused_, attempts() / 10) << "who has no right to it is refused";
    EXPECT_EQ(untold_, 0) << "a refusal names owner and epoch";
    EXPECT_EQ(odd_, 0);
    std::printf("%d tries, %zu taken over, %d refused\n", attempts(), won, refused_);
}

TEST_P(Takeovers, control_without_a_look_under_the_lock_an_epoch_has_several_owners) {
    compete(2, 300, false);
    std::size_t shared = 0;
    for (const auto& [session, epochs] : won_)
        for (const auto& [epoch, owners] : epochs) shared += owners.size() > 1 ? 1U : 0U;
    EXPECT_GT(shared, 0U);
}

}  // namespace
}  // namespace lampjack::test
