#include "store/sqlite/connection.h"

#include <chrono>

#include <sqlite3.h>

namespace lampjack::store::sqlite {
namespace {

/// Ours never wait for each other here: the side lock comes first. This is for other programs, for example backups.
constexpr int kBusyMillis = 10'000;
/// Who empties the log has our lock meanwhile, and gives it back before the next try.
constexpr int kLogMillis = 20;

/// Others wait meanwhile. A file too large for that is checked as far as it goes.
constexpr std::chrono::seconds kCheckTime{5};
constexpr int kStepsBetweenLooks = 10'000;

int is_late(void* end) {
    return std::chrono::steady_clock::now() >
           *static_cast<std::chrono::steady_clock::time_point*>(end);
}

Error damaged() {
    return fail(Code::store, "store sqlite: the file is damaged: stop, keep a copy of it and go "
                             "back to the last backup");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Journal journal) {
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    if (handle == nullptr) return fail(Code::store, "store sqlite: out of memory");
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> kept(handle, sqlite3_close_v2);
    std::unique_ptr<Connection> connection(new Connection(handle));
    static_cast<void>(kept.release());
    if (result != SQLITE_OK) return connection->error(result);
    LJK_CHECK(connection->set_up(journal));
    return connection;
}

Connection::~Connection() {
    for (const auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared);
    sqlite3_close_v2(handle_);
}

Result<void> Connection::set_up(Journal journal) {
    // First of all, or opening under load fails with "locked".
    sqlite3_busy_timeout(handle_, kBusyMillis);
    // What is erased shall not stay readable in free pages.
    LJK_CHECK(run("PRAGMA secure_delete=ON"));
    // A host that loads an extension of its own shall not run code on our rows.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (journal == Journal::wal) {
        // The last one to close need not wait for a checkpoint: forks close often.
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        sqlite3_wal_hook(handle_, after_commit, this);
        LJK_CHECK(set_journal("PRAGMA journal_mode=WAL", "wal"));
        return run("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=" +
                   std::to_string(kLargestLog) + ";");
    }
    LJK_CHECK(set_journal("PRAGMA journal_mode=TRUNCATE", "truncate"));
    return run("PRAGMA synchronous=EXTRA;");
}

/// In the place of SQLite's own checkpoint, which keeps it to itself when the disk fails.
int Connection::after_commit(void* self, sqlite3* handle, const char* name, int pages) {
    if (pages >= kPagesOfLog)
        static_cast<Connection*>(self)->note(
            sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
    return SQLITE_OK;  // the commit itself has succeeded
}

/// A file that others have open keeps its journal mode, and SQLite answers with that one instead of an error.
Result<void> Connection::set_journal(const char* pragma, std::string_view wanted) {
    LJK_TRY(answer, query(pragma));
    LJK_TRY(row, answer.next());
    if (row && answer.text_at(0) == wanted) return {};
    return fail(Code::store, "store sqlite: another program has the file open in another journal "
                             "mode: close it there first");
}

Result<Statement> Connection::query(const char* sql) {
    sqlite3_stmt*& prepared = prepared_[sql];
    if (prepared == nullptr) {
        const int result =
            sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
        if (result != SQLITE_OK) return error(result);
    }
    return Statement(*this, prepared);
}

Result<void> Connection::run(const std::string& sql) {
    const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) return error(result);
    return {};
}

Result<void> Connection::check_file() {
    auto end = std::chrono::steady_clock::now() + kCheckTime;
    sqlite3_progress_handler(handle_, kStepsBetweenLooks, is_late, &end);
    std::string verdict;
    const auto keep = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
        return 0;
    };
    const int result = sqlite3_exec(handle_, "PRAGMA quick_check(1)", keep, &verdict, nullptr);
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    if (result == SQLITE_INTERRUPT) return {};
    if (result != SQLITE_OK) return error(result);
    if (verdict != "ok") return error(SQLITE_CORRUPT);
    return {};
}

Result<bool> Connection::empty_log() {
    sqlite3_busy_timeout(handle_, kLogMillis);
    const int result =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(handle_, kBusyMillis);
    if ((result & 0xFF) == SQLITE_BUSY) return false;
    if (result != SQLITE_OK) return error(result);
    return true;
}

void Connection::roll_back() noexcept {
    note(sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr));
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }

bool Connection::has_moved() const noexcept {
    int moved = 0;
    return sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           moved != 0;
}

std::int64_t Connection::changes() const noexcept { return sqlite3_changes(handle_); }

void Connection::note(int result) noexcept {
    switch (result & 0xFF) {
        case SQLITE_CORRUPT: broken_ = suspect_ = true; break;
        case SQLITE_IOERR:
            broken_ = true;
            suspect_ = suspect_ || result != SQLITE_IOERR_NOMEM;
            break;
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_NOLFS: broken_ = true; break;
        default: break;
    }
}

Error Connection::error(int result) {
    note(result);
    switch (result & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fail(Code::store, "store sqlite: another program holds the file: try again");
        // No ballast file is kept to be deleted then: once there is room anywhere the store goes on by itself, without a
        // restart, and who has a volume for it alone can lay such a file there.
        case SQLITE_FULL: return fail(Code::store, "store sqlite: the disk is full: make room");
        case SQLITE_CORRUPT: return damaged();
        case SQLITE_NOTADB:
            return fail(Code::config, "store sqlite: the file is not a database, or it is damaged: "
                                      "correct the path, or go back to the last backup");
        default: return fail(Code::store, std::string("store sqlite: ") + sqlite3_errstr(result));
    }
}

}  // namespace lampjack::store::sqlite
