#pragma once
// Connection: one handle of SQLite with its prepared statements. Used by one thread at a time.

#include "base/result.h"
#include "store/sqlite/journal.h"
#include "store/sqlite/statement.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;

namespace lampjack::store::sqlite {

class Connection {
public:
    /// Opens an existing file and sets it up. Errors: `store` when it is busy, `config` when it is no database.
    static Result<std::unique_ptr<Connection>> open(const std::string& path, Journal journal);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A statement prepared once and kept. `sql` must be a literal: its address is the key.
    Result<Statement> query(const char* sql);
    /// Runs statements that are not kept; rows are dropped.
    Result<void> run(const std::string& sql);

    /// As far as it goes: who stays inside a transaction must be closed.
    void roll_back() noexcept;
    bool in_transaction() const noexcept;
    /// Whether the file was moved, deleted or replaced: what is written here nobody will find. A write-ahead log does not
    /// notice by itself.
    bool has_moved() const noexcept;
    std::int64_t changes() const noexcept;
    /// A disk error: what the handle believes about the file may be wrong, so it must be opened anew.
    bool is_broken() const noexcept { return broken_; }
    /// The disk itself failed, or what it gave back was wrong: the file may be damaged as well.
    bool is_suspect() const noexcept { return suspect_; }
    /// Reads the file through, for some seconds at most. An error when it is damaged.
    Result<void> check_file();
    /// Moves the write-ahead log into the file and cuts it to nothing. False while a reader holds it. Outside of a
    /// transaction, with the side lock.
    Result<bool> empty_log();
    /// What a result code means to the caller. Never holds values or SQL.
    Error error(int result);
    sqlite3* handle() noexcept { return handle_; }

private:
    explicit Connection(sqlite3* handle) noexcept : handle_(handle) {}
    /// What a result code means for this handle and its file.
    void note(int result) noexcept;
    Result<void> set_up(Journal journal);
    static int after_commit(void* self, sqlite3* handle, const char* name, int pages);
    Result<void> set_journal(const char* pragma, std::string_view wanted);

    sqlite3* handle_;
    std::unordered_map<const char*, sqlite3_stmt*> prepared_;
    bool broken_ = false;
    bool suspect_ = false;
};

}  // namespace lampjack::store::sqlite
