#include "engine/store_watch.h"

#include "../support/forward_store.h"
#include "sender_world.h"

namespace lampjack::test {
namespace {

/// A store that needs attention when the test says so.
class ComplainingStore : public support::ForwardStore {
public:
    ComplainingStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    std::string complaint;
    std::string warning() override { return complaint; }
};

/// Its token is so long that nothing is to be said of it.
constexpr const char* kAccount =
    R"("shop":{"platform":"chatlayer_offloading","verify_token":"made-up-token-of-tests"})";

std::size_t count(const std::string& log, const std::string& line) {
    std::size_t found = 0;
    for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1)) ++found;
    return found;
}

TEST(StoreWatch, tells_of_a_warning_when_it_begins_once_an_hour_and_when_it_ends) {
    const auto store = std::make_shared<ComplainingStore>();
    SenderWorld world(kAccount, "", store);
    const auto minutes = [&](int number) {
        for (int i = 0; i < number; ++i) {
            world.clock->advance(60'000);
            world.hub().step();
        }
    };
    minutes(5);
    EXPECT_EQ(world.log, "") << "the control: nothing to tell";
    EXPECT_EQ(world.stat("store_warnings"), 0);

    store->complaint = "the log grows";
    minutes(59);
    EXPECT_EQ(count(world.log, "warning store.warning reason=\"the log grows\"\n"), 1U)
        << world.log;
    minutes(60);
    EXPECT_EQ(count(world.log, "warning store.warning reason=\"the log grows\"\n"), 2U);
    EXPECT_EQ(world.stat("store_warnings"), 1) << "it is one";

    store->complaint.clear();
    minutes(5);
    EXPECT_EQ(count(world.log, "info store.recovered\n"), 1U);
    store->complaint = "the log grows";
    minutes(1);
    EXPECT_EQ(count(world.log, "warning store.warning reason=\"the log grows\"\n"), 3U);
    EXPECT_EQ(world.stat("store_warnings"), 2);
}

TEST(StoreWatch, is_not_silenced_by_a_clock_that_is_set_back) {
    const auto store = std::make_shared<ComplainingStore>();
    SenderWorld world(SenderWorld::account("shop"), "", store);
    world.hub().step();
    world.clock->advance(-3'600'000);
    store->complaint = "the log grows";
    world.hub().step();
    EXPECT_EQ(count(world.log, "warning store.warning reason=\"the log grows\"\n"), 1U);
}

}  // namespace
}  // namespace lampjack::test
