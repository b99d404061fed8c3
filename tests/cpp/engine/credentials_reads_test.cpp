// What a look of the sender reads while an account is paused for refused credentials: nothing of it before a probe can go.
#include "../support/forward_store.h"
#include "credentials_world.h"

namespace lampjack::test {
namespace {

/// Counts the rows that wait as the sender reads them.
class CountingStore final : public support::ForwardStore {
public:
    CountingStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    std::size_t lists = 0, heads = 0, head_rows = 0;

    Result<std::vector<store::Delivery>>
    deliveries_by(store::DeliveryStatus status, std::size_t limit, store::OfAccounts of) override {
        ++lists;
        return ForwardStore::deliveries_by(status, limit, of);
    }
    Result<std::vector<store::Delivery>> due_heads(Text account, Millis now,
                                                   std::size_t limit) override {
        auto found = ForwardStore::due_heads(account, now, limit);
        ++heads;
        if (found) head_rows += found->size();
        return found;
    }
};

constexpr int kBankRows = 20, kLooks = 10;

/// The calls in flight to the paused account's platform.
std::vector<std::uint64_t> probes(const SenderWorld& world) {
    std::vector<std::uint64_t> ids;
    for (const auto id : world.http().in_flight())
        if (world.http().call(id).request.url.find("bank") == std::string::npos) ids.push_back(id);
    return ids;
}

TEST(CredentialsReads, a_paused_account_without_a_due_row_costs_a_look_no_row) {
    const auto store = std::make_shared<CountingStore>();
    SenderWorld world(SenderWorld::account("shop") + "," +
                          SenderWorld::account("bank", "", "https://bank.example"),
                      "", store);
    for (int i = 0; i < kBankRows; ++i) {
        const std::string session = "b-" + std::to_string(i);
        world.offload(session, "bank");
        world.command("take", session, {}, "dana", "bank");
    }
    take(world, {"s-1"});
    const auto id = world.reply("s-1", "one");
    world.answer_all(401);
    ASSERT_EQ(world.status(id), "paused");
    for (int i = 0; i < kBankRows; ++i) world.reply("b-" + std::to_string(i), "hello", "bank");

    // The probe fails on its way: it proves nothing, and its row waits for its next try.
    world.clock->advance(40 * kSecond);
    world.hub().step();
    ASSERT_EQ(probes(world).size(), 1U);
    world.http().fail_with(probes(world).front(), transport::FailureKind::connect);
    world.http().deliver();
    world.hub().step();
    ASSERT_TRUE(probes(world).empty());

    store->lists = store->heads = store->head_rows = 0;
    for (int looks = 0; looks < kLooks; ++looks) world.hub().step();
    EXPECT_EQ(store->lists, 0U) << "nobody reads what waits for all accounts";
    EXPECT_EQ(store->head_rows, 0U);
    EXPECT_LE(store->heads, static_cast<std::size_t>(kLooks)) << "one question a look";

    for (int i = 0; i < 60 && probes(world).empty(); ++i) {
        world.clock->advance(5 * kSecond);
        world.hub().step();
    }
    EXPECT_EQ(probes(world).size(), 1U) << "when it is due it goes";
    EXPECT_GE(store->head_rows, 1U) << "the control: what is read is counted";
    EXPECT_EQ(store->lists, 0U);
}

TEST(CredentialsReads, before_the_pauses_time_nothing_is_asked) {
    const auto store = std::make_shared<CountingStore>();
    SenderWorld world(SenderWorld::account("shop"), "", store);
    take(world, {"s-1"});
    world.reply("s-1", "one");
    world.answer_all(401);
    store->heads = 0;
    for (int looks = 0; looks < kLooks; ++looks) world.hub().step();
    EXPECT_EQ(store->heads, 0U);
    EXPECT_EQ(store->lists, 0U);
}

}  // namespace
}  // namespace lampjack::test
