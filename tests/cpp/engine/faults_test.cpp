#include "engine/hub.h"

#include "../support/golden.h"
#include "store/memory_store.h"
#include "test_hub.h"

#include <set>

namespace lampjack::test {
namespace {

/// A store that cannot be written while `broken`.
class FailingStore final : public store::MemoryStore {
public:
    bool broken = true;
    Result<std::unique_ptr<store::Tx>> begin() override {
        if (broken) return fail(Code::store, "the disk is full");
        return MemoryStore::begin();
    }
};

TEST(Faults, answer_503_on_every_platform_while_nothing_can_be_stored_and_recover) {
    std::set<std::string> seen;
    for (const Golden& golden : golden_cases()) {
        const bool good =
            golden.answer && golden.answer->find("\"status\": 200") != std::string::npos;
        const bool purposeful =
            golden.text("path") != "/subscribe" && golden.text("method") == "POST";
        if (!good || !purposeful || golden.text("direction") != "in" ||
            seen.contains(golden.platform))
            continue;
        engine::World world;
        auto failing = std::make_shared<FailingStore>();
        world.store = failing;
        auto hub = engine::Hub::open(golden.config(), engine::run_nothing, std::move(world));
        ASSERT_TRUE(hub) << hub.error().message;
        const std::string path = golden.text("path"), query = golden.text("query");
        std::vector<std::pair<std::string, std::string>> owned;
        if (const auto* headers = golden.request.if_contains("headers");
            headers != nullptr && headers->is_object())
            for (const auto& [name, value] : headers->get_object())
                owned.emplace_back(std::string(name.data(), name.size()),
                                   std::string(json::view(value.get_string())));
        std::vector<model::HeaderView> views;
        for (const auto& [name, value] : owned) views.push_back({name, value});
        const model::Request request{"POST", path, query, views, golden.body};
        const auto refused = (*hub)->receive("golden", request, {});
        EXPECT_EQ(refused.status, 503) << golden.name << " " << refused.body;
        EXPECT_FALSE(model::header(refused.headers, "retry-after").empty()) << golden.name;
        failing->broken = false;
        EXPECT_EQ((*hub)->receive("golden", request, {}).status, 200)
            << golden.name << ": the control";
        seen.insert(golden.platform);
    }
    EXPECT_EQ(seen.size(), 4u);
}

TEST(Faults, recognise_our_own_words_when_the_platform_sends_them_back) {
    TestHub t;
    t.post(TestHub::offload("", 1), TestHub::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", R"({"type":"text","text":"Hello from Dana"})");
    t.answer_next(200);
    t.post(TestHub::messages(TestHub::bot_item("Hello from Dana", 5), 5));
    t.post(TestHub::messages(TestHub::bot_item("Hello from the bot", 6), 6));
    std::string flags;
    for (const auto& item : t.transcript())
        for (const auto& flag : item.as_object().at("flags").as_array())
            flags.append(flag.as_string()).append(" ");
    EXPECT_EQ(flags, "echo talk_over ") << "the echo is not the bot talking; the control is";
}

TEST(Faults, mark_a_hole_when_a_transcript_tells_what_never_came_live) {
    TestHub t;
    t.post(TestHub::messages(TestHub::user_item("one", 1, "m1"), 1));
    t.post(TestHub::messages(TestHub::user_item("three", 9, "m3"), 9));
    t.post(TestHub::offload(TestHub::user_item("one", 1, "") + "," +
                                TestHub::user_item("two", 5, "") + "," +
                                TestHub::user_item("three", 9, ""),
                            10),
           TestHub::accept(true));
    EXPECT_EQ(t.events(), 4u) << "one, three, two from the transcript, the request";
    bool hole = false;
    for (const auto& item : t.transcript())
        for (const auto& flag : item.as_object().at("flags").as_array()) hole |= flag == "hole";
    EXPECT_TRUE(hole);
}

TEST(Faults, keep_what_carries_no_id_and_only_seconds_and_flag_the_doubt) {
    auto hub = engine::Hub::open(
        R"({"store":"memory:","account":{"c":{"platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1"}}})",
        engine::run_nothing);
    ASSERT_TRUE(hub) << hub.error().message;
    const std::string body =
        R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":"webbot:1","timestamp":1767607200,"message":"yes","attachments":[]}}})";
    const model::Request request{"POST", "/messages", "token=wt-made-up", {}, body};
    for (int i = 0; i < 2; ++i) EXPECT_EQ((*hub)->receive("c", request, {}).status, 200);
    const auto text = (*hub)->transcript("c:live:webbot:1", 0, 10);
    ASSERT_TRUE(text) << text.error().message;
    const auto items = json::parse_value(*text, "transcript")->as_array();
    ASSERT_EQ(items.size(), 2u) << "a user may say yes twice";
    EXPECT_TRUE(items[0].as_object().at("flags").as_array().empty());
    EXPECT_EQ(items[1].as_object().at("flags").as_array().at(0).as_string(), "maybe_duplicate");
}

}  // namespace
}  // namespace lampjack::test
