// The same schedule gives the same log on every store.

#include "store/contract/player.h"
#include "support/from_environment.h"

namespace lampjack::store::testing {
namespace {

/// How many schedules; more for a long run.
int schedules() { return support::from_environment("LJK_SCHEDULES", 6); }

/// What was done just before.
std::string before(const std::vector<std::string>& log, std::size_t line) {
    std::string text;
    for (std::size_t i = line - std::min<std::size_t>(line, 20); i < line; ++i)
        text += "    " + log[i] + "\n";
    return text;
}

class Schedule : public StoreContract {};
LJK_ON_EVERY_STORE(Schedule);

TEST_P(Schedule, tells_what_the_memory_store_tells) {
    constexpr int kSteps = 150;
    for (int seed = 1; seed <= schedules(); ++seed) {
        const auto place = GetParam().make_place();
        const auto other = must(GetParam().open(place->url()));
        const auto memory = must(open("memory:"));
        Player reference(*memory, static_cast<std::uint64_t>(seed));
        Player player(*other, static_cast<std::uint64_t>(seed));
        reference.play(kSteps);
        player.play(kSteps);
        const std::size_t shared = std::min(reference.log().size(), player.log().size());
        for (std::size_t i = 0; i < shared; ++i)
            ASSERT_EQ(reference.log()[i], player.log()[i])
                << "seed " << seed << ", line " << i << "\n"
                << before(reference.log(), i);
        ASSERT_EQ(reference.log().size(), player.log().size());
        ASSERT_GT(shared, 200U) << "the schedule did next to nothing";
    }
}

}  // namespace
}  // namespace lampjack::store::testing
