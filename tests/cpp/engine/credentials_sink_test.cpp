// What a sink says about its own trouble is text: only an answer that the adapter judged pauses anything.
#include "test_hub.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;

constexpr const char* kChannel =
    R"("platform":"omnichannel","side":"channel","webhook_token":"wt-made-up","auth":"none",)"
    R"("platform_base":"https://api.example")";
constexpr Millis kIdleAgent = 1'800'000;  // the default of t_idle_agent

/// An agent's reply that the host failed to show, with that reason.
void fail_to_show(TestHub& t, std::string_view reason) {
    ASSERT_EQ(
        t.hub->say("shop", R"({"id":"s-1"})", R"({"type":"text","text":"hi"})", "").error.code,
        Code::ok);
    t.answer_next(200);
    ASSERT_EQ(t.command("take", "dana").error.code, Code::ok);
    ASSERT_EQ(t.command("reply", "dana", R"({"type":"text","text":"Hello"})").error.code, Code::ok);
    const auto shown = t.hub->next_sink("shop", milliseconds(0));
    ASSERT_TRUE(shown) << shown.error().message;
    ASSERT_TRUE(t.hub->sink_done(**shown, false, reason));
    const auto rows = json::parse_value(*t.hub->deliveries(TestHub::kRef), "rows")->as_array();
    EXPECT_EQ(json::text_of(rows.back().as_object(), "last_error"), reason);
    EXPECT_EQ(json::text_of(rows.back().as_object(), "status"), "pending");
}

class SinkError : public ::testing::TestWithParam<const char*> {};

TEST_P(SinkError, holds_no_agents_timer_up) {
    TestHub t(kChannel);
    fail_to_show(t, GetParam());
    EXPECT_EQ(t.state(), "agent");
    t.clock->advance(kIdleAgent + 1'000);
    t.hub->step();
    EXPECT_NE(t.state(), "agent");
}

// The last is the control: whatever it begins with, a host's text means the same.
INSTANTIATE_TEST_SUITE_P(Texts, SinkError,
                         ::testing::Values("credentials", "credentials: status 401",
                                           "credentials of the mail server are wrong",
                                           "the mail server is away"));

}  // namespace
}  // namespace lampjack::test
