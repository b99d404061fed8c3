// Scenario "bad_endpoints": what platforms that misbehave cost the messages to those that are well.
// Three contenders take turns in rounds, each with a new hub: the measured destinations alone, beside as many that are
// well, beside as many that are bad in every way we know. Ratios within a round, and their median, count.

#include "turn.h"

#include "common/arguments.h"
#include "common/report.h"
#include "support/from_environment.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace bench {
namespace {

/// `./dev torture` asks for longer turns.
struct Settings {
    Pace pace{.seconds = lampjack::support::from_environment("LJK_ENDPOINT_SECONDS", 20)};
    int rounds = lampjack::support::from_environment("LJK_ENDPOINT_ROUNDS", 5);
    std::string folder;  ///< of an SQLite file; empty: the store in memory
};

Latencies turn(const Settings& settings, Neighbours neighbours) {
    if (settings.folder.empty()) return take_turn(neighbours, settings.pace, "memory:");
    const auto folder = std::filesystem::path(settings.folder) / "turn";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const Latencies found =
        take_turn(neighbours, settings.pace, "sqlite:" + (folder / "bench.db").string());
    std::filesystem::remove_all(folder);
    return found;
}

void print(int round, const char* name, const Latencies& found) {
    std::printf("%5d  %-12s %8zu %6zu %9zu  %8.2f %8.2f %9.2f\n", round, name, found.count,
                found.failed, found.requests, found.p50, found.p99, found.worst);
    std::fflush(stdout);
}

struct Tally {
    std::vector<double> p50, p99, p99_to_good;
    double overtime = -1e9;
    std::size_t unanswered = 0;
    int trapped = 0;

    void add(const Latencies& alone, const Latencies& good, const Latencies& bad) {
        p50.push_back(bad.p50 / alone.p50);
        p99.push_back(bad.p99 / alone.p99);
        p99_to_good.push_back(bad.p99 / good.p99);
        overtime = std::max(overtime, bad.overtime);
        unanswered += alone.unanswered + good.unanswered + bad.unanswered;
        trapped += bad.trapped;
    }
};

bool judge(const Tally& tally) {
    std::printf(
        "\nmedian ratios, beside bad ones to alone: p50 %.2f; beside bad ones to beside good "
        "ones: p99 %.2f\n\n",
        median(tally.p50), median(tally.p99_to_good));
    bool good = at_most("1  p99 beside bad ones / alone", median(tally.p99), 1.20);
    good = at_most("2  seconds a request passed its deadline by, the longest",
                   std::max(tally.overtime, 0.0), 0.5) &&
           good;
    good = at_most("3  requests to where redirects lead", tally.trapped, 0) && good;
    return at_most("4  messages to good platforms without an answer",
                   static_cast<double>(tally.unanswered), 0) &&
           good;
}

bool run(const Settings& settings) {
    std::printf("milliseconds from the command to the answer of a platform that takes 50\n\n");
    std::printf("round  beside       messages failed  requests       p50      p99     worst\n");
    Tally tally;
    for (int round = 1; round <= settings.rounds; ++round) {
        const Latencies alone = turn(settings, Neighbours::none);
        print(round, "nobody", alone);
        const Latencies good = turn(settings, Neighbours::good);
        print(round, "good ones", good);
        const Latencies bad = turn(settings, Neighbours::bad);
        print(round, "bad ones", bad);
        tally.add(alone, good, bad);
    }
    return judge(tally);
}

/// False when the arguments make no sense.
bool read_arguments(int argc, char** argv, Settings& settings) {
    Arguments arguments(argc, argv);
    if (arguments.flag("--quick")) {
        settings.rounds = 1;
        settings.pace.seconds = 15;
    }
    if (const auto folder = arguments.value("--sqlite")) {
        settings.folder = *folder;
        settings.pace.measured /= 10;
        settings.pace.neighbours /= 10;
    }
    return arguments.all_known();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    bench::Settings settings;
    if (!bench::read_arguments(argc, argv, settings)) {
        std::printf("usage: bench_bad_endpoints [--quick] [--sqlite FOLDER]\n");
        return 1;
    }
    return bench::run(settings) ? 0 : 2;
}
