// What a store writes with the row codec it reads again, and nothing else.

#include "store/row_codec.h"

#include "store/random_rows.h"

#include <gtest/gtest.h>

namespace lampjack::store {
namespace {

using testing::RandomRows;

constexpr int kRounds = 2000;

std::string random_bytes(RandomRows& random) {
    std::string bytes = random.text();
    if (!bytes.empty() && random.coin()) bytes[0] = 1;  // past the form
    return bytes;
}

void expect_same(const ConversationRow& a, const ConversationRow& b) {
    EXPECT_EQ(a.bot, b.bot);
    EXPECT_EQ(a.mode, b.mode);
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.raw_id, b.raw_id);
    EXPECT_EQ(a.user, b.user);
    EXPECT_EQ(a.state, b.state);
    EXPECT_EQ(a.echo, b.echo);
}

TEST(RowCodec, gives_every_conversation_back) {
    RandomRows random(1);
    for (int round = 0; round < kRounds; ++round) {
        const ConversationRow row = random.row();
        ConversationRow back;
        const Result<void> read = decode(encode(row), back);
        ASSERT_TRUE(read) << read.error().message;
        expect_same(row, back);
        if (HasFailure()) FAIL() << "round " << round;
    }
}

TEST(RowCodec, leaves_the_columns_of_a_conversation_alone) {
    ConversationRow row = RandomRows(2).row();
    ConversationRow back;
    back.ref = "shop:live:u1";
    back.account = "shop";
    back.next_seq = 7;
    back.next_out = 8;
    back.touched = 9;
    ASSERT_TRUE(decode(encode(row), back));
    EXPECT_EQ(back.ref, "shop:live:u1");
    EXPECT_EQ(back.account, "shop");
    EXPECT_EQ(back.next_seq, 7U);
    EXPECT_EQ(back.next_out, 8U);
    EXPECT_EQ(back.touched, 9);
}

TEST(RowCodec, overwrites_what_was_in_the_row_before) {
    RandomRows random(3);
    ConversationRow back = random.row();
    ASSERT_TRUE(decode(encode(ConversationRow{}), back));
    expect_same(ConversationRow{}, back);
}

TEST(RowCodec, gives_every_answer_and_filter_back) {
    RandomRows random(4);
    for (int round = 0; round < kRounds; ++round) {
        const model::Answer answer = random.answer();
        model::Answer answer_back = random.answer();
        ASSERT_TRUE(decode(encode(answer), answer_back));
        ASSERT_EQ(answer, answer_back);
        const SubscriptionFilter filter = random.filter();
        SubscriptionFilter filter_back = random.filter();
        ASSERT_TRUE(decode(encode(filter), filter_back));
        ASSERT_EQ(filter, filter_back);
    }
}

TEST(RowCodec, keeps_an_empty_conversation_small) {
    EXPECT_LE(encode(ConversationRow{}).size(), 64U);
}

TEST(RowCodec, refuses_every_truncation) {
    RandomRows random(5);
    const std::string bytes = encode(random.row());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ConversationRow row;
        ASSERT_FALSE(decode(std::string_view(bytes).substr(0, size), row)) << size;
    }
    const std::string answer = encode(random.answer());
    for (std::size_t size = 0; size < answer.size(); ++size) {
        model::Answer out;
        ASSERT_FALSE(decode(std::string_view(answer).substr(0, size), out)) << size;
    }
}

TEST(RowCodec, refuses_what_follows_the_end) {
    RandomRows random(6);
    ConversationRow row;
    EXPECT_FALSE(decode(encode(random.row()) + '\0', row));
    model::Answer answer;
    EXPECT_FALSE(decode(encode(random.answer()) + '\0', answer));
    SubscriptionFilter filter;
    EXPECT_FALSE(decode(encode(random.filter()) + '\0', filter));
}

TEST(RowCodec, refuses_the_form_of_a_later_release) {
    std::string bytes = encode(ConversationRow{});
    bytes[0] = 2;
    ConversationRow row;
    const Result<void> read = decode(bytes, row);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::store);
}

TEST(RowCodec, never_gives_a_value_that_no_enum_has) {
    RandomRows random(7);
    std::size_t accepted = 0;
    for (int round = 0; round < kRounds * 10; ++round) {
        std::string bytes = random.coin() ? random_bytes(random) : encode(random.row());
        if (!bytes.empty())
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        ConversationRow row;
        if (!decode(bytes, row)) continue;
        ++accepted;
        ASSERT_LT(static_cast<std::size_t>(row.state.state), conversation::kStateCount);
        ASSERT_LT(static_cast<std::size_t>(row.state.end_reason), conversation::kReasonCount);
        ASSERT_LT(row.echo.memory().next, conversation::EchoGuard::kCapacity);
        ConversationRow again;
        ASSERT_TRUE(decode(encode(row), again));
        ASSERT_EQ(row.state, again.state);
    }
    EXPECT_GT(accepted, 0U);  // else the loop above has seen nothing
}

}  // namespace
}  // namespace lampjack::store
