#include "transport/call_queue.h"

#include <gtest/gtest.h>

namespace lampjack::transport {
namespace {

TEST(CallQueue, hands_over_everything_since_the_last_time) {
    CallQueue queue;
    Call call;
    call.request.url = "https://h.example/";
    EXPECT_EQ(*queue.add(call), 1U);
    EXPECT_EQ(*queue.add(call), 2U);
    queue.cancel(1);
    auto orders = queue.take();
    ASSERT_EQ(orders.calls.size(), 2U);
    EXPECT_EQ(orders.calls[1].first, 2U);
    EXPECT_EQ(orders.calls[1].second.request.url, "https://h.example/");
    EXPECT_EQ(orders.cancels, std::vector<CallId>{1});
    EXPECT_FALSE(orders.close);

    orders = queue.take();
    EXPECT_TRUE(orders.calls.empty());
    EXPECT_TRUE(orders.cancels.empty());
}

TEST(CallQueue, ignores_ids_that_were_never_handed_out) {
    CallQueue queue;
    queue.cancel(0);
    queue.cancel(1);
    EXPECT_TRUE(queue.take().cancels.empty());
    EXPECT_EQ(*queue.add({}), 1U);
}

TEST(CallQueue, once_closed_stays_closed) {
    CallQueue queue;
    EXPECT_TRUE(queue.add({}));
    queue.close();
    EXPECT_EQ(queue.add({}).error().code, Code::closed);
    EXPECT_EQ(queue.take().calls.size(), 1U);
    EXPECT_TRUE(queue.take().close);
    EXPECT_EQ(queue.add({}).error().code, Code::closed);
}

}  // namespace
}  // namespace lampjack::transport
