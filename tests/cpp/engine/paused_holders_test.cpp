// Processes that hold a lease or own a conversation, stand still for too long while clocks jump by an hour, and go on after
// another took over: nothing they then write counts. The control leaves the protection out, and their writes get through.

#include "paused_store.h"
#include "sender_world.h"

#include "../support/from_environment.h"
#include "../support/postgres_server.h"
#include "../support/temporary_folder.h"

#include <random>

namespace lampjack::test {
namespace {

using support::ForkedProcess;

constexpr Millis kHour = 3'600'000;
constexpr Millis kPastLeases = 301'000;  // of deliveries 60 s, of items 300 s

/// Rounds for each store; more for a long run.
int rounds() { return support::from_environment("LJK_PAUSES", 50); }

/// Where the holder stands still.
enum class Pause { before_call, before_record, as_owner, with_item };
constexpr int kPauses = 4;
constexpr int kRoundsOfAStore = 48;

/// What a holder says at its end.
constexpr int kRefused = 0, kAccepted = 1, kOdd = 2;

/// No timer of a conversation comes into play here: leases and epochs alone protect it.
std::string patient_account() {
    constexpr const char* kYear = "31536000000";
    std::string settings;
    for (const char* timer : {"t_accept", "t_first", "t_idle_agent", "t_idle_user"})
        settings.append(",\"").append(timer).append("\":").append(kYear);
    return SenderWorld::account("shop", settings);
}

struct Place {
    const char* name;
    bool needs_server;
};
void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }

class PausedHolders : public ::testing::TestWithParam<Place> {
protected:
    void SetUp() override {
        const auto why = support::PostgresServer::why_not();
        if (GetParam().needs_server && !why.empty()) GTEST_SKIP() << why;
        start_anew();
    }
    /// With an empty store: after months of clocks that jump, calls of earlier rounds are due among those of this one.
    void start_anew() {
        world_.reset();
        if (GetParam().needs_server) {
            auto& server = support::PostgresServer::shared();
            url_ = server.url(server.make_database());
        } else {
            folder_ = std::make_unique<Folder>(Folder::in_memory());
            url_ = "sqlite:" + folder_->path("shared.db");
        }
        world_ = std::make_unique<SenderWorld>(patient_account(), "", open());
        ASSERT_TRUE(world_->hub().subscribe("desk", "{}"));
    }
    std::shared_ptr<store::Store> open() const {
        auto opened = store::open(url_);
        return opened ? std::shared_ptr<store::Store>(std::move(*opened)) : nullptr;
    }

    /// One round: a reply waits to be sent, a holder stands still, another takes over, the holder goes on. Whether
    /// anything the holder did after that counts.
    bool accepts_stale_writes(int round, bool is_protected) {
        std::mt19937 random(static_cast<unsigned>(round));
        const auto jump = [&] { return (static_cast<Millis>(random() % 3) - 1) * kHour; };
        const auto pause = static_cast<Pause>(round % kPauses);
        const std::string session = "s-" + std::to_string(round);
        world_->offload(session);
        const std::string id = world_->reply(session, "first");
        // Whose clock is behind finds nothing that is due.
        const Millis ahead = pause == Pause::as_owner ? jump() : std::max<Millis>(jump(), 0);
        const Millis later = jump();
        const bool by_force = random() % 2 == 0;
        ForkedProcess holder(
            [&] { return hold(pause, session, is_protected, by_force, ahead, later); });
        if (!holder.wait_until_paused()) {
            ADD_FAILURE() << "the holder held nothing in round " << round;
            return false;
        }
        take_over(pause, session, by_force, ahead + kPastLeases);
        holder.go_on();
        const int said = holder.wait();
        EXPECT_NE(said, kOdd);
        const bool broken = said == kAccepted || overwritten(pause, session, id, by_force);
        world_->clock->advance(jump());
        rest();
        return broken;
    }

private:
    // ---- in the process of the holder

    int hold(Pause pause, const std::string& session, bool is_protected, bool by_force,
             Millis ahead, Millis later) {
        const auto store = std::make_shared<PausedStore>(open(), is_protected);
        SenderWorld own(patient_account(), "", store);
        own.clock->set(world_->clock->now() + ahead);
        own.seed = 1000 * std::stoull(session.substr(2)) + 1000;  // else its ids were given before
        own.restart();
        const auto stand_still = [&] {
            ForkedProcess::pause_here();
            own.clock->advance(later);
        };
        switch (pause) {
            case Pause::before_call:
                store->pauses_after_lease = true;
                own.hub().step();
                // While the owner is the same, the words may leave twice: once here, once from who leased them next.
                return finish_call(own, !by_force || own.http().count() == 0);
            case Pause::before_record:
                own.hub().step();
                if (own.http().count() != 1) return kOdd;
                own.http().answer(1, 400);
                own.http().deliver();
                stand_still();
                return finish_call(own, true);
            case Pause::as_owner: return speak_as_owner(own, session, stand_still);
            case Pause::with_item: return finish_item(own, stand_still);
        }
        return kOdd;
    }
    /// What became of the call is written down, or is not. Nothing may leave for an owner who is gone.
    static int finish_call(SenderWorld& own, bool is_silent) {
        for (const auto id : own.http().in_flight()) own.http().answer(id, 400);
        own.http().deliver();
        for (int looks = 0; looks < 3; ++looks) own.hub().step();
        return is_silent ? kRefused : kAccepted;
    }
    static int speak_as_owner(SenderWorld& own, const std::string& session,
                              const std::function<void()>& stand_still) {
        const auto seen = SenderWorld::object(own.hub().conversation(SenderWorld::ref(session)));
        engine::CommandRequest reply;
        reply.name = "reply";
        reply.agent = "dana";
        reply.epoch = static_cast<std::uint64_t>(json::integer_of(seen, "epoch", 0));
        const std::string words = SenderWorld::text("too late");
        reply.content = words;
        stand_still();
        const auto result = own.hub().command(SenderWorld::ref(session), reply);
        if (result.error.code == Code::stale_owner) return kRefused;
        return result.error.code == Code::ok ? kAccepted : kOdd;
    }
    static int finish_item(SenderWorld& own, const std::function<void()>& stand_still) {
        const auto item = own.hub().next("desk", std::chrono::milliseconds(0));
        if (!item) return kOdd;
        stand_still();
        const auto done = own.hub().done(**item, true);
        if (done) return kAccepted;
        return done.error().code == Code::lease_lost ? kRefused : kOdd;
    }

    // ---- in this process

    void take_over(Pause pause, const std::string& session, bool by_force, Millis past_leases) {
        if (pause == Pause::as_owner || (pause == Pause::before_call && by_force)) {
            const auto taken = world_->command("take", session, "", "lee", "shop", true);
            EXPECT_EQ(taken.error.code, Code::ok) << taken.error.message;
            return;
        }
        world_->clock->advance(past_leases);
        if (pause == Pause::with_item) return finish_items();
        EXPECT_EQ(world_->answer_all(200), 1U) << "the lease is over";
    }
    void finish_items() {
        for (;;) {
            const auto item = world_->hub().next("desk", std::chrono::milliseconds(0));
            if (!item) return;
            EXPECT_TRUE(world_->hub().done(**item, true));
        }
    }
    bool overwritten(Pause pause, const std::string& session, const std::string& id,
                     bool by_force) {
        const auto conversation =
            SenderWorld::object(world_->hub().conversation(SenderWorld::ref(session)));
        const auto* owner = conversation.if_contains("owner");
        const std::string text = owner != nullptr ? json::to_text(*owner) : std::string{};
        const std::string status = world_->status(id);
        if (pause == Pause::as_owner) return text.find("lee") == std::string::npos;
        if (pause == Pause::before_call && by_force)
            return text.find("lee") == std::string::npos || status != "refused";
        if (pause == Pause::with_item) return false;
        return status != "sent" || world_->told(session, id) != "sent ";
    }
    /// Nothing is left for the next round to stumble over.
    void rest() {
        world_->clock->advance(2 * kHour);
        while (world_->answer_all(200) != 0) {}
        finish_items();
    }

    using Folder = lampjack::testing::TemporaryFolder;
    std::unique_ptr<Folder> folder_;
    std::string url_;
    std::unique_ptr<SenderWorld> world_;
};

INSTANTIATE_TEST_SUITE_P(Stores, PausedHolders,
                         ::testing::Values(Place{"sqlite", false}, Place{"postgresql", true}),
                         ::testing::PrintToStringParamName());

TEST_P(PausedHolders, write_nothing_after_another_took_over) {
    int stale = 0;
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        if (round % kRoundsOfAStore == 0) start_anew();
        stale += accepts_stale_writes(round, true);
    }
    EXPECT_EQ(stale, 0);
    RecordProperty("rounds", rounds());
}

TEST_P(PausedHolders, control_without_epochs_and_tokens_their_writes_get_through) {
    for (const Pause pause :
         {Pause::before_call, Pause::before_record, Pause::as_owner, Pause::with_item}) {
        int stale = 0;
        for (int round = 0; round < 4; ++round)
            stale += accepts_stale_writes(round * kPauses + static_cast<int>(pause), false);
        EXPECT_GT(stale, 0) << "pause " << static_cast<int>(pause);
    }
}

}  // namespace
}  // namespace lampjack::test
