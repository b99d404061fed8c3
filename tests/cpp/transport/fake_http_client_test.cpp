#include "support/fake_http_client.h"

#include "transport/retry_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lampjack::support {
namespace {

using transport::Call;
using transport::FailureKind;
using transport::HttpOutcome;
using transport::OutcomeClass;

class FakeHttpClientTest : public testing::Test {
protected:
    transport::CallId send(std::string url) {
        Call call;
        call.request.url = url;
        call.done = [this, url](HttpOutcome outcome) {
            seen_.emplace_back(url, transport::classify(outcome));
        };
        return *client_.send(std::move(call));
    }

    std::vector<std::pair<std::string, OutcomeClass>> seen_;
    FakeHttpClient client_;  // last: its destruction runs callbacks
};

TEST_F(FakeHttpClientTest, the_test_decides_what_comes_and_when) {
    const auto a = send("a");
    const auto b = send("b");
    EXPECT_EQ(client_.calls().size(), 2U);
    EXPECT_EQ(client_.calls()[1].request.url, "b");
    EXPECT_EQ(client_.in_flight(), (std::vector{a, b}));

    EXPECT_TRUE(client_.answer(b, 200));
    EXPECT_TRUE(seen_.empty());
    EXPECT_TRUE(client_.fail_with(a, FailureKind::connect));
    EXPECT_FALSE(client_.answer(a, 200));
    EXPECT_EQ(client_.deliver(), 2U);
    EXPECT_EQ(seen_[0], std::pair("b" + std::string(), OutcomeClass::done));
    EXPECT_EQ(seen_[1], std::pair("a" + std::string(), OutcomeClass::transient));
    EXPECT_EQ(client_.deliver(), 0U);
}

TEST_F(FakeHttpClientTest, cancelling_decides_and_comes_later) {
    client_.cancel(send("a"));
    client_.cancel_as_written(true);
    client_.cancel(send("b"));
    client_.cancel(99);
    EXPECT_TRUE(seen_.empty());
    client_.deliver();
    EXPECT_EQ(seen_[0].second, OutcomeClass::transient);
    EXPECT_EQ(seen_[1].second, OutcomeClass::unknown);
}

TEST_F(FakeHttpClientTest, closing_answers_everything_and_refuses_more) {
    send("a");
    client_.close();
    ASSERT_EQ(seen_.size(), 1U);
    EXPECT_EQ(client_.send({}).error().code, Code::closed);
    EXPECT_EQ(client_.calls().size(), 1U);
}

TEST_F(FakeHttpClientTest, a_callback_may_send_and_decide) {
    Call call;
    call.done = [this](HttpOutcome) { client_.answer(send("next"), 429); };
    client_.answer(*client_.send(std::move(call)), 200);
    EXPECT_EQ(client_.deliver(), 2U);
    EXPECT_EQ(seen_[0].second, OutcomeClass::throttled);
}

}  // namespace
}  // namespace lampjack::support
