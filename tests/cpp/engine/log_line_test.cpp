#include "engine/log_line.h"

#include "../support/log_check.h"
#include "test_hub.h"

#include <set>

namespace lampjack::test {
namespace {

using engine::LogEvent;
using engine::LogLine;
using support::lines_of;
using support::parse_log_line;
using T = TestHub;

std::string value_of(std::string_view value) {
    LogLine line(LogEvent::store_warning);
    return line.add("reason", value).text().substr(std::string("store.warning reason=").size());
}

TEST(LogLine, is_the_events_name_with_keys_and_values) {
    LogLine line(LogEvent::delivery_dead);
    line.add("account", "shop").add("conversation", "").reason("status 422").add("attempts", 12);
    EXPECT_EQ(line.text(), "delivery.dead account=shop reason=status_422 attempts=12");
    EXPECT_EQ(name_of(line.level()), "warning");
}

TEST(LogLine, quotes_a_value_that_is_not_one_plain_word) {
    EXPECT_EQ(value_of("a-b.c:443"), "a-b.c:443");
    EXPECT_EQ(value_of("two words"), "\"two words\"");
    EXPECT_EQ(value_of("a=b"), "\"a=b\"");
    EXPECT_EQ(value_of("say \"hi\" \\"), R"("say \"hi\" \\")");
    EXPECT_EQ(value_of("Öl"), "\"Öl\"");
}

TEST(LogLine, lets_no_value_begin_a_line_or_reach_a_terminal) {
    EXPECT_EQ(value_of("a\nstore.failed b\r\x1b[2J\x7f"),
              R"("a\u000astore.failed b\u000d\u001b[2J\u007f")");
    EXPECT_EQ(value_of("\xC2\x9B"
                       "2J"),
              R"("\ufffd\ufffd2J")")
        << "a C1 control";
    EXPECT_EQ(value_of("a\xE2\x80\xA8"
                       "b"),
              R"("a\ufffd\ufffd\ufffdb")")
        << "a line separator";
    EXPECT_EQ(value_of("a\xFF\xE2\x82"), R"("a\ufffd\ufffd\ufffd")") << "no UTF-8";
}

TEST(LogLine, cuts_a_long_value_between_characters) {
    const std::string cut = value_of("a" + [] {
        std::string text;
        for (int i = 0; i < 400; ++i) text += "ö";
        return text;
    }());
    EXPECT_LE(cut.size(), LogLine::kLongestValue + 5);
    EXPECT_TRUE(cut.ends_with("ö…\"")) << cut;
    EXPECT_TRUE(parse_log_line("store.warning reason=" + cut));
}

TEST(LogLine, that_is_not_written_stays_empty) {
    LogLine line;
    line.add("account", "shop").add("attempts", 1).reason("status 422");
    EXPECT_EQ(line.text(), "");
}

TEST(LogEvents, have_dotted_names_in_order_and_a_meaning) {
    std::string before;
    for (const auto& event : engine::log_events()) {
        EXPECT_LT(before, event.name);
        before = event.name;
        EXPECT_EQ(std::count(before.begin(), before.end(), '.'), 1) << before;
        EXPECT_TRUE(event.meaning.ends_with('.')) << before;
    }
}

TEST(LogCheck, finds_a_line_that_the_table_does_not_know) {
    EXPECT_EQ(support::fault_of_line("info", "breaker.closed account=a host=b:1"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.closed host=b:1 account=a"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.closed account=a account=a"), "");
    EXPECT_NE(support::fault_of_line("error", "breaker.closed account=a"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.closed delivery=a"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.melted account=a"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.closed account=a b"), "");
    EXPECT_NE(support::fault_of_line("info", "breaker.closed account=\"a"), "");
}

TEST(HandoverLog, tells_a_handovers_life_from_request_to_return) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.answer_next(200);
    for (const char* line : {"info handover.requested", "info handover.accepted",
                             "info handover.taken", "info handover.ended"})
        EXPECT_EQ(lines_of(t.log, line, "account=shop"), 1U) << line << "\n" << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.accepted", "muted=yes"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.taken", "reason=accepted"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.ended", "reason=released"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.returned", "reason=released"), 1U) << t.log;
    EXPECT_EQ(t.log.find("dana"), std::string::npos);
    EXPECT_EQ(t.log.find("s-1"), std::string::npos);
    std::set<std::string> tags;
    for (std::size_t at = t.log.find("conversation="); at != std::string::npos;
         at = t.log.find("conversation=", at + 1))
        tags.insert(t.log.substr(at, 25));
    EXPECT_EQ(tags.size(), 1U) << t.log;
}

TEST(HandoverLog, tells_why_a_request_was_declined) {
    TestHub t;
    t.post(T::offload("", 1), [](const engine::Question&) {
        return engine::Decision{false, false, "closed"};
    });
    EXPECT_EQ(lines_of(t.log, "info handover.requested"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.declined", "reason=no_agent"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.accepted"), 0U) << t.log;
}

TEST(HandoverLog, tells_that_no_agent_came) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(false));
    t.clock->advance(30 * 60'000);
    t.hub->step();
    EXPECT_EQ(lines_of(t.log, "info request.accept_timeout"), 1U) << t.log;
    EXPECT_EQ(lines_of(t.log, "info handover.ended", "reason=accept_timeout"), 1U) << t.log;
}

TEST(HandoverLog, tells_a_repeated_request_once) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.post(T::offload("", 1), T::accept(true));
    EXPECT_EQ(lines_of(t.log, "info handover.requested"), 1U) << t.log;
}

}  // namespace
}  // namespace lampjack::test
