// A line of the transcript, the delivery that carries it and the receipt of its command name each other.

#include "kept_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

constexpr const char* kHello = R"({"type":"text","text":"Hello"})";
constexpr const char* kTwo = R"([{"type":"text","text":"one"},{"type":"text","text":"two"}])";
constexpr const char* kChannel =
    R"("platform":"omnichannel","webhook_token":"wt-made-up","auth":"none")";

class Links : public OnEveryStore {};
LJK_ON_EVERY_STORE(Links);

json::Array deliveries(const TestHub& t) {
    return json::parse_value(*t.hub->deliveries(T::kRef), "deliveries")->as_array();
}

std::int64_t seq_of(const engine::CommandResult& result) {
    const auto receipt = T::object(Result<std::string>(result.json));
    return receipt.contains("seq") ? receipt.at("seq").as_int64() : 0;
}

json::Object item(const TestHub& t, std::int64_t seq) {
    for (const auto& one : t.transcript())
        if (one.as_object().at("seq").as_int64() == seq) return one.as_object();
    return {};
}

TEST_P(Links, a_reply_its_delivery_and_its_line_name_each_other) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload(T::user_item("help", 1, "m1"), 2), T::accept(true));
    const auto said = t.command("reply", "dana", kHello);
    ASSERT_EQ(said.error.code, Code::ok) << said.error.message;
    ASSERT_NE(seq_of(said), 0);
    const auto line = item(t, seq_of(said));
    EXPECT_EQ(json::text_of(line, "delivery"), said.delivery_id);
    EXPECT_EQ(line.at("event").as_object().at("kind"), "message");
    EXPECT_EQ(t.delivery(said.delivery_id).at("seq").as_int64(), seq_of(said));
    for (const auto& one : t.transcript()) {
        const bool is_said = one.as_object().at("seq").as_int64() == seq_of(said);
        EXPECT_EQ(one.as_object().contains("delivery"), is_said)
            << "only words that leave have one";
    }
}

TEST_P(Links, the_fact_of_a_delivery_names_the_line) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload("", 1), T::accept(true));
    const auto said = t.command("reply", "dana", kHello);
    t.answer_next(200);
    const auto last = t.transcript().back().as_object().at("fact").as_object();
    ASSERT_EQ(last.at("type"), "delivery_changed");
    const auto& told = last.at("delivery").as_object();
    EXPECT_EQ(json::text_of(told, "id"), said.delivery_id);
    EXPECT_EQ(told.at("seq").as_int64(), seq_of(said));
}

TEST_P(Links, words_that_leave_in_parts_have_the_last_ones_delivery) {
    TestHub t(kChannel, {}, kept_.open());
    const auto said = t.hub->say("shop", R"({"id":"s-1"})", kTwo, "k-1");
    ASSERT_EQ(said.error.code, Code::ok) << said.error.message;
    const auto rows = deliveries(t);
    ASSERT_EQ(rows.size(), 2u);
    for (const auto& row : rows) EXPECT_EQ(row.as_object().at("seq").as_int64(), seq_of(said));
    EXPECT_EQ(json::text_of(rows.back().as_object(), "id"), said.delivery_id);
    EXPECT_EQ(json::text_of(item(t, seq_of(said)), "delivery"), said.delivery_id);
    const auto again = t.hub->say("shop", R"({"id":"s-1"})", kTwo, "k-1");
    EXPECT_EQ(again.delivery_id, said.delivery_id);
    EXPECT_EQ(seq_of(again), seq_of(said));
    EXPECT_EQ(t.hub->say("shop", R"({"id":"s-1"})", kHello, "k-1").error.code, Code::key_conflict);
}

TEST_P(Links, a_bots_words_that_the_host_shows_name_their_delivery) {
    TestHub t(kChannel, {}, kept_.open());
    const auto said = t.hub->say("shop", R"({"id":"s-1"})", kHello, {});
    ASSERT_EQ(said.error.code, Code::ok);
    model::Request request;
    request.method = "POST";
    request.path = "/send_message";
    request.body = R"({"chat_id":"s-1","message":{"kind":"operator","text":"hello"}})";
    ASSERT_EQ(t.hub->receive("shop", request, {}).status, 200);
    const auto sink = t.hub->next_sink("shop", std::chrono::milliseconds(0));
    ASSERT_TRUE(sink) << sink.error().message;
    const auto row = t.delivery((*sink)->lease.row.id);
    EXPECT_EQ(json::text_of(item(t, row.at("seq").as_int64()), "delivery"), (*sink)->lease.row.id);
}

/// The conversation of a channel account in which the bot has spoken.
class LinksOfForwards : public OnEveryStore {
protected:
    void open(const std::string& more = {}) {
        t_ = std::make_unique<T>(
            kChannel + (R"(,"side":"channel","platform_base":"https://api.example")" + more),
            std::string(), kept_.open());
        post("/send_message", R"({"chat_id":"s-1","message":{"kind":"operator","text":"hi"}})");
    }
    void post(const std::string& path, const std::string& body, bool mute = false) {
        const model::Request request{"POST", path, {}, {}, body};
        ASSERT_EQ(t().hub->receive("shop", request, T::accept(mute)).status, 200);
    }
    std::int64_t say(const char* content) {
        const auto said = t().hub->say("shop", R"({"id":"s-1"})", content, {});
        EXPECT_EQ(said.error.code, Code::ok) << said.error.message;
        return seq_of(said);
    }
    void nobody_comes() {
        t().clock->advance(200'000);
        t().hub->step();
        ASSERT_EQ(t().state(), "bot");
    }
    std::string named_by(std::int64_t seq) {
        return std::string(json::text_of(item(t(), seq), "delivery"));
    }
    /// The rows that name that line, in order.
    std::vector<std::string> naming(std::int64_t seq) {
        std::vector<std::string> ids;
        for (const auto& row : deliveries(t()))
            if (row.as_object().contains("seq") && row.as_object().at("seq").as_int64() == seq)
                ids.emplace_back(json::text_of(row.as_object(), "id"));
        return ids;
    }
    T& t() { return *t_; }

private:
    std::unique_ptr<T> t_;
};
LJK_ON_EVERY_STORE(LinksOfForwards);

TEST_P(LinksOfForwards, words_that_nobody_came_for_name_the_delivery_they_leave_with) {
    open();
    post("/transfer", R"({"chat_id":"s-1"})", true);
    const auto one = say(kHello), two = say(kTwo);
    EXPECT_EQ(named_by(one), "") << "they wait for a person";
    nobody_comes();
    EXPECT_EQ(naming(one), std::vector<std::string>{named_by(one)});
    const auto parts = naming(two);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts.back(), named_by(two)) << "the last part's, as ever";
}

TEST_P(LinksOfForwards, words_that_are_forwarded_a_second_time_name_the_second_delivery) {
    open();
    post("/transfer", R"({"chat_id":"s-1"})", false);
    const auto said = say(kHello);
    const std::string before = named_by(said);
    EXPECT_EQ(naming(said), std::vector<std::string>{before});
    t().clock->advance(1000);
    post("/transfer", R"({"chat_id":"s-1"})", true);
    EXPECT_EQ(json::text_of(t().delivery(before), "last_error"), "rerouted");
    nobody_comes();
    const auto both = naming(said);
    ASSERT_EQ(both.size(), 2U) << "each names the line";
    EXPECT_EQ(both.front(), before);
    EXPECT_EQ(both.back(), named_by(said));
    t().answer_next(200);
    EXPECT_EQ(json::text_of(t().delivery(named_by(said)), "status"), "sent");
}

TEST_P(LinksOfForwards, words_that_are_replayed_name_their_delivery) {
    open(R"(,"replay":"last")");
    ASSERT_EQ(t().command("take", "dana").error.code, Code::ok);
    const auto said = say(kHello);
    EXPECT_EQ(named_by(said), "") << "to the desk";
    ASSERT_EQ(t().command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(naming(said), std::vector<std::string>{named_by(said)});
}

TEST_P(Links, words_behind_a_return_call_name_their_delivery) {
    TestHub t(R"("platform":"chatlayer_app","relay_token":"rt-made-up",)"
              R"("target_url":"https://hook.example/1")",
              {}, kept_.open());
    const std::vector<model::HeaderView> headers{{"content-type", "application/json"},
                                                 {"authorization", "Bearer rt-made-up"}};
    const engine::Decision accepted{true, true, {}};
    const auto receive = [&](const std::string& event) {
        const model::Request request{
            "POST", "/receive", {}, headers, R"({"request":{"content":{}}})"};
        const auto reception = t.hub->begin("shop", request);
        EXPECT_TRUE(t.hub->translate(*reception, R"([{"v":1,"actor":{"role":"user","id":"s-1"},)" +
                                                     event + "}]"));
        EXPECT_EQ(t.hub->finish(*reception, &accepted).status, 200);
    };
    receive(R"("kind":"handover_requested","handover":{"to":"agent"})");
    ASSERT_EQ(t.command("take", "dana").error.code, Code::ok);
    ASSERT_EQ(t.command("release", "dana").error.code, Code::ok);
    ASSERT_EQ(t.state(), "returning");
    receive(R"("kind":"message","content":[)" + std::string(kHello) + "]");
    const auto line = t.transcript().back().as_object();
    const auto row = deliveries(t).back().as_object();
    EXPECT_EQ(json::text_of(row, "action"), "forward");
    EXPECT_EQ(row.at("seq"), line.at("seq"));
    EXPECT_EQ(json::text_of(line, "delivery"), json::text_of(row, "id"));
}

TEST_P(Links, a_call_names_no_line_and_a_take_names_its_call) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload("", 1), T::accept(false));
    const auto taken = t.hub->command(T::kRef, {.name = "take", .agent = "dana", .key = "k-1"});
    ASSERT_FALSE(taken.delivery_id.empty());
    EXPECT_FALSE(t.delivery(taken.delivery_id).contains("seq")) << "it carries no words";
    EXPECT_EQ(item(t, seq_of(taken)).at("fact").as_object().at("type"), "command");
    const auto again = t.hub->command(T::kRef, {.name = "take", .agent = "dana", .key = "k-1"});
    EXPECT_EQ(again.delivery_id, taken.delivery_id) << "the first receipt";
}

TEST_P(Links, a_transcript_up_to_an_item_holds_nothing_newer) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::messages(T::user_item("one", 1, "m1"), 1));
    t.post(T::messages(T::user_item("two", 2, "m2"), 2));
    t.post(T::messages(T::user_item("three", 3, "m3"), 3));
    const auto seqs = [&](std::uint64_t after, std::uint64_t up_to, std::size_t limit = 100) {
        std::vector<std::int64_t> found;
        const auto text = t.hub->transcript(T::kRef, after, limit, up_to);
        EXPECT_TRUE(text);
        const auto items = json::parse_value(*text, "transcript")->as_array();
        for (const auto& one : items) found.push_back(one.as_object().at("seq").as_int64());
        return found;
    };
    using Seqs = std::vector<std::int64_t>;
    EXPECT_EQ(seqs(0, 2), (Seqs{1, 2}));
    EXPECT_EQ(seqs(1, 2), (Seqs{2}));
    EXPECT_EQ(seqs(2, 2), Seqs{});
    EXPECT_EQ(seqs(0, 0), Seqs{});
    EXPECT_EQ(seqs(5, 2), Seqs{});
    EXPECT_EQ(seqs(0, 3, 1), (Seqs{1}));
    EXPECT_EQ(seqs(0, UINT64_MAX), (Seqs{1, 2, 3}));
}

}  // namespace
}  // namespace lampjack::test
