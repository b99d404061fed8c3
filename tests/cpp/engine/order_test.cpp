// G7: many conversations, requests that fail, senders that die between sending and recording.
#include "kept_store.h"
#include "sender_world.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "../support/from_environment.h"
#include "../support/loopback_server.h"
#include "transport/curl_client.h"

#include <mutex>
#include <thread>

namespace lampjack::test {
namespace {

/// What the platform saw of each conversation, and what it took.
struct Ledger {
    std::map<std::string, int> newest;          ///< by conversation: the newest message that came
    std::map<std::string, std::string> key_of;  ///< by message: the id it came with
    std::map<std::string, int> taken;           ///< by message: how often it had its effect
    int violations = 0;
    int foreign_keys = 0;

    /// The name of the message, "s-12 m3".
    static std::string name_of(const std::string& url, const std::string& body) {
        const auto session = url.find("/conversations/") + 15;
        const auto mark = body.find("#m") + 2;
        return url.substr(session, url.find('/', session) - session) + " m" +
               body.substr(mark, body.find('#', mark) - mark);
    }
    void came(const std::string& name, std::string_view key) {
        const std::string session = name.substr(0, name.find(' '));
        const int number = std::stoi(name.substr(name.find('m') + 1));
        int& last = newest[session];
        if (number < last || number > last + 1) ++violations;
        last = number;
        const auto [found, fresh] = key_of.emplace(name, key);
        if (found->second != key || key.empty()) ++foreign_keys;
    }
    int duplicates() const {
        int count = 0;
        for (const auto& [name, times] : taken) count += times - 1;
        return count;
    }
};

std::string words_of(int number) { return "hello #m" + std::to_string(number) + "#"; }

void queue(SenderWorld& world, int conversations, int each) {
    for (int c = 0; c < conversations; ++c) world.offload("s-" + std::to_string(c));
    for (int m = 1; m <= each; ++m)
        for (int c = 0; c < conversations; ++c) world.reply("s-" + std::to_string(c), words_of(m));
}

constexpr int kEach = 10;

/// More for a long run. A durable store takes longer.
int conversations(Kind kind) {
    return support::from_environment("LJK_ORDER_CONVERSATIONS", kind == Kind::memory ? 500 : 100);
}

/// A store on which a message that could not be sent goes to the end of its queue, as in many a service.
class Requeuing final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<Tx>(std::move(begun)));
    }

private:
    class Tx final : public support::ForwardTx {
    public:
        using ForwardTx::ForwardTx;
        Result<void> record(const Key& key, const store::OutboxRow& row,
                            std::uint64_t token) override {
            const bool failed = row.status == store::DeliveryStatus::pending && row.attempts > 0;
            if (!failed) return ForwardTx::record(key, row, token);
            store::OutboxRow done = row, again = row;
            done.status = store::DeliveryStatus::sent;
            LJK_CHECK(ForwardTx::record(key, done, token));
            again.oseq += 1'000'000;
            again.id = "again-" + row.id;
            return ForwardTx::enqueue(key, again);
        }
    };
};

class Order : public OnEveryStore {
protected:
    /// All messages wait; then requests fail and senders die until all have been taken.
    void run(std::size_t wanted, bool requeues) {
        SenderWorld world(SenderWorld::account("shop"), "", open(requeues));
        queue(world, static_cast<int>(wanted), kEach);
        all_ = wanted * kEach;
        SeededRandom chance(3);
        for (std::size_t round = 0; ledger_.taken.size() < all_ && round < 4 * all_; ++round) {
            world.hub().step();
            const auto ids = world.http().in_flight();
            if (ids.empty()) world.clock->advance(1'000);
            const bool dies = !ids.empty() && chance.next() % 12 == 0;
            for (const auto id : ids) answer(world, id, chance, dies);
            if (!dies) {
                world.http().deliver();
                continue;
            }
            ++kills_;
            world.kill();
            world.store = open(requeues);
            world.restart();
            world.clock->advance(20'000);
        }
        world.hub().step();
        dead_letters_ = world.dead_letters().size();
    }

    Ledger ledger_;
    std::size_t all_ = 0, dead_letters_ = 0;
    int lost_ = 0, kills_ = 0, failures_ = 0;

private:
    std::shared_ptr<store::Store> open(bool requeues) {
        auto store = kept_.open();
        if (!requeues) return store;
        return std::make_shared<Requeuing>(std::move(store));
    }
    /// One request in ten fails; of the others the answer is lost when the sender is about to die.
    void answer(SenderWorld& world, transport::CallId id, Random& chance, bool dies) {
        const auto request = world.http().call(id).request;
        const std::string name = Ledger::name_of(request.url, request.body);
        const auto kind = chance.next() % 30;
        if (kind == 0) {
            ++failures_;
            world.http().fail_with(id, transport::FailureKind::connect);
            return;
        }
        ledger_.came(name, model::header(request.headers, "idempotency-key"));
        if (kind < 3) {
            ++failures_;
            world.http().answer(id, kind == 1 ? 503 : 429, "{}");
            return;
        }
        ++ledger_.taken[name];
        if (dies) ++lost_;
        world.http().answer(id, 200, "{}");
    }
};
LJK_ON_EVERY_STORE(Order);

TEST_P(Order, is_kept_in_each_conversation_whatever_fails_and_whoever_dies) {
    run(static_cast<std::size_t>(conversations(GetParam())), false);
    EXPECT_EQ(ledger_.taken.size(), all_) << "nothing is lost";
    EXPECT_EQ(ledger_.violations, 0);
    EXPECT_EQ(ledger_.foreign_keys, 0) << "what comes twice comes with the same id";
    EXPECT_LE(ledger_.duplicates(), lost_) << "only what was sent and not recorded comes twice";
    EXPECT_GT(ledger_.duplicates(), 0) << "no sender died at the wrong moment";
    EXPECT_GT(kills_, 5);
    EXPECT_GT(failures_, static_cast<int>(all_ / 20));
    EXPECT_EQ(dead_letters_, 0U);
    std::printf("%zu messages, %d failures, %d senders died\n", all_, failures_, kills_);
}

TEST_P(Order, control_what_is_queued_again_behind_the_others_comes_in_another_order) {
    run(20, true);
    EXPECT_GT(ledger_.violations, 0);
}

/// The same in small over real sockets: curl, connections that are kept or reset, a sender dropped in the middle.
TEST(OrderOverSockets, is_kept) {
    constexpr int kConversations = 20, kFew = 6;
    Ledger ledger;
    std::mutex mutex;
    SeededRandom chance(5);
    int lost_answers = 0;
    support::LoopbackServer server([&](const support::Received& request) {
        const std::lock_guard lock(mutex);
        const std::string name = Ledger::name_of(request.target, request.body);
        ledger.came(name, model::header(request.headers, "idempotency-key"));
        const auto dice = chance.next() % 10;
        if (dice == 0) return support::Reaction{{support::reply(503)}};
        ++ledger.taken[name];
        if (dice != 1) return support::Reaction{{support::reply(200)}};
        ++lost_answers;
        return support::Reaction{{}, support::Reaction::End::reset};
    });
    const auto clock = std::make_shared<ManualClock>(SenderWorld::kBegin);
    const auto store = std::make_shared<store::MemoryStore>();
    std::unique_ptr<SenderWorld> maker =
        std::make_unique<SenderWorld>(SenderWorld::account("shop", {}, server.url("")),
                                      R"("allow_networks":["127.0.0.0/8"],)"
                                      R"("breaker_failures":1000,"retry_percent":1000,)",
                                      store);
    maker->clock->set(clock->now());
    queue(*maker, kConversations, kFew);
    constexpr std::size_t kAll = std::size_t{kConversations} * kFew;
    const auto all_taken = [&] {
        const std::lock_guard lock(mutex);
        return ledger.taken.size() == kAll;
    };
    int kills = 0;
    std::uint64_t seed = 100;
    for (int life = 0; life < 30 && !all_taken(); ++life) {
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(++seed);
        world.store = store;
        world.http = *transport::CurlClient::make({});
        auto hub = engine::Hub::open(maker->config, engine::run_nothing, world);
        ASSERT_TRUE(hub) << hub.error().message;
        clock->advance(61'000);  // the leases of the life before are over
        for (int look = 0; look < 40 && !all_taken(); ++look) {
            (*hub)->step();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            clock->advance(500);
        }
        hub->reset();
        world.http->close();
        ++kills;
    }
    const std::lock_guard lock(mutex);
    EXPECT_EQ(ledger.taken.size(), kAll);
    EXPECT_EQ(ledger.violations, 0);
    EXPECT_EQ(ledger.foreign_keys, 0);
    EXPECT_LE(ledger.duplicates(), lost_answers + kills * 16);
    EXPECT_GT(kills, 0);
}

}  // namespace
}  // namespace lampjack::test
