// A decision that is missing, late or raised is the platform's default: declined where the answer carries the decision,
// accepted elsewhere. What comes late is ignored.
#include "test_hub.h"

#include <chrono>
#include <stdexcept>

namespace lampjack::test {
namespace {

using T = TestHub;
using engine::Decision;
using engine::Question;

constexpr const char* kClaim = R"({"reply":"help","from":"u-1","botId":"bot-1"})";

class Decisions : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_NE(t.hub, nullptr); }

    static std::string settings() {
        return std::string(T::kFull) +
               R"(,"t_answer":1},"c":{"platform":"certainly","webhook_token":"wt-made-up",)"
               R"("deployment_id":"dep-1","t_answer":1)";
    }
    static model::Request claim() { return {"POST", "/claim", "token=wt-made-up", {}, kClaim}; }
    static void use_up(Millis deadline) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline + 1);
        while (std::chrono::steady_clock::now() < end) {}
    }
    static engine::Decide late(Decision made) {
        return [made](const Question& question) {
            use_up(question.deadline_ms);
            return made;
        };
    }
    std::string certainly_state() const {
        return std::string(json::text_of(T::object(t.hub->conversation("c:live:u-1")), "state"));
    }

    T t{settings()};
    std::string body = T::offload("", 1);
};

constexpr const char* kDeclined = R"({"offloadSuccess":false,"pauseBot":false})";

TEST_F(Decisions, that_are_late_decline_where_the_answer_carries_them) {
    EXPECT_EQ(t.post(body, late({true, true, {}})).body, kDeclined);
    EXPECT_EQ(t.state(), "bot");
    EXPECT_NE(t.log.find("late"), std::string::npos) << t.log;
}

TEST_F(Decisions, that_are_late_accept_where_the_answer_carries_none) {
    EXPECT_EQ(t.hub->receive("c", claim(), late({false, false, "closed"})).status, 200);
    EXPECT_EQ(certainly_state(), "requested") << "the user must not stay alone with the bot";
    EXPECT_NE(t.log.find("late"), std::string::npos) << t.log;
}

TEST_F(Decisions, in_two_steps_are_late_after_the_same_time) {
    const Decision accepted{true, true, {}};
    model::Request request{"POST", "/", "challenge.verifyToken=vt-made-up", {}, body};
    const auto offload = t.hub->begin("shop", request);
    use_up(t.hub->question(*offload)->deadline_ms);
    EXPECT_EQ(t.hub->finish(*offload, &accepted).body, kDeclined);

    const Decision declined{false, false, {}};
    const auto asked = t.hub->begin("c", claim());
    use_up(t.hub->question(*asked)->deadline_ms);
    EXPECT_EQ(t.hub->finish(*asked, &declined).status, 200);
    EXPECT_EQ(certainly_state(), "requested");
}

TEST_F(Decisions, that_are_raised_or_absent_are_the_default) {
    const engine::Decide raises = [](const Question&) -> std::optional<Decision> {
        throw std::runtime_error("the desk is down");
    };
    const engine::Decide absent = [](const Question&) { return std::optional<Decision>{}; };
    EXPECT_EQ(t.post(body, raises).body, kDeclined);
    EXPECT_EQ(t.post(T::offload("", 2), absent).body, kDeclined);
    EXPECT_EQ(t.hub->receive("c", claim(), raises).status, 200);
    EXPECT_EQ(certainly_state(), "requested");
}

TEST_F(Decisions, that_are_late_stay_ignored_when_the_request_is_repeated) {
    EXPECT_EQ(t.post(body, late({true, true, {}})).body, kDeclined);
    EXPECT_EQ(t.post(body, T::accept(true)).body, kDeclined) << "the first answer holds";
}

}  // namespace
}  // namespace lampjack::test
