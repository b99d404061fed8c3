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
                    EXPECT_TRUE(result.error().code == Code::unsupported ||
                                (result.error().code == Code::payload ||
                                 result.error().code == Code::argument))
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

TEST(Convert, turns_quick_replies_into_numbered_text_where_there_are_only_texts) {
    const auto batch = platforms::parse(
        *platforms::find("chatlayer_offloading"),
        R"({"event":"messages","botId":"b","version":"LIVE","sessionId":"s","timestamp":"2026-01-05T10:00:00.000Z","messages":[{"actor":"bot",)"
        R"("timestamp":"2026-01-05T10:00:00.000Z","message":{"text":"Pick","quick_replies":[{"content_type":"text","title":"Yes","payload":"y"},)"
        R"({"content_type":"text","title":"No","payload":"n"}]}}]})");
    ASSERT_TRUE(batch) << batch.error().message;
    const auto result =
        platforms::convert(**batch, (*batch)->roots.front(), *platforms::find("certainly"));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->body,
              R"({"interlocutor":"bot","data":{"type":"text","text":"Pick\n1. Yes\n2. No"}})");
    ASSERT_EQ(result->losses.size(), 1u);
    EXPECT_EQ(platforms::write_losses(result->losses),
              R"([{"part":0,"from":"choice","to":"text","what":"buttons and their payloads"}])");
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
                std::vector<platforms::Loss> losses;
                const platforms::Capabilities only_text{.parts =
                                                            platforms::bit(model::PartType::text)};
                const auto simple = platforms::downgrade(**batch, root, only_text, losses);
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
