// What comes behind the last item that is read: one item of the conversation, whatever it was, and only once.
#include "test_hub.h"

#include "json/value.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::test {
namespace {

using T = TestHub;

std::string zeros(int count) {
    std::string out = "0";
    for (int i = 1; i < count; ++i) out += ",0";
    return out;
}

/// How many items the conversation holds, and how many of them are surplus.
struct Held {
    std::size_t items = 0;
    std::size_t surplus = 0;
};
Held held(T& t) {
    Held out;
    const auto transcript = json::parse_value(*t.hub->transcript(T::kRef, 0, 10'000), "transcript");
    for (const json::Value& item : transcript->as_array()) {
        ++out.items;
        const json::Value* event = item.as_object().if_contains("event");
        if (event == nullptr || json::text_of(event->as_object(), "kind") != "unknown") continue;
        const bool surplus =
            json::to_text(event->as_object()).find(R"("too_many_items":)") != std::string::npos;
        out.surplus += surplus ? 1U : 0U;
    }
    return out;
}

TEST(Surplus, is_one_item_however_much_it_is) {
    T t(T::kFull, R"("max_items":3,)");
    EXPECT_EQ(t.post(T::messages(zeros(100'000), 1)).status, 200);
    EXPECT_EQ(held(t).items, 4U);
    EXPECT_EQ(held(t).surplus, 1U);
}

TEST(Surplus, is_known_again_when_a_request_is_repeated) {
    for (const bool offload : {false, true}) {
        T t(T::kFull, R"("max_items":1,)");
        const auto post = [&](int second, int count) {
            const std::string items = T::user_item("hello", 1, "m1") + "," + zeros(count);
            const std::string body =
                offload ? T::offload(items, second) : T::messages(items, second);
            EXPECT_EQ(t.post(body, T::accept(true)).status, 200);
            return held(t).surplus;
        };
        EXPECT_EQ(post(2, 50), 1U);
        EXPECT_EQ(post(2, 50), 1U) << "the same request";
        EXPECT_EQ(post(3, 50), 1U) << "another request with the same surplus";
        EXPECT_EQ(post(4, 51), 2U) << "the control: other surplus is news";
    }
}

}  // namespace
}  // namespace lampjack::test
