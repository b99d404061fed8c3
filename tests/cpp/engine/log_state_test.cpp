// The store's log is emptied after an erase and after retention, again and again while a reader holds it, and the result
// of erase says how that stands.

#include "../support/forward_store.h"
#include "store/memory_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;
using store::LogState;
using T = TestHub;

constexpr Millis kDay = 86'400'000;

/// A store whose log is as the test says.
class LoggingStore final : public support::ForwardStore {
public:
    LoggingStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    Result<LogState> empty_log(milliseconds patience) override {
        ++tries;
        longest = std::max(longest, patience);
        if (fails) return fail(Code::store, "the disk failed");
        return state;
    }
    LogState state = LogState::empty;
    bool fails = false;
    int tries = 0;
    milliseconds longest{0};
};

std::string log_after_erase(TestHub& t, milliseconds timeout = milliseconds(0)) {
    const auto report = T::object(t.hub->erase("shop", "s-1", true, timeout));
    return std::string(json::text_of(report, "log"));
}

TEST(LogState, is_told_by_the_result_of_erase) {
    for (const auto& [state, told] : {std::pair{LogState::empty, "empty"},
                                      {LogState::held, "held"},
                                      {LogState::server, "server"}}) {
        const auto store = std::make_shared<LoggingStore>();
        store->state = state;
        TestHub t(T::kFull, {}, store);
        t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
        EXPECT_EQ(log_after_erase(t, milliseconds(60'000)), told);
        EXPECT_EQ(store->longest, milliseconds(5000)) << "as long as a reader is waited for";
        EXPECT_EQ(log_after_erase(t), told) << "who calls again asks again";
    }
    const auto store = std::make_shared<LoggingStore>();
    store->fails = true;
    TestHub t(T::kFull, {}, store);
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_EQ(log_after_erase(t), "held") << "what was erased is gone all the same";
    EXPECT_EQ(t.hub->conversation(T::kRef).error().code, Code::not_found);
}

TEST(LogState, is_looked_after_until_no_reader_holds_the_log) {
    const auto store = std::make_shared<LoggingStore>();
    TestHub t(T::kFull, {}, store);
    t.hub->step();
    EXPECT_EQ(store->tries, 1) << "an earlier process may have left something";
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    t.clock->advance(60'000);
    t.hub->step();
    EXPECT_EQ(store->tries, 1) << "the control: nothing was removed";
    store->state = LogState::held;
    EXPECT_EQ(log_after_erase(t), "held");
    const int before = store->tries;
    for (int i = 0; i < 3; ++i) {
        t.clock->advance(10'000);
        t.hub->step();
        t.hub->step();
    }
    EXPECT_EQ(store->tries, before + 3) << "every ten seconds";
    store->state = LogState::empty;
    t.clock->advance(10'000);
    t.hub->step();
    t.clock->advance(10'000);
    t.hub->step();
    EXPECT_EQ(store->tries, before + 4);
}

TEST(LogState, is_looked_after_when_retention_removes_a_conversation_or_rows) {
    const auto store = std::make_shared<LoggingStore>();
    TestHub t(std::string(T::kFull) + R"(,"record":"handover")", {}, store);
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    ASSERT_EQ(t.command("close", {}).error.code, Code::ok);
    t.hub->step();
    const int before = store->tries;
    t.clock->advance(kDay);
    t.hub->step();
    ASSERT_FALSE(t.hub->conversation(T::kRef)) << "the retention is over";
    EXPECT_EQ(store->tries, before + 1);
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", R"({"type":"text","text":"hi"})");
    t.answer_next(200);
    const int between = store->tries;
    t.clock->advance(15 * kDay);
    t.hub->step();
    EXPECT_GT(store->tries, between) << "ended rows were pruned";
}

}  // namespace
}  // namespace lampjack::test
