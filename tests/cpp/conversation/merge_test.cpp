#include "conversation/merge.h"

#include <gtest/gtest.h>

namespace lampjack::conversation {
namespace {

constexpr std::uint8_t kUser = 0;
constexpr std::uint8_t kBot = 1;

/// A record whose fingerprint is its own: only time and content can match it.
MergeRecord said(std::uint8_t actor, std::uint64_t content, std::optional<Millis> at) {
    static unsigned serial = 0;
    ++serial;
    MergeRecord record{.actor = actor, .at = at, .content = content};
    for (std::size_t index = 0; index < 4; ++index) {
        record.fingerprint[index] = static_cast<unsigned char>(serial >> (8 * index));
    }
    record.fingerprint[15] = 1;
    return record;
}

EventKey key(unsigned char number) { return EventKey{number}; }

using Lives = std::vector<std::optional<std::size_t>>;
using Places = std::vector<std::size_t>;

TEST(Merge, recognises_by_id_by_fingerprint_and_by_content) {
    std::vector<MergeRecord> live = {said(kUser, 1, 1000), said(kBot, 2, 2000),
                                     said(kUser, 3, 3000)};
    std::vector<MergeRecord> told = {said(kUser, 90, 1000), said(kBot, 91, 2000),
                                     said(kUser, 3, 3010)};
    live[0].key = told[0].key = key(7);
    told[1].fingerprint = live[1].fingerprint;
    const Merged merged = merge(live, told);
    EXPECT_EQ(merged.live_of, (Lives{0, 1, 2}));
    EXPECT_TRUE(merged.added.empty());
    EXPECT_TRUE(merged.holes.empty());
    EXPECT_TRUE(merged.missing.empty());
}

TEST(Merge, takes_items_after_the_last_known_one_as_news_and_not_as_a_hole) {
    const std::vector<MergeRecord> live = {said(kUser, 1, 1000)};
    const std::vector<MergeRecord> told = {said(kUser, 1, 1000), said(kBot, 2, 2000)};
    const Merged merged = merge(live, told);
    EXPECT_EQ(merged.added, (Places{1}));
    EXPECT_TRUE(merged.holes.empty());
}

TEST(Merge, marks_what_never_came_live_before_and_between_known_items) {
    const std::vector<MergeRecord> live = {said(kBot, 2, 2000), said(kBot, 5, 5000)};
    const std::vector<MergeRecord> told = {said(kUser, 1, 1000), said(kBot, 2, 2000),
                                           said(kUser, 3, 3000), said(kUser, 4, 4000),
                                           said(kBot, 5, 5000),  said(kUser, 6, 6000)};
    const Merged merged = merge(live, told);
    EXPECT_EQ(merged.live_of, (Lives{{}, 0, {}, {}, 1, {}}));
    EXPECT_EQ(merged.added, (Places{0, 2, 3, 5}));
    EXPECT_EQ(merged.holes, (std::vector<Hole>{{.first = 0, .count = 1, .after_live = {}},
                                               {.first = 2, .count = 2, .after_live = 0}}));
}

TEST(Merge, finds_no_hole_when_nothing_came_live) {
    const std::vector<MergeRecord> told = {said(kUser, 1, 1000), said(kBot, 2, 2000)};
    const Merged merged = merge({}, told);
    EXPECT_EQ(merged.added, (Places{0, 1}));
    EXPECT_TRUE(merged.holes.empty());
    EXPECT_EQ(merge({}, {}), Merged{});
}

TEST(Merge, notes_live_items_that_the_transcript_does_not_tell) {
    const std::vector<MergeRecord> live = {said(kUser, 9, 500), said(kUser, 1, 1000),
                                           said(kBot, 2, 20'000), said(kUser, 3, 40'000),
                                           said(kUser, 4, 90'000)};
    const std::vector<MergeRecord> told = {said(kUser, 1, 1000), said(kUser, 3, 40'000)};
    const Merged merged = merge(live, told);
    EXPECT_EQ(merged.missing, (Places{2}));
}

TEST(Merge, tolerates_two_seconds_and_not_more) {
    const std::vector<MergeRecord> live = {said(kUser, 1, 10'000)};
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 12'000)}).live_of, (Lives{0}));
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 8'000)}).live_of, (Lives{0}));
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 12'001)}).live_of, (Lives{{}}));
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 13'000)}, 5'000).live_of, (Lives{0}));
}

TEST(Merge, keeps_actors_and_contents_apart) {
    const std::vector<MergeRecord> live = {said(kUser, 1, 1000)};
    EXPECT_EQ(merge(live, std::vector{said(kBot, 1, 1000)}).added, (Places{0}));
    EXPECT_EQ(merge(live, std::vector{said(kUser, 2, 1000)}).added, (Places{0}));
}

TEST(Merge, pairs_repeated_words_one_to_one_and_in_order) {
    const std::vector<MergeRecord> live = {said(kUser, 1, 0), said(kUser, 1, 1000)};
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 1200), said(kUser, 1, 2200)}).live_of,
              (Lives{0, 1}));
    EXPECT_EQ(merge(live, std::vector{said(kUser, 1, 1000)}).live_of, (Lives{1}));
    const std::vector<MergeRecord> thrice = {said(kUser, 1, 0), said(kUser, 1, 1000),
                                             said(kUser, 1, 9000)};
    EXPECT_EQ(merge(live, thrice).live_of, (Lives{0, 1, {}}));
}

TEST(Merge, lets_an_item_without_a_time_fit_any_of_the_same_words) {
    const std::vector<MergeRecord> live = {said(kUser, 1, {}), said(kUser, 1, 50'000)};
    const std::vector<MergeRecord> told = {said(kUser, 1, 1000), said(kUser, 1, {})};
    EXPECT_EQ(merge(live, told).live_of, (Lives{0, 1}));
}

TEST(Merge, is_not_slow_on_ten_thousand_equal_items) {
    std::vector<MergeRecord> live;
    for (Millis at = 0; at < 10'000; ++at) live.push_back(said(kUser, 1, at * 100));
    const Merged merged = merge(live, live);
    EXPECT_TRUE(merged.added.empty());
}

}  // namespace
}  // namespace lampjack::conversation
