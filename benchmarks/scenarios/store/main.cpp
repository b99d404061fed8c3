// Scenario "store": durable events a second, and memory an idle conversation.
// Contenders take turns in rounds on the same disk, for a fixed time each; medians of ratios within a round count.

#include "memory.h"
#include "postgres.h"
#include "sqlite.h"

#include "common/arguments.h"
#include "common/report.h"
#include "support/postgres_server.h"

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace bench {
namespace {

constexpr double kFastestDisk = 10e-6;  ///< seconds; what syncs faster keeps nothing

void print(const Memory& memory) {
    constexpr double kMiB = 1 << 20;
    std::printf("%llu idle conversations, %.1f MiB on disk\n",
                static_cast<unsigned long long>(memory.conversations),
                static_cast<double>(memory.file) / kMiB);
    std::printf("  resident: hub open %.1f MiB, a tenth read %.1f MiB, all read %.1f MiB\n",
                memory.opened / kMiB, memory.tenth / kMiB, memory.all / kMiB);
    std::printf("  bytes per conversation: %.1f over all, %.1f after the first tenth\n\n",
                memory.each(), memory.each_later());
}

bool judge_memory(const Settings& settings) {
    const Memory memory = [&] {
        const Folder folder(settings.folder);
        return measure_memory(folder.path(), settings.conversations);
    }();
    print(memory);
    const bool each = at_most("1  bytes per idle conversation", memory.each(), 220);
    return at_most("2  the same once the caches are full", memory.each_later(), 16) && each;
}

bool judge_sqlite(const Settings& settings) {
    const SqliteSpeeds speeds = measure_sqlite(settings);
    if (!speeds.sound) return false;
    std::printf("each contender stored every event it acknowledged, once\n\n");
    if (speeds.sync < kFastestDisk) {
        std::printf("gates 3 and 4 are not judged: an fsync of %.1f us is no disk's; name a folder "
                    "on a disk with --dir\n",
                    speeds.sync * 1e6);
        return true;
    }
    const bool group = at_least("3  events/s, 32 threads / 1 thread", speeds.group, 5);
    return at_least("4  events/s, 32 threads / plain Python", speeds.plain, 5) && group;
}

bool judge_postgres(const Settings& settings) {
    if (const auto why = lampjack::support::PostgresServer::why_not(); !why.empty()) {
        std::printf("PostgreSQL is left out: %s\n", why.c_str());
        return true;
    }
    const DistantPostgres speeds = measure_postgres(settings);
    if (!speeds.near.sound || !speeds.far.sound) return false;
    std::printf("each contender stored every event it acknowledged, once\n\n");
    return at_least("5  events/s, 1 ms away, engine / a statement a trip", speeds.far.one, 2);
}

bool run(const Settings& settings) {
    std::filesystem::create_directories(settings.folder);
    const auto runs = [&](Part part) { return !settings.only || settings.only == part; };
    bool good = !runs(Part::memory) || judge_memory(settings);  // first: see measure_memory
    if (runs(Part::sqlite)) good = judge_sqlite(settings) && good;
    if (runs(Part::postgres)) good = judge_postgres(settings) && good;
    return good;
}

/// False when there is no such part.
bool read_part(std::string_view name, Settings& settings) {
    if (name == "memory") settings.only = Part::memory;
    if (name == "sqlite") settings.only = Part::sqlite;
    if (name == "postgres") settings.only = Part::postgres;
    return settings.only.has_value();
}

/// False when the arguments make no sense.
bool read_arguments(int argc, char** argv, Settings& settings) {
    Arguments arguments(argc, argv);
    if (arguments.flag("--quick")) {
        settings.rounds = 1;
        settings.seconds = 2;
        settings.conversations = 20'000;
    }
    if (arguments.flag("--million")) settings.conversations = 1'000'000;
    if (const auto folder = arguments.value("--dir")) settings.folder = *folder;
    if (const auto part = arguments.value("--only"); part && !read_part(*part, settings))
        return false;
    return arguments.all_known();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    bench::Settings settings;
    if (!bench::read_arguments(argc, argv, settings)) {
        std::printf("usage: bench_store [--quick] [--million] [--only memory|sqlite|postgres] "
                    "[--dir FOLDER]\n");
        return 1;
    }
    return bench::run(settings) ? 0 : 2;
}
