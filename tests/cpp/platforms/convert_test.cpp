#include "platforms/registry.h"

#include "../support/golden.h"
#include "model/canonical.h"

#include <gtest/gtest.h>

namespace lampjack::test {
namespace {

using platforms::Adapter;

/// What a converted body says, as one text: every text, title and label in it.
std::string words_in(const model::Batch& batch, const model::Event& event) {
    std::string words;
    for (const model::Part& part : batch.parts_of(event)) {
        words.append(batch.view(part.text))
            .append(" ")
            .append(batch.view(part.title))
            .append(" ")
            .append(batch.view(part.url));
        for (const model::Option& option : batch.options_of(part.options))
            words.append(" ").append(batch.view(option.title));
        for (const model::Card& card : batch.cards_of(part))
            words.append(" ").append(batch.view(card.title));
    }
    return words;
}

TEST(Convert, carries_every_golden_message_to_every_platform_or_says_why_not) {
    int converted = 0, with_losses = 0;
    for (const Golden& golden : golden_cases()) {
        if (!golden.flag("roundtrip")) continue;
        const auto batch = platforms::parse(*platforms::find(golden.platform), golden.body);
        if (!batch) continue;  // readable at its own path only
        for (const std::uint32_t root : (*batch)->roots) {
            if ((*batch)->events[root].kind != model::EventKind::message) continue;
            for (const Adapter* to : platforms::all()) {
                const auto result = platforms::convert(**batch, root, *to);
                if (!result) {
                    EXPECT_EQ(result.error().code, Code::unsupported)
                        << golden.name << " to " << to->name << ": " << result.error().message;
                    continue;
                }
                ++converted;
                with_losses += result->losses.empty() ? 0 : 1;
                EXPECT_TRUE(json::parse_value(result->body, "the body").has_value())
                    << golden.name << " to " << to->name;
            }
        }
    }
    EXPECT_GT(converted, 200);
    EXPECT_GT(with_losses, 20);
}

model::BatchPtr canonical(const std::string& members) {
    auto batch = model::read_events(R"({"v":1,)" + members + "}");
    EXPECT_TRUE(batch) << batch.error().message;
    return *batch;
}

struct Converted {
    std::string body;
    std::string
        losses;  ///< "-x" is missing, "~x" is something else, "+x" is made up, "!x" is of a file that is not ready; "0.x" is
                 ///< of the first part, "0:x>y" its type
    std::string json;
};
std::string brief(std::span<const platforms::Loss> losses) {
    std::string text;
    for (const platforms::Loss& loss : losses) {
        text += text.empty() ? "" : " ";
        const bool is_type = loss.field == "type";
        if (!is_type)
            text += loss.what == "missing"   ? "-"
                    : loss.what == "changed" ? "~"
                    : loss.what == "made_up" ? "+"
                                             : "!";
        if (loss.part) text += std::to_string(*loss.part) + (is_type ? ":" : ".");
        text += is_type ? loss.before + ">" + loss.after : loss.field;
    }
    return text;
}
Converted converted(const model::BatchPtr& batch, std::string_view to) {
    auto result = platforms::convert(*batch, batch->roots.front(), *platforms::find(to));
    if (!result) return {std::string(name_of(result.error().code)), {}, {}};
    return {result->body, brief(result->losses), platforms::write_losses(result->losses)};
}

constexpr const char* kQuickReplies =
    R"("kind":"message","platform":"chatlayer_offloading","conversation":{"bot":"b","mode":"live","id":"s"},)"
    R"("sent_at":"2026-01-05T10:00:00.000Z","content":[{"type":"choice","text":"Pick","style":"quick_replies",)"
    R"("options":[{"kind":"reply","title":"Yes","payload":"y"},{"kind":"reply","title":"No","payload":"n"}]}],"actor":{"role":")";

TEST(Convert, turns_quick_replies_into_numbered_text_where_there_are_only_texts) {
    const auto [body, losses, json] =
        converted(canonical(std::string(kQuickReplies) + "agent\"}"), "certainly");
    EXPECT_EQ(body, R"({"message":"Pick\n1. Yes\n2. No"})");
    EXPECT_EQ(losses,
              "0:choice>text -conversation.bot -conversation.id -sent_at -0.options.payload");
    EXPECT_TRUE(json.starts_with(
        R"([{"part":0,"field":"type","what":"changed","before":"choice","after":"text"},)"
        R"({"field":"conversation.bot","what":"missing"},)"))
        << json;
}

TEST(Convert, keeps_quick_replies_where_a_bot_has_them_and_says_what_of_them_is_lost) {
    const auto [body, losses, json] =
        converted(canonical(std::string(kQuickReplies) + "bot\"}"), "certainly");
    EXPECT_EQ(
        body,
        R"({"interlocutor":"bot","data":{"type":"choice","text":"Pick","options_type":"suggested_replies","options":["Yes","No"]}})");
    EXPECT_EQ(losses, "-conversation.bot -conversation.id -sent_at -0.options.payload");
    EXPECT_TRUE(json.ends_with(R"({"part":0,"field":"options.payload","what":"missing"}])"));
}

TEST(Convert, tells_of_all_that_stands_beside_the_content) {
    const auto batch = canonical(
        R"("kind":"message","platform":"other","conversation":{"bot":"b","mode":"test","id":"7"},"actor":{"role":"user","id":"u",)"
        R"("first_name":"Ada","last_name":"L","login":"ada","phone":"+1","email":"a@x.example","site":"x.example","language":"en",)"
        R"("extra":{"tier":1}},"sent_at":"2026-01-05T10:00:00.250Z","vendor_id":"m1","content":[{"type":"text","text":"hi"}],)"
        R"("session":{"crm":{"tier":"gold"}},"extra":{"channelType":"web"})");
    EXPECT_EQ(converted(batch, "chatlayer_offloading").losses,
              "-actor.email -actor.extra -actor.login -actor.phone -actor.site -extra -session");
    EXPECT_EQ(converted(batch, "certainly").losses,
              "-actor.email -actor.extra -actor.first_name ~actor.id -actor.language -actor.login "
              "-actor.phone -actor.site -conversation.bot ~conversation.mode -extra ~sent_at "
              "-session -vendor_id");
    EXPECT_EQ(converted(batch, "omnichannel").losses,
              "-actor.extra -actor.language -actor.last_name -conversation.bot "
              "~conversation.mode -extra -sent_at -session");
    EXPECT_EQ(converted(batch, "chatlayer_app").losses,
              "-actor.email -actor.extra ~actor.id -actor.login -actor.phone -actor.site "
              "-conversation.bot ~conversation.mode -extra -vendor_id");
}

TEST(Convert, tells_of_what_a_carried_part_loses) {
    const auto batch = canonical(
        R"("kind":"message","platform":"other","conversation":{"mode":"live","id":"7"},"actor":{"role":"bot"},"content":[)"
        R"({"type":"file","url":"https://f.example/a.pdf","media":"file","name":"A.pdf","mime":"application/pdf",)"
        R"("size":1024,"state":"ready","vendor_id":"f1"}])");
    EXPECT_EQ(converted(batch, "chatlayer_offloading").losses,
              "+sent_at +conversation.bot -0.mime -0.name -0.size -0.state -0.vendor_id");
    EXPECT_EQ(converted(batch, "certainly").losses,
              "0:file>text -conversation.id -0.mime -0.size -0.state -0.vendor_id");
    EXPECT_EQ(converted(batch, "omnichannel").losses, "");
    EXPECT_EQ(converted(batch, "chatlayer_app").losses, "-0.mime -0.size -0.state -0.vendor_id");
}

TEST(Convert, says_which_part_lost_something_where_one_before_it_vanished) {
    const auto batch = canonical(
        R"("kind":"message","platform":"other","conversation":{"mode":"live","id":"7"},"actor":{"role":"bot"},"content":[)"
        R"({"type":"start"},{"type":"file","url":"https://f.example/a","media":"file","size":1}])");
    EXPECT_EQ(converted(batch, "chatlayer_app").losses, "0:start> -1.size");
}

constexpr const char* kNobodySays =
    R"("kind":"message","platform":"other","conversation":{"mode":"live","id":"7"},"actor":{"role":"user"},"content":[)";

TEST(Convert, makes_one_text_of_parts_that_have_no_place_beside_each_other) {
    const auto files =
        canonical(std::string(kNobodySays) +
                  R"({"type":"file","url":"https://f.example/a","media":"file","size":1},)"
                  R"({"type":"file","url":"https://f.example/b","media":"file","name":"B"}])");
    const auto [body, losses, json] = converted(files, "omnichannel");
    EXPECT_NE(body.find(R"("text":"https://f.example/a\nB: https://f.example/b")"),
              std::string::npos)
        << body;
    EXPECT_EQ(losses, "0:file>text 1:file>text +actor.id +vendor_id ~content -0.size");
    EXPECT_EQ(converted(files, "chatlayer_app").losses, "+actor.id -0.size -1.name");
}

TEST(Convert, tells_a_press_that_becomes_its_label_as_any_other_downgrade) {
    const auto press =
        canonical(std::string(kNobodySays) + R"({"type":"postback","title":"Yes","target":"d"}])");
    EXPECT_EQ(converted(press, "chatlayer_app").losses, "0:postback>text +actor.id -0.target");
    EXPECT_EQ(converted(press, "certainly").losses, "0:postback>text +actor.id -0.target");
}

TEST(Convert, tells_of_each_value_that_is_made_up) {
    EXPECT_EQ(
        converted(
            canonical(
                R"("kind":"message","actor":{"role":"bot"},"content":[{"type":"text","text":"hi"}])"),
            "chatlayer_offloading")
            .losses,
        "+sent_at +conversation.bot +conversation.id");
    const auto choice = canonical(
        R"("kind":"message","conversation":{"mode":"live","id":"7"},"actor":{"role":"bot"},"content":[)"
        R"({"type":"choice","text":"Pick","style":"buttons","options":[{"kind":"postback","title":"Yes"},)"
        R"({"kind":"postback","title":"No","payload":"n"}]}])");
    EXPECT_EQ(converted(choice, "omnichannel").losses, "+0.options.payload");
    EXPECT_EQ(converted(choice, "chatlayer_app").losses, "~0.options.kind +0.options.payload");
}

TEST(Convert, shows_nobody_the_kind_of_an_answer_and_tells_of_its_made_up_title) {
    const auto [body, losses, json] = converted(
        canonical(
            R"("kind":"message","actor":{"role":"agent"},"content":[{"type":"choice","text":"Pick",)"
            R"("options":[{"kind":"reply","payload":"only"},{"kind":"reply","title":"B"}]}])"),
        "certainly");
    EXPECT_EQ(body, R"({"message":"Pick\n1. only\n2. B"})");
    EXPECT_NE(losses.find("+0.options.title"), std::string::npos) << losses;
}

TEST(Convert, tells_of_a_file_that_the_platform_ignores) {
    const auto file = canonical(
        std::string(kNobodySays) +
        R"({"type":"file","url":"https://f.example/a","media":"file","state":"uploading"}])");
    EXPECT_EQ(converted(file, "chatlayer_offloading").losses,
              "+sent_at +actor.id +conversation.bot !0.state");
}

TEST(Convert, tells_of_each_file_that_is_not_ready_and_of_no_other) {
    const auto file = [](const char* state) {
        return std::string(R"({"type":"file","url":"https://f.example/)") + state +
               R"(","media":"file","state":")" + state + R"("})";
    };
    const auto ignored = [&](const std::string& content) {
        std::string told;
        for (const char* place : {"!0.state", "!1.state", "!2.state"})
            if (converted(canonical(std::string(kNobodySays) + content + "]"),
                          "chatlayer_offloading")
                    .losses.find(place) != std::string::npos)
                told += place;
        return told;
    };
    const std::string text = R"({"type":"text","text":"hm"})";
    EXPECT_EQ(ignored(text + "," + file("uploading")), "!1.state");
    EXPECT_EQ(ignored(file("ready") + "," + text + "," + file("uploading")), "!2.state");
    EXPECT_EQ(ignored(file("uploading") + "," + text + "," + file("ready")), "!0.state");
    EXPECT_EQ(ignored(file("ready")), "") << "the control";
}

constexpr const char* kWanted =
    R"("kind":"handover_requested","platform":"chatlayer_offloading","conversation":{"bot":"b","mode":"live","id":"7"},)"
    R"("actor":{"role":"user","id":"7"},"sent_at":"2026-01-05T10:00:00.000Z","handover":{"to":"agent","payload":{"queue":1},"transcript":[)"
    R"({"kind":"message","actor":{"role":"user"},"sent_at":"2026-01-05T09:00:00.000Z","content":[{"type":"location","latitude":1,"longitude":2}]},)"
    R"({"kind":"message","actor":{"role":"bot"},"sent_at":"2026-01-05T09:00:01.000Z","content":[{"type":"text","text":"hm"}]}]})";

TEST(Convert, takes_a_request_for_a_human_to_every_platform_and_tells_what_the_human_misses) {
    const auto batch = canonical(kWanted);
    const auto same = converted(batch, "chatlayer_offloading");
    EXPECT_EQ(
        same.body,
        R"({"event":"offload","botId":"b","version":"LIVE","sessionId":"7","timestamp":"2026-01-05T10:00:00.000Z","transcript":[)"
        R"({"actor":"user","message":{"messageType":"location","coordinates":{"lat":1,"long":2}},"timestamp":"2026-01-05T09:00:00.000Z"},)"
        R"({"actor":"bot","message":{"text":"hm"},"timestamp":"2026-01-05T09:00:01.000Z"}],"payload":{"queue":1}})");
    EXPECT_EQ(same.losses, "-actor.id");
    EXPECT_EQ(converted(batch, "certainly").losses,
              "-handover.payload -handover.transcript -sent_at");
    const auto transfer = converted(batch, "omnichannel");
    EXPECT_EQ(transfer.body, R"({"chat_id":7,"context":{"queue":1}})");
    EXPECT_EQ(transfer.losses,
              "-actor.id ~actor.role -conversation.bot ~handover.payload -handover.transcript "
              "-sent_at");
    EXPECT_EQ(converted(batch, "chatlayer_app").losses,
              "-conversation.bot -handover.payload -handover.transcript ~kind");
}

TEST(Convert, simplifies_what_a_transcript_cannot_hold) {
    const auto [body, losses, json] = converted(
        canonical(
            R"("kind":"handover_requested","platform":"other","conversation":{"bot":"b","mode":"live","id":"7"},)"
            R"("actor":{"role":"user"},"handover":{"to":"agent","transcript":[)"
            R"({"kind":"message","actor":{"role":"user"},"content":[{"type":"cards","layout":"list","cards":[{"title":"A"}]}]}]})"),
        "chatlayer_offloading");
    EXPECT_NE(body.find(R"("messageType":"text","text":"A")"), std::string::npos) << body;
    EXPECT_EQ(losses, "+sent_at ~handover.transcript");
}

TEST(Convert, refuses_what_nothing_can_be_said_of) {
    const std::string nothing =
        R"("kind":"message","platform":"other","conversation":{"mode":"live","id":"7"},"actor":{"role":"user"},"content":[)";
    EXPECT_EQ(converted(canonical(nothing + "]"), "chatlayer_app").body, "unsupported");
    const std::string nobody =
        R"("kind":"handover_requested","platform":"other","actor":{"role":"bot"},"handover":{"to":"agent"})";
    EXPECT_EQ(converted(canonical(nobody), "chatlayer_app").body, "unsupported")
        << "there a request that names nobody is refused";
    EXPECT_EQ(converted(canonical(nothing + R"({"type":"start"}])"), "omnichannel").body,
              "unsupported");
    for (const char* to : {"omnichannel", "chatlayer_offloading"})
        EXPECT_EQ(converted(canonical(nothing + R"({"type":"postback"}])"), to).body, "unsupported")
            << "a press of nothing";
    const std::string agent =
        R"("kind":"message","platform":"certainly","actor":{"role":"agent"},"content":[{"type":"text","text":"hi"}])";
    EXPECT_EQ(converted(canonical(agent), "omnichannel").body, "unsupported")
        << "it names no conversation";
}

TEST(Convert, gives_an_event_of_the_platforms_own_back_as_it_was) {
    for (const Golden& golden : golden_cases()) {
        const bool plain = golden.flag("roundtrip") && golden.platform == "chatlayer_offloading" &&
                           golden.text("direction") == "in";
        if (!plain) continue;
        const auto batch = platforms::parse(*platforms::find(golden.platform), golden.body);
        if (!batch || (*batch)->size() != 1) continue;
        const auto [body, losses, json] = converted(*batch, golden.platform);
        EXPECT_TRUE(same_json(body, golden.body)) << golden.name << " " << body;
        EXPECT_EQ(json, "[]") << golden.name;
    }
}

TEST(Convert, loses_no_word_on_the_way_to_plain_text) {
    for (const Golden& golden : golden_cases()) {
        if (!golden.flag("roundtrip")) continue;
        const auto batch = platforms::parse(*platforms::find(golden.platform), golden.body);
        if (!batch) continue;
        for (const std::uint32_t root : (*batch)->roots) {
            const model::Event& event = (*batch)->events[root];
            for (const model::Part& part : (*batch)->parts_of(event)) {
                if (part.type != model::PartType::choice || event.parts.count != 1) continue;
                const platforms::Capabilities only_text{.parts =
                                                            platforms::bit(model::PartType::text)};
                const auto simple = platforms::downgrade(**batch, root, only_text);
                // Refused only when there is no word at all.
                const std::string words =
                    simple ? words_in(**simple, (*simple)->root(0)) : std::string{};
                for (const model::Option& option : (*batch)->options_of(part.options))
                    EXPECT_NE(words.find((*batch)->view(option.title)), std::string::npos)
                        << golden.name;
            }
        }
    }
}

}  // namespace
}  // namespace lampjack::test
