#pragma once
// Connection: one session with a PostgreSQL server. Statements go out together and are answered together (a pipeline), so
// a change costs as many round trips as it has questions. Used by one thread at a time.

#include "store/fork_guard.h"
#include "store/postgres/libpq.h"
#include "store/postgres/target.h"
#include "store/postgres/values.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace lampjack::store::postgres {

/// SQL that never changes. A connection prepares it once and knows it by its name; one without a name is prepared each time.
struct Statement {
    const char* name;
    const char* sql;
};

struct Call {
    const Statement* statement;
    Params params = {};
};

/// The rows of one statement.
class Rows {
public:
    Rows(const LibPq& pq, PGresult* result) noexcept : pq_(&pq), result_(result, pq.PQclear) {}

    int size() const noexcept { return pq_->PQntuples(result_.get()); }
    bool empty() const noexcept { return size() == 0; }
    bool is_null(int row, int column) const noexcept {
        return pq_->PQgetisnull(result_.get(), row, column) != 0;
    }
    /// Valid as long as these rows.
    std::string_view bytes(int row, int column) const noexcept {
        return {pq_->PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(pq_->PQgetlength(result_.get(), row, column))};
    }
    std::string text(int row, int column) const { return std::string(bytes(row, column)); }
    std::int64_t integer(int row, int column) const noexcept {
        return read_integer(bytes(row, column));
    }
    std::uint64_t number(int row, int column) const noexcept {
        return static_cast<std::uint64_t>(integer(row, column));
    }
    bool boolean(int row, int column) const noexcept { return integer(row, column) != 0; }
    /// The command's own word: "COMMIT" is not what a failed transaction answers to COMMIT.
    std::string_view command() const noexcept { return pq_->PQcmdStatus(result_.get()); }

private:
    const LibPq* pq_;
    std::unique_ptr<PGresult, decltype(&::PQclear)> result_;
};

class Connection final : public ForkListener {
public:
    /// Connects; waits at most `connect_timeout` of the URL, 5 s by default. Refuses servers older than release 13.
    static Result<std::unique_ptr<Connection>> open(const std::string& url);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Sends them all and reads all answers: one round trip. The first that fails ends it; those behind it do nothing.
    Result<std::vector<Rows>> run(std::span<const Call> calls);
    Result<Rows> run(const Statement& statement, Params params = {});
    /// Statements that are used once, one after the other; stops at the first that fails.
    Result<void> run_script(std::span<const char* const> statements);

    /// Lost, or its state is not known: to be thrown away.
    bool is_broken() const noexcept { return broken_; }
    bool in_transaction() const noexcept;
    /// After fork() in the child: the socket is the parent's, and even a goodbye would end the parent's session.
    void abandon() noexcept { connection_ = nullptr; }

private:
    explicit Connection(const LibPq& pq) : pq_(pq) { guard_.emplace(*this); }

    void before_fork() noexcept override {}
    void after_fork_in_parent() noexcept override {}
    void after_fork_in_child() noexcept override;

    PGconn* connect(const Target& target);
    Result<void> set_up();
    Result<std::vector<Rows>> exchange(std::span<const Call> calls);
    Result<void> send(const Call& call, bool prepare);
    Result<void> flush();
    Result<Rows> read(std::chrono::steady_clock::time_point deadline);
    Result<void> read_end(std::chrono::steady_clock::time_point deadline);
    Result<PGresult*> next(std::chrono::steady_clock::time_point deadline);
    Result<void> wait(bool to_write, std::chrono::steady_clock::time_point deadline);
    Error lost();

    const LibPq& pq_;
    PGconn* connection_ = nullptr;
    bool broken_ = false;
    std::unordered_set<std::string_view> prepared_;
    std::optional<ForkGuard> guard_;
};

}  // namespace lampjack::store::postgres
