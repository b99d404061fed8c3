#include "disk_script.h"

#include <cstdlib>
#include <map>
#include <string_view>

#include <sqlite3.h>

namespace lampjack::test {
namespace {

using Count = std::map<int, std::size_t>;

/// Counts which events a column names: "event-7" is 7. None where there is no such table.
void count_events(sqlite3* handle, const char* sql, Count& found) {
    const auto note = [](void* to, int, char** values, char**) {
        constexpr std::string_view kName = "event-";
        const std::string_view text = values[0] != nullptr ? values[0] : "";
        if (const auto at = text.find(kName); at != text.npos)
            ++(*static_cast<Count*>(to))[std::atoi(text.data() + at + kName.size())];
        return 0;
    };
    sqlite3_exec(handle, sql, note, &found, nullptr);
}

}  // namespace

Damage inspect(const std::string& path, const std::set<int>& acknowledged) {
    Damage damage;
    sqlite3* handle = nullptr;
    if (sqlite3_open(path.c_str(), &handle) != SQLITE_OK) return damage;
    const auto keep = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0];
        return 0;
    };
    sqlite3_exec(handle, "PRAGMA integrity_check(1)", keep, &damage.integrity, nullptr);
    Count items, rows;
    if (damage.integrity == "ok") {
        count_events(handle, "SELECT body FROM item WHERE is_fact = 0", items);
        count_events(handle, "SELECT command FROM outbox", rows);
    }
    sqlite3_close(handle);
    for (const int number : acknowledged) {
        if (number == 0) continue;
        damage.lost += items.count(number) == 0 || (is_command(number) && rows.count(number) == 0);
    }
    for (const Count& found : {items, rows})
        for (const auto& [number, count] : found) damage.twice += count - 1;
    return damage;
}

}  // namespace lampjack::test
