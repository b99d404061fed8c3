// The record that a transcript is compared with stands beside its item, and shares its fate.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class MergeRecords : public StoreContract {
protected:
    static conversation::MergeRecord record(unsigned char number) {
        conversation::MergeRecord made;
        made.fingerprint.fill(number);
        made.actor = number;
        made.content = ~std::uint64_t{0} - number;
        if (number % 2 == 0) made.key.emplace().fill(static_cast<unsigned char>(~number));
        if (number % 3 == 0) made.at = -5 + number;
        return made;
    }
    static void append(Edit& edit, std::optional<conversation::MergeRecord> merge,
                       bool is_fact = false) {
        ItemRow item;
        item.seq = edit.row().next_seq++;
        item.episode = 7;
        item.state = conversation::State::agent;
        item.kind = is_fact ? "alarm" : "message";
        item.body = "{}";
        item.is_fact = is_fact;
        item.received = 1000 + static_cast<Millis>(item.seq);
        item.merge = std::move(merge);
        must(edit.tx().append(edit.row().key, item, {}));
    }
    std::vector<MergeRow> rows(std::size_t limit = 100) {
        Edit edit(store(), kRef);
        return must(edit.tx().newest_merge(edit.row().key, limit));
    }
    const std::string kRef = ref_of("u1");
};
LJK_ON_EVERY_STORE(MergeRecords);

TEST_P(MergeRecords, come_oldest_first_with_what_the_merge_asks_of_an_item) {
    {
        Edit edit(store(), kRef);
        append(edit, record(6));
        append(edit, {}, true);
        append(edit, {});
        append(edit, record(5));
        EXPECT_EQ(must(edit.tx().newest_merge(edit.row().key, 100)).size(), 4U)
            << "before the commit, too";
        edit.finish();
    }
    reopen();
    const auto found = rows();
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].seq, 1U);
    EXPECT_EQ(found[0].episode, 7U);
    EXPECT_EQ(found[0].state, conversation::State::agent);
    EXPECT_EQ(found[0].kind, "message");
    EXPECT_EQ(found[0].received, 1001);
    EXPECT_EQ(found[0].merge, record(6));
    EXPECT_TRUE(found[1].is_fact);
    EXPECT_FALSE(found[1].merge);
    EXPECT_FALSE(found[2].merge);
    EXPECT_EQ(found[3].merge, record(5));
    const auto newest = rows(2);
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_EQ(newest[0].seq, 3U);
    Edit other(store(), ref_of("u2"));
    EXPECT_TRUE(must(other.tx().newest_merge(other.row().key, 9)).empty());
}

TEST_P(MergeRecords, are_written_later_where_they_are_missing) {
    {
        Edit edit(store(), kRef);
        append(edit, {});
        edit.finish();
    }
    {
        Edit edit(store(), kRef);
        must(edit.tx().put_merge(edit.row().key, 1, record(2)));
    }
    EXPECT_FALSE(rows()[0].merge) << "that change was not committed";
    {  // a change must end before its store
        Edit edit(store(), kRef);
        must(edit.tx().put_merge(edit.row().key, 1, record(1)));
        must(edit.tx().put_merge(edit.row().key, 1, record(2)));
        edit.finish();
    }
    reopen();
    EXPECT_EQ(rows()[0].merge, record(2));
}

TEST_P(MergeRecords, go_with_their_conversation) {
    for (unsigned char life = 1; life < 4; ++life) {
        {
            Edit edit(store(), kRef);
            append(edit, record(life));
            edit.finish();
        }
        ASSERT_EQ(rows().size(), 1U);
        EXPECT_EQ(rows()[0].merge, record(life));
        Edit edit(store(), kRef);
        must(edit.tx().erase(edit.row().key));
        edit.commit();
        EXPECT_TRUE(rows().empty());
    }
}

}  // namespace
}  // namespace lampjack::store::testing
