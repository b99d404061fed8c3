// What a transcript is compared with is read as it was written; anything else is no record.

#include "store/merge_codec.h"

#include "store/random_rows.h"

#include <gtest/gtest.h>

namespace lampjack::store {
namespace {

conversation::MergeRecord random_record(testing::RandomRows& random) {
    conversation::MergeRecord record;
    const auto fill = [&](conversation::EventKey& key) {
        for (unsigned char& byte : key) byte = static_cast<unsigned char>(random.below(256));
    };
    fill(record.fingerprint);
    record.actor = static_cast<std::uint8_t>(random.below(6));
    record.content = random.number();
    if (random.coin()) fill(record.key.emplace());
    if (random.coin()) record.at = random.time();
    return record;
}

TEST(MergeCodec, gives_every_record_back) {
    testing::RandomRows random(5);
    for (int round = 0; round < 2000; ++round) {
        const auto record = random_record(random);
        EXPECT_EQ(decode_merge(encode(record)), record) << round;
    }
}

TEST(MergeCodec, knows_what_is_no_record) {
    testing::RandomRows random(6);
    EXPECT_FALSE(decode_merge(""));
    for (int round = 0; round < 200; ++round) {
        const std::string bytes = encode(random_record(random));
        EXPECT_LE(bytes.size(), 64u);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(decode_merge(std::string_view(bytes).substr(0, size)));
        EXPECT_FALSE(decode_merge(bytes + "x"));
        std::string later = bytes;
        later[0] = 2;
        EXPECT_FALSE(decode_merge(later)) << "a form of another release";
        static_cast<void>(decode_merge(random.text()));  // whatever it is
    }
}

}  // namespace
}  // namespace lampjack::store
