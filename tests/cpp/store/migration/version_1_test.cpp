// Tables that release 13949c8 made are migrated, and it goes on working beside this release.

#include "store/contract/store_contract.h"
#include "store/migration/version_1.h"
#include "support/postgres_server.h"

namespace lampjack::store::testing {

void PrintTo(const Version1Kind& kind, std::ostream* out) { *out << kind.name; }

namespace {

std::vector<Version1Kind> kinds() {
    return {{"sqlite", make_sqlite_version_1, [] { return std::string(); }},
            {"postgresql", make_postgres_version_1, support::PostgresServer::why_not}};
}

class VersionOne : public ::testing::TestWithParam<Version1Kind> {
protected:
    void SetUp() override {
        if (const auto why = GetParam().why_not(); !why.empty()) GTEST_SKIP() << why;
        old_ = GetParam().make();
        must(old_->subscribe("desk", {{}, {}, To::desk}));
        must(old_->change(kRef, 1, item_key("a")));
        must(old_->change(kRef, 2, item_key("b")));
    }
    Version1& old() { return *old_; }
    std::unique_ptr<Store> migrated() {
        must(lampjack::store::migrate(old_->url()));
        return must(open(old_->url()));
    }
    static std::vector<LeasedItem> lease(Store& store, Millis now, Lessee who = {}) {
        return must(store.lease_items("desk", now, now + 1000, 9, who));
    }
    const std::string kRef = ref_of("u1");

private:
    std::unique_ptr<Version1> old_;
};
INSTANTIATE_TEST_SUITE_P(Stores, VersionOne, ::testing::ValuesIn(kinds()),
                         [](const auto& one) { return one.param.name; });

TEST_P(VersionOne, its_tables_are_refused_until_they_are_migrated) {
    const auto opened = open(old().url());
    EXPECT_EQ(code_of(opened), Code::config);
    EXPECT_NE(opened.error().message.find("lampjack migrate"), std::string::npos);
    ASSERT_TRUE(migrated());
    EXPECT_EQ(old().versions(), (std::pair<std::int64_t, std::int64_t>{2, 1}))
        << "the release before may go on";
}

TEST_P(VersionOne, what_it_wrote_is_read) {
    const auto store = migrated();
    const auto items = must(store->items(key_of(kRef), 0, 10));
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].delivery, "");
    const auto rows = must(store->deliveries(key_of(kRef)));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].item_seq, 0U);
    EXPECT_EQ(rows[0].vendor_answer, "");
    {
        Edit edit(*store, kRef);
        const auto known = must(edit.tx().known_command(edit.row().key, item_key("a")));
        ASSERT_TRUE(known);
        EXPECT_FALSE(known->content) << "never a conflict";
    }
    const auto all = must(store->subscriptions(1000));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].filter, (SubscriptionFilter{{}, {}, To::desk}));
    EXPECT_EQ(all[0].waiting, 2U);
    EXPECT_EQ(all[0].served, 0);
}

TEST_P(VersionOne, what_it_wrote_has_no_record_and_what_it_erases_leaves_none) {
    const auto store = migrated();
    const auto append = [&](std::uint64_t seq, std::optional<conversation::MergeRecord> merge) {
        Edit edit(*store, kRef);
        ItemRow item;
        item.seq = seq;
        item.kind = "message";
        item.body = "{}";
        item.merge = merge;
        must(edit.tx().append(edit.row().key, item, {}));
        edit.row().next_seq = seq + 1;
        edit.finish();
    };
    const auto records = [&] {
        Edit edit(*store, kRef);
        std::vector<std::uint64_t> contents;
        for (const MergeRow& row : must(edit.tx().newest_merge(edit.row().key, 9)))
            contents.push_back(row.merge ? row.merge->content : 0);
        return contents;
    };
    append(3, conversation::MergeRecord{.content = 5});
    EXPECT_EQ(records(), (std::vector<std::uint64_t>{0, 0, 5}));
    must(old().erase(kRef));
    EXPECT_TRUE(records().empty());
    append(3, {});
    EXPECT_EQ(records(), std::vector<std::uint64_t>{0}) << "no record without its item";
}

TEST_P(VersionOne, what_it_left_waiting_is_leased_by_account) {
    const auto store = migrated();
    const std::vector<std::string> bank{"bank"}, shop{"shop"};
    EXPECT_TRUE(lease(*store, 5000, {7, bank}).empty());
    const auto first = lease(*store, 5000, {7, shop});
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.seq, 1U);
    must(store->finish_item("desk", first[0], ItemOutcome::done, 0, ""));
    EXPECT_EQ(lease(*store, 5000, {7, shop}).at(0).item.seq, 2U);
    EXPECT_EQ(must(store->lease_deliveries(shop, false, 5000, 6000, 9, 7)).size(), 1U);
}

TEST_P(VersionOne, it_goes_on_beside_this_release) {
    const auto store = migrated();
    must(old().change(kRef, 3, item_key("c")));
    EXPECT_EQ(must(old().lease_item("desk", 5000, 6000, 99)), 1U);
    EXPECT_TRUE(lease(*store, 5000).empty()) << "it has the conversation";
    must(old().finish_item("desk", kRef, 99));
    const auto second = lease(*store, 5000, {7, {}});
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].item.seq, 2U);
    EXPECT_EQ(must(old().lease_item("desk", 5000, 6000, 98)), 0U);
    must(store->finish_item("desk", second[0], ItemOutcome::done, 0, ""));
    EXPECT_EQ(must(old().lease_item("desk", 5000, 6000, 97)), 3U);
    must(old().finish_item("desk", kRef, 97));
    EXPECT_TRUE(lease(*store, 5000).empty());
    EXPECT_EQ(must(old().send(5000, 55)), 1U);
    EXPECT_EQ(must(store->deliveries(key_of(kRef))).at(0).status, DeliveryStatus::sent);
    const std::vector<std::string> shop{"shop"};
    EXPECT_EQ(must(store->lease_deliveries(shop, false, 5000, 6000, 9, 7)).at(0).row.oseq, 2U);
    must(old().erase(kRef));
    EXPECT_EQ(code_of(store->items(key_of(kRef), 0, 9)), Code::not_found);
    EXPECT_TRUE(lease(*store, 9000).empty());
}

TEST_P(VersionOne, its_leases_are_never_reclaimed_early) {
    const auto store = migrated();
    must(store->beat({7, "host:7", {}, {}, 0, 6000}));
    ASSERT_EQ(lease(*store, 5000, {7, {}}).size(), 1U);
    EXPECT_EQ(must(old().lease_item("desk", 6000, 900'000, 99)), 1U) << "our lease has run out";
    EXPECT_EQ(must(store->reclaim(6000, 0)).items, 0U);
    EXPECT_TRUE(lease(*store, 7000).empty());
    must(old().finish_item("desk", kRef, 99));
}

TEST_P(VersionOne, it_does_what_it_always_did_with_what_this_release_wrote) {
    const auto store = migrated();
    {
        Edit edit(*store, kRef);
        const std::uint64_t seq = edit.say("message");
        edit.send();
        must(edit.tx().remember_command(edit.row().key, item_key("k"), seq, item_key("c")));
        must(edit.tx().readdress(edit.row().key, 1, To::nobody, ""));
        edit.finish();
    }
    for (std::uint64_t token = 50; token < 53; ++token) {
        const std::uint64_t oseq = must(old().send(5000, token));
        EXPECT_EQ(oseq, token - 49);
    }
    const auto rows = must(store->deliveries(key_of(kRef)));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[2].status, DeliveryStatus::sent);
    EXPECT_EQ(rows[2].item_seq, 3U) << "and leaves alone what it does not know";
}

}  // namespace
}  // namespace lampjack::store::testing
