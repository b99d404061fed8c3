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

std::string quoted(const std::string& text) { return "'" + text + "'"; }

}  // namespace

std::uint64_t count_items(const std::string& store) {
    const auto opened = lampjack::store::open(store);
    if (!opened) give_up(opened.error().message);
    const auto rows = (*opened)->conversations("", kConversations + 1);
    if (!rows) give_up(rows.error().message);
    std::uint64_t count = 0;
    for (const auto& row : *rows) {
        const auto items = (*opened)->items(row.key, 0, 1'000'000);
        if (!items) give_up(items.error().message);
        count += items->size();
    }
    return count;
}

double on_threads(std::size_t threads, const std::function<void()>& work) {
    const auto begin = Clock::now();
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    return since(begin);
}

Turn run_engine(const std::string& store, std::size_t threads, double seconds) {
    Turn turn;
    {
        const auto hub = open_hub(store);
        std::atomic<std::uint64_t> next{0}, kept{0};
        const auto begin = Clock::now();
        turn.seconds = on_threads(threads, [&] {
            while (since(begin) < seconds) {
                const std::string body = make_body(next++);
                if (!give(*hub, body)) give_up("an event was refused: " + hub->stats());
                ++kept;
            }
        });
        turn.events = kept;
        hub->close();
    }
    turn.stored = count_items(store);
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
