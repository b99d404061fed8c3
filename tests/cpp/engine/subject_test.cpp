// Subject access: one user's export holds all that is kept of them, and nothing of anybody else.

#include "kept_store.h"
#include "test_hub.h"

#include <set>
#include <vector>

namespace lampjack::test {
namespace {

using T = TestHub;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

class Subject : public OnEveryStore {
protected:
    void open() { t_ = std::make_unique<TestHub>(T::kFull, std::string(), kept_.open()); }
    TestHub& t() { return *t_; }

    /// A whole handover of a user whose every word ends with their name.
    void live_through(const std::string& user) {
        const auto as = [&](const std::string& body) { return replaced(body, "s-1", user); };
        const std::string words = T::user_item("my iban " + user, 1, "m-" + user) + "," +
                                  T::bot_item("the bot to " + user, 2);
        t().post(as(T::messages(words, 2)));
        t().post(as(replaced(T::messages(T::user_item("a try " + user, 3, "t-" + user), 3), "LIVE",
                             "DRAFT")));
        t().post(as(T::offload("", 4)), T::accept(true));
        const std::string agent = "dana-" + user;
        for (const char* name : {"take", "reply", "release"}) {
            engine::CommandRequest request;
            request.name = name;
            request.agent = agent;
            const std::string content = R"({"type":"text","text":"the agent to )" + user + "\"}";
            if (request.name == "reply") request.content = content;
            EXPECT_EQ(t().hub->command("shop:live:" + user, request).error.code, Code::ok) << name;
        }
    }
    std::string exported(std::string_view user, std::string_view account = "shop") {
        const auto lines = t().hub->export_user(account, user);
        return lines ? *lines : std::string(name_of(lines.error().code));
    }

private:
    std::unique_ptr<TestHub> t_;
};
LJK_ON_EVERY_STORE(Subject);

TEST_P(Subject, holds_every_word_item_fact_and_delivery_of_the_user) {
    open();
    live_through("s-1");
    t().answer_next(200);  // the reply has left: the bot is called
    const std::string lines = exported("s-1");
    for (const char* words : {"my iban s-1", "the bot to s-1", "a try s-1", "the agent to s-1"})
        EXPECT_NE(lines.find(words), std::string::npos) << words;
    std::set<std::string> kinds, actions;
    std::size_t conversations = 0, items = 0;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = lines.find('\n', at);
        ASSERT_NE(end, std::string::npos) << "each line ends";
        const auto line = json::parse_value(lines.substr(at, end - at), "a line")->as_object();
        EXPECT_TRUE(json::text_of(line, "conversation").ends_with(":s-1"));
        conversations += line.contains("state") && !line.contains("seq") ? 1U : 0U;
        items += line.contains("seq") ? 1U : 0U;
        if (line.contains("seq")) kinds.emplace(json::text_of(line, "kind"));
        if (const auto* delivery = line.if_contains("delivery"))
            actions.emplace(json::text_of(delivery->as_object(), "action"));
        at = end + 1;
    }
    EXPECT_EQ(conversations, 2U) << "live and test";
    EXPECT_EQ(items, t().transcript().size() + 1);
    for (const char* kind : {"message", "handover_requested", "command", "owner_changed"})
        EXPECT_TRUE(kinds.contains(kind)) << kind;
    EXPECT_EQ(actions, (std::set<std::string>{"reply", "unmute"}));
}

TEST_P(Subject, holds_nothing_of_another_user) {
    open();
    for (const char* user : {"s-1", "s-2", "s-11"}) live_through(user);
    const std::string one = exported("s-1"), two = exported("s-2");
    EXPECT_EQ(one.find("s-2"), std::string::npos) << "no word, ref or agent of the other";
    EXPECT_EQ(one.find("s-11"), std::string::npos) << "whose name begins alike";
    EXPECT_EQ(two.find("s-1"), std::string::npos);
    EXPECT_NE(two.find("my iban s-2"), std::string::npos) << "the control";
}

TEST_P(Subject, is_empty_for_whom_nothing_is_kept) {
    open();
    live_through("s-1");
    EXPECT_EQ(exported("nobody"), "");
    EXPECT_EQ(exported("s-1", "none"), "not_found") << "there is no such account";
}

TEST(Unattributed, is_listed_apart_from_conversations) {
    auto hub = engine::Hub::open(
        R"({"store":"memory:","account":{)"
        R"("c":{"platform":"certainly","webhook_token":"made-up-token-16","deployment_id":"dep-1"},)"
        R"("d":{"platform":"certainly","webhook_token":"made-up-token-16","deployment_id":"dep-2"}}})",
        engine::run_nothing);
    ASSERT_TRUE(hub) << hub.error().message;
    EXPECT_EQ(*(*hub)->unattributed(), "[]");
    const std::string body = R"({"interlocutor":"bot","data":{"type":"text","text":"hello"}})";
    EXPECT_EQ(
        (*hub)->receive("c", {"POST", "/messages", "token=made-up-token-16", {}, body}, {}).status,
        200);
    const auto listed = json::parse_value(*(*hub)->unattributed(), "a list")->as_array();
    ASSERT_EQ(listed.size(), 1U);
    const auto& one = listed[0].as_object();
    EXPECT_EQ(json::text_of(one, "ref"), "c:live:~unattributed");
    EXPECT_EQ(one.at("items").as_int64(), 1);
    EXPECT_NE((*hub)->transcript("c:live:~unattributed", 0, 9)->find("hello"), std::string::npos);
    EXPECT_EQ(*(*hub)->conversations({}, 9), "[]");
}

}  // namespace
}  // namespace lampjack::test
