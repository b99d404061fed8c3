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
