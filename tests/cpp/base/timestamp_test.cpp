#include "base/timestamp.h"

#include <gtest/gtest.h>

namespace lampjack {
namespace {

TEST(Timestamp, writes_what_it_reads_exactly) {
    for (const char* text : {"2021-11-15T08:26:13.154Z", "2000-01-01T00:00:00.000Z",
                             "2024-02-29T23:59:59.999Z", "2099-12-31T23:59:59.999Z"}) {
        Millis time = 0;
        ASSERT_TRUE(parse_exact(text, time)) << text;
        EXPECT_EQ(format_time(time).view(), text);
    }
    Millis time = 0;
    ASSERT_TRUE(parse_exact("2021-11-15T08:26:13.154Z", time));
    EXPECT_EQ(time, 1636964773154);
}

TEST(Timestamp, refuses_other_spellings_as_exact) {
    Millis time = 0;
    for (const char* text :
         {"2021-11-15T08:26:13Z", "2021-11-15 08:26:13.154Z", "2021-11-15T08:26:13.154+00:00",
          "2021-02-29T00:00:00.000Z", "2021-11-15T24:00:00.000Z", "1999-12-31T23:59:59.999Z",
          "2100-01-01T00:00:00.000Z", "2021-11-15T08:26:60.000Z", ""})
        EXPECT_FALSE(parse_exact(text, time)) << text;
    EXPECT_EQ(time, 0) << "a time out of range is none";
}

TEST(Timestamp, reads_whole_epochs_by_their_digits) {
    Millis time = 0;
    ASSERT_TRUE(parse_whole_epoch("1636964773", time));
    EXPECT_EQ(time, 1636964773000);
    ASSERT_TRUE(parse_whole_epoch("1636964773154", time));
    EXPECT_EQ(time, 1636964773154);
    for (const char* text : {"", "163696477", "16369647731", "1636964773154000", "1636964773.15",
                             "-636964773", "0946684800", "9999999999999"})
        EXPECT_FALSE(parse_whole_epoch(text, time)) << text;
    EXPECT_EQ(time, 1636964773154);
}

TEST(Timestamp, reads_offsets_fractions_and_epochs) {
    const Millis expected = 1636964773154;
    for (const char* text :
         {"2021-11-15T08:26:13.154Z", "2021-11-15T10:26:13.154+02:00",
          "2021-11-15T02:56:13.154-0530", "2021-11-15T08:26:13.154999999Z",
          "2021-11-15 08:26:13,154z", "1636964773154", "1636964773154000", "1636964773.154"})
        EXPECT_EQ(parse_time(text), expected) << text;
    EXPECT_EQ(parse_time("2021-11-15T08:26:13Z"), 1636964773000);
    EXPECT_EQ(parse_time("1636964773"), 1636964773000);
    for (const char* text :
         {"", "yesterday", "12", "-5", "1e999", "2021-11-15", "2021-11-15T08:26:13",
          "2021-11-15T08:26:13.Z", "99999999999999999999"})
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace lampjack
