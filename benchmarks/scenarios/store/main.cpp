// Scenario "store": durable events a second, and memory an idle conversation.
// Contenders take turns in rounds on the same disk, for a fixed time each; medians of ratios within a round count.

#include "contenders.h"
#include "memory.h"

#include "store/sqlite/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::size_t kThreads = 32;
constexpr double kFastestDisk = 10e-6;  ///< seconds; what syncs faster keeps nothing

struct Settings {
    int rounds = 3;
    double seconds = 4;
    std::uint64_t conversations = 100'000;
    std::string folder = LJK_BENCH_FOLDER;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// A folder for one contender, gone with this object.
class Folder {
public:
    explicit Folder(const std::string& parent) : path_(parent + "/turn") {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Median seconds of an fsync after writing one page.
double sync_time(const std::string& folder) {
    const std::string file = folder + "/sync";
    const int descriptor = open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::string page(4096, 'x');
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
        if (write(descriptor, page.data(), page.size()) < 0) return 0;
        const auto begin = std::chrono::steady_clock::now();
        if (fsync(descriptor) != 0) return 0;
        times.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    close(descriptor);
    return median(times);
}

bool check(const char* name, const Turn& turn) {
    if (turn.events == turn.stored && turn.events != 0) return true;
    std::printf("%s: %llu events acknowledged, %llu items stored\n", name,
                static_cast<unsigned long long>(turn.events),
                static_cast<unsigned long long>(turn.stored));
    return false;
}

struct Speeds {
    bool sound = true;  ///< each contender kept what it acknowledged
    double group = 0;   ///< many threads / one
    double plain = 0;   ///< many threads / Python
    double sync = 0;    ///< seconds
};

Speeds measure_speeds(const Settings& settings) {
    Speeds speeds;
    std::vector<double> group, plain, sync;
    std::printf("%-6s %9s | %12s %12s %12s | 32/1 thread  32 threads/python\n", "round", "fsync",
                "1 thread", "32 threads", "python");
    for (int round = 1; round <= settings.rounds; ++round) {
        const auto turn = [&](const char* name, auto run) {
            const Folder folder(settings.folder);
            const Turn result = run(folder.path());
            speeds.sound = check(name, result) && speeds.sound;
            return result.per_second();
        };
        const double wait = sync_time(Folder(settings.folder).path());
        const double one =
            turn("1 thread", [&](const auto& in) { return run_engine(in, 1, settings.seconds); });
        const double many = turn("32 threads", [&](const auto& in) {
            return run_engine(in, kThreads, settings.seconds);
        });
        const double python =
            turn("python", [&](const auto& in) { return run_python(in, settings.seconds); });
        sync.push_back(wait);
        group.push_back(many / one);
        plain.push_back(many / python);
        std::printf("%-6d %7.2fms | %10.1f/s %10.1f/s %10.1f/s | %11.2f  %17.2f\n", round,
                    wait * 1e3, one, many, python, group.back(), plain.back());
        std::fflush(stdout);
    }
    speeds.group = median(group);
    speeds.plain = median(plain);
    speeds.sync = median(sync);
    return speeds;
}

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

bool holds(const char* what, double value, const char* bound, double limit, bool good) {
    std::printf("gate %-50s %8.2f  (%s %.2f)  %s\n", what, value, bound, limit,
                good ? "holds" : "MISSED");
    return good;
}

bool at_least(const char* what, double value, double limit) {
    return holds(what, value, "at least", limit, value >= limit);
}

bool at_most(const char* what, double value, double limit) {
    return holds(what, value, "at most", limit, value <= limit);
}

int run(const Settings& settings) {
    std::filesystem::create_directories(settings.folder);
    const Memory memory = [&] {
        const Folder folder(settings.folder);
        return measure_memory(folder.path(), settings.conversations);
    }();
    print(memory);

    using namespace lampjack::store::sqlite;
    std::printf("SQLite %s, %s, %.0f s a turn\n", std::string(library_version()).c_str(),
                journal_in_use() == Journal::wal ? "write-ahead log, synchronous=FULL"
                                                 : "rollback journal, synchronous=EXTRA",
                settings.seconds);
    const Speeds speeds = measure_speeds(settings);
    if (!speeds.sound) return 1;
    std::printf("each contender stored every event it acknowledged, once\n\n");

    bool good = at_most("1  bytes per idle conversation", memory.each(), 220);
    good = at_most("2  the same once the caches are full", memory.each_later(), 16) && good;
    if (speeds.sync < kFastestDisk) {
        std::printf("no gate of speed is judged: an fsync of %.1f us is no disk's; name a folder "
                    "on a disk with --dir\n",
                    speeds.sync * 1e6);
        return good ? 0 : 2;
    }
    good = at_least("3  events/s, 32 threads / 1 thread", speeds.group, 5) && good;
    good = at_least("4  events/s, 32 threads / plain Python", speeds.plain, 5) && good;
    return good ? 0 : 2;
}

/// False when the arguments make no sense.
bool read_arguments(int argc, char** argv, Settings& settings) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (argument == "--quick") {
            settings.rounds = 1;
            settings.seconds = 2;
            settings.conversations = 20'000;
        } else if (argument == "--million") {
            settings.conversations = 1'000'000;
        } else if (argument == "--dir" && value != nullptr) {
            settings.folder = value;
            ++i;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    bench::Settings settings;
    if (!bench::read_arguments(argc, argv, settings)) {
        std::printf("usage: bench_store [--quick] [--million] [--dir FOLDER]\n");
        return 1;
    }
    return bench::run(settings);
}
