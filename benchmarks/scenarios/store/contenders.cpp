#include "contenders.h"

#include "events.h"

#include "store/sqlite/sqlite_store.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <vector>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Counted through the store's own reads, after the hub is gone.
std::uint64_t count_items(const std::string& file) {
    const auto store = lampjack::store::open("sqlite:" + file);
    if (!store) give_up(store.error().message);
    const auto rows = (*store)->conversations("", kConversations + 1);
    if (!rows) give_up(rows.error().message);
    std::uint64_t count = 0;
    for (const auto& row : *rows) {
        const auto items = (*store)->items(row.key, 0, 1'000'000);
        if (!items) give_up(items.error().message);
        count += items->size();
    }
    return count;
}

std::string quoted(const std::string& text) { return "'" + text + "'"; }

}  // namespace

Turn run_engine(const std::string& folder, std::size_t threads, double seconds) {
    const std::string file = folder + "/engine.db";
    Turn turn;
    {
        const auto hub = open_hub(file);
        std::atomic<std::uint64_t> next{0}, kept{0};
        const auto begin = Clock::now();
        const auto work = [&] {
            while (since(begin) < seconds) {
                const std::string body = make_body(next++);
                if (!give(*hub, body)) give_up("an event was refused: " + hub->stats());
                ++kept;
            }
        };
        std::vector<std::thread> callers;
        for (std::size_t i = 1; i < threads; ++i) callers.emplace_back(work);
        work();
        for (std::thread& caller : callers) caller.join();
        turn.seconds = since(begin);
        turn.events = kept;
        hub->close();
    }
    turn.stored = count_items(file);
    return turn;
}

Turn run_python(const std::string& folder, double seconds) {
    using lampjack::store::sqlite::Journal;
    const bool wal = lampjack::store::sqlite::journal_in_use() == Journal::wal;
    const char* python = std::getenv("PYTHON");
    const std::string command = quoted(python != nullptr ? python : "python3") + " " +
                                quoted(LJK_BENCH_PEER) + " " + quoted(folder + "/python.db") +
                                (wal ? " wal " : " rollback ") + std::to_string(seconds);
    std::FILE* pipe = popen(command.c_str(), "r");
    char line[200] = {};
    const bool heard = pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr;
    if (pipe == nullptr || pclose(pipe) != 0 || !heard) give_up("plain_python.py failed");
    Turn turn;
    std::istringstream words(line);
    if (!(words >> turn.events >> turn.seconds >> turn.stored))
        give_up("plain_python.py printed something else");
    return turn;
}

}  // namespace bench
