#include "sqlite.h"

#include "events.h"

#include "common/report.h"
#include "store/sqlite/sqlite_store.h"

#include <chrono>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

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

}  // namespace

SqliteSpeeds measure_sqlite(const Settings& settings) {
    using namespace lampjack::store::sqlite;
    SqliteSpeeds speeds;
    std::vector<double> group, plain, sync;
    std::printf("SQLite %s, %s, %.0f s a turn\n", std::string(library_version()).c_str(),
                journal_in_use() == Journal::wal ? "write-ahead log, synchronous=FULL"
                                                 : "rollback journal, synchronous=EXTRA",
                settings.seconds);
    std::printf("%-6s %9s | %12s %12s %12s | 32/1 thread  32 threads/python\n", "round", "fsync",
                "1 thread", "32 threads", "python");
    for (int round = 1; round <= settings.rounds; ++round) {
        const auto turn = [&](const char* name, auto run) {
            const Folder folder(settings.folder);
            const Turn result = run(folder.path());
            speeds.sound = is_sound(name, result) && speeds.sound;
            return result.per_second();
        };
        const double wait = sync_time(Folder(settings.folder).path());
        const auto engine = [&](std::size_t threads) {
            return [&settings, threads](const auto& in) {
                return run_engine("sqlite:" + in + "/engine.db", threads, settings.seconds);
            };
        };
        const double one = turn("1 thread", engine(1));
        const double many = turn("32 threads", engine(kThreads));
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

}  // namespace bench
