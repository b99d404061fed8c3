// Facts about accounts, and removing what is no longer needed.
#include "store/sqlite/file_check.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

#include <filesystem>
#include <thread>
#include <utility>

namespace lampjack::store::sqlite {

Result<std::string> SqliteStore::meta(std::string_view name) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT value FROM account_fact WHERE name = ?"));
    LJK_TRY(exists, found.text(name).next());
    return exists ? found.string_at(0) : std::string{};
}

Result<void> SqliteStore::put_meta(std::string_view name, std::string_view value) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(put, db->query("INSERT INTO account_fact (name, value) VALUES (?, ?) "
                           "ON CONFLICT DO UPDATE SET value = excluded.value"));
    LJK_CHECK(put.text(name).text(value).run());
    return access.commit();
}

Result<bool> SqliteStore::swap_meta(std::string_view name, std::string_view expected,
                                    std::string_view value) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT value FROM account_fact WHERE name = ?"));
    LJK_TRY(exists, found.text(name).next());
    if ((exists ? found.text_at(0) : std::string_view{}) != expected) return false;
    found.rewind();
    LJK_TRY(put, db->query("INSERT INTO account_fact (name, value) VALUES (?, ?) "
                           "ON CONFLICT DO UPDATE SET value = excluded.value"));
    LJK_CHECK(put.text(name).text(value).run());
    LJK_CHECK(access.commit());
    return true;
}

Result<std::size_t> SqliteStore::prune(Millis keys_before, Millis rows_before, std::size_t limit) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    std::int64_t gone = 0;
    for (const char* sql :
         {"DELETE FROM item_key WHERE (conversation, item) IN (SELECT conversation, item "
          "FROM item_key WHERE seen < ? ORDER BY seen LIMIT ?)",
          "DELETE FROM answer WHERE (conversation, request) IN (SELECT conversation, request "
          "FROM answer WHERE given < ? ORDER BY given LIMIT ?)"}) {
        LJK_TRY(old, db->query(sql));
        LJK_TRY(count, old.integer(keys_before).integer(sql_limit(limit)).run());
        gone += count;
    }
    LJK_TRY(lanes, db->query("DELETE FROM lane WHERE is_empty = 1 AND ready_at < ?"));
    LJK_CHECK(lanes.integer(rows_before).run());  // their holders never came back
    std::int64_t rows = 0;
    for (const auto status :
         {DeliveryStatus::sent, DeliveryStatus::dead, DeliveryStatus::refused}) {
        LJK_TRY(old, db->query("DELETE FROM outbox WHERE (conversation, oseq) IN (SELECT "
                               "conversation, oseq FROM outbox WHERE status = ? AND created < ? "
                               "ORDER BY created LIMIT ?)"));
        const std::int64_t left = limit > 0x7FFFFFFF ? -1 : sql_limit(limit) - rows;
        LJK_TRY(count, old.word(status).integer(rows_before).integer(left).run());
        rows += count;
    }
    LJK_CHECK(access.commit());
    return static_cast<std::size_t>(gone + rows);
}

Result<LogState> SqliteStore::empty_log(std::chrono::milliseconds patience) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kBetweenTries{50};
    const auto end = steady_clock::now() + patience;
    for (;;) {
        LJK_TRY(empty, session_.empty_log());
        if (empty) return LogState::empty;
        if (steady_clock::now() >= end) return LogState::held;
        std::this_thread::sleep_for(kBetweenTries);
    }
}

/// Emptied, the log is cut to this size (journal_size_limit), so it is larger only while something keeps it from that.
std::string SqliteStore::warning() {
    if (std::string exposed = readable_by_others(session_.path()); !exposed.empty()) return exposed;
    if (session_.journal() != Journal::wal) return {};
    std::error_code none;
    const auto bytes = std::filesystem::file_size(session_.path() + "-wal", none);
    if (none || std::cmp_less_equal(bytes, kLargestLog)) return {};
    return "store sqlite: the write-ahead log has " + std::to_string(bytes >> 20) +
           " MiB, because another program keeps reading the file, such as an open transaction or a "
           "backup: end it, or the disk fills and reads slow down";
}

}  // namespace lampjack::store::sqlite
