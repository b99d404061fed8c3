// Memory runs out while a subscriber gets an item and finishes it, and while a timer fires: every item is handed out, none of
// those that were finished comes again, and what the timer ends is ended once.

#include "memory/desk.h"

#include <array>
#include <chrono>

namespace lampjack::testing {
namespace {

using std::chrono::milliseconds;

class Handling final : public Desk {
public:
    /// The control forgets what was handled.
    Handling(const std::string& store, bool forgets) : Desk(store), forgets_(forgets) {
        subscription_ = "desk of " + session();
        filter_ = R"({"accounts":["shop"]})";
        EXPECT_TRUE(world_.hub().subscribe(subscription_, filter_));
        // What other conversations left in the store is not looked at.
        while (const auto item = world_.hub().next(subscription_, milliseconds(0))) {
            if ((*item)->lease.ref == ref_) {
                first_ = *item;
                break;
            }
            EXPECT_TRUE(world_.hub().done(**item, true));
        }
        EXPECT_TRUE(first_ && world_.hub().done(*first_, true));
    }

    bool attempt() override {
        return succeeds([&] {
            const auto item = world_.hub().next(subscription_, milliseconds(0));
            if (!item) return false;
            note(**item);
            const auto done = world_.hub().done(**item, true);
            is_done_ = done.has_value();
            return is_done_;
        });
    }
    std::string judge(bool) override {
        const std::uint64_t finished = is_done_ && !forgets_ ? seen_[count_ - 1] : 1;
        world_.clock->advance(400'000);  // longer than an item's lease
        std::uint64_t expected = finished + 1;
        while (const auto item = world_.hub().next(subscription_, milliseconds(0))) {
            if ((*item)->lease.ref == ref_ && (*item)->lease.item.seq != expected++)
                return "an item was left out or came again";
            if (!world_.hub().done(**item, true)) return "an item cannot be finished";
        }
        if (expected - 1 != newest()) return "an item never came";
        return world_.hub().dead_items(subscription_, 10).value() == "[]" ? "" : "an item died";
    }

private:
    void note(const engine::Item& item) noexcept {
        if (count_ < seen_.size()) seen_[count_++] = item.lease.item.seq;
    }
    std::uint64_t newest() const {
        const auto log = json::parse_value(*world_.hub().transcript(ref(), 0, 100), "transcript");
        return log->as_array().size();
    }
    bool forgets_;
    std::string subscription_, filter_;
    std::shared_ptr<engine::Item> first_;
    std::array<std::uint64_t, 8> seen_{};
    std::size_t count_ = 0;
    bool is_done_ = false;
};

/// Nobody takes what was asked for.
class Firing final : public Desk {
public:
    Firing(const std::string& store, bool waits_too_short) : Desk(store) {
        waiting_ = "w-" + session();
        world_.answer_all(200);
        world_.offload(waiting_);
        world_.clock->advance(waits_too_short ? 1'000 : 4 * 60'000);
    }
    bool attempt() override {
        return succeeds([&] {
            world_.hub().step();
            return true;
        });
    }
    std::string judge(bool) override {
        for (int round = 0; round < 3; ++round) world_.answer_all(200);
        const std::string log = *world_.hub().transcript(SenderWorld::ref(waiting_), 0, 100);
        std::size_t ended = 0;
        for (auto at = log.find("handover_ended"); at != log.npos;
             at = log.find("handover_ended", at + 1))
            ++ended;
        if (ended != 1) return "the request did not end once";
        return world_.state(waiting_) == "bot" ? "" : "the bot is not back";
    }

private:
    std::string waiting_;
};

using Upkeep = OnEveryStoreOutOfMemory;
TEST_F(Upkeep, while_a_subscriber_handles_an_item) { expect_no_harm<Handling>(); }
TEST_F(Upkeep, while_a_timer_fires) { expect_no_harm<Firing>(); }

using UpkeepPostgres = OnEveryStoreOutOfMemory;
TEST_F(UpkeepPostgres, while_a_subscriber_handles_an_item) {
    expect_no_harm_on_postgresql<Handling>();
}
TEST_F(UpkeepPostgres, while_a_timer_fires) { expect_no_harm_on_postgresql<Firing>(); }

TEST_F(Upkeep, control_what_is_forgotten_and_what_never_fires_is_seen) {
    const auto first_wrong = [&](const Make& make) {
        const std::string wrong = torture(make, false);
        return wrong.substr(0, wrong.find(','));
    };
    EXPECT_EQ(first_wrong([] { return std::make_unique<Handling>("memory:", true); }),
              "an item was left out or came again");
    EXPECT_EQ(first_wrong([] { return std::make_unique<Firing>("memory:", true); }),
              "the request did not end once");
}

}  // namespace
}  // namespace lampjack::testing
