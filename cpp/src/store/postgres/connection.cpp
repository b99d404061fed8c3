#include "store/postgres/connection.h"

#include "store/postgres/connecting.h"
#include "store/postgres/encryption.h"
#include "store/postgres/sql_error.h"
#include "store/postgres/target.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace lampjack::store::postgres {
namespace {

using std::chrono::steady_clock;

/// Longer than the server's own statement_timeout: only a server that is frozen or gone takes that long.
constexpr auto kLongestAnswer = std::chrono::seconds(45);
constexpr int kOldestServer = 130000;

constexpr Statement kSetUp{"", "SELECT set_config('lock_timeout', '10s', false), "
                               "set_config('statement_timeout', '30s', false), "
                               "set_config('idle_in_transaction_session_timeout', '20s', false), "
                               // Every statement goes by a key or an index: to plan it again for
                               // each set of values costs more than to run it.
                               "set_config('plan_cache_mode', 'force_generic_plan', false), "
                               "set_config('synchronous_commit', CASE "
                               "current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE "
                               "current_setting('synchronous_commit') END, false)"};

void ignore_notice(void*, const PGresult*) {}  // libpq would print it

std::string_view or_empty(const char* text) noexcept { return text == nullptr ? "" : text; }

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& url) {
    LJK_TRY(pq, libpq());
    LJK_TRY(target, Target::read(*pq, url));
    LJK_CHECK(check_encryption(*pq, target));
    // Known to forks before there is a socket.
    std::unique_ptr<Connection> connection(new Connection(*pq));
    PGconn* const raw = connection->connect(target);
    if (raw == nullptr) return fail(Code::store, "PostgreSQL: out of memory");
    if (pq->PQstatus(raw) != CONNECTION_OK) return connect_error(or_empty(pq->PQerrorMessage(raw)));
    if (pq->PQserverVersion(raw) < kOldestServer)
        return fail(Code::config, "the PostgreSQL server is of release " +
                                      std::to_string(pq->PQserverVersion(raw) / 10000) +
                                      ": Lampjack needs release 13 or newer");
    LJK_CHECK(connection->set_up());
    return connection;
}

PGconn* Connection::connect(const Target& target) {
    const Connecting no_fork;
    connection_ = pq_.PQconnectdbParams(target.keywords().data(), target.values().data(), 0);
    return connection_;
}

Connection::~Connection() {
    if (connection_ == nullptr) return;
    const Connecting no_fork;
    // For forks it is gone before the socket's number may be another's.
    pq_.PQfinish(std::exchange(connection_, nullptr));
}

/// A copy of the socket that stayed open here would hide from the server that the parent has died, and keep its locks.
void Connection::after_fork_in_child() noexcept {
    const int socket = connection_ == nullptr ? -1 : pq_.PQsocket(connection_);
    if (socket >= 0) ::close(socket);
    broken_ = true;
    abandon();
}

Result<void> Connection::set_up() {
    pq_.PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
    if (pq_.PQsetnonblocking(connection_, 1) != 0 || pq_.PQenterPipelineMode(connection_) != 1)
        return lost();
    LJK_CHECK(run(kSetUp));
    return {};
}

bool Connection::in_transaction() const noexcept {
    return pq_.PQtransactionStatus(connection_) != PQTRANS_IDLE;
}

Error Connection::lost() {
    broken_ = true;
    return connection_lost();
}

Result<void> Connection::send(const Call& call, bool prepare) {
    const Params& params = call.params;
    const auto pointers = params.pointers();
    const std::vector<int> formats(pointers.size(), 1);
    if (prepare && pq_.PQsendPrepare(connection_, call.statement->name, call.statement->sql,
                                     params.count(), params.types()) != 1)
        return lost();
    if (pq_.PQsendQueryPrepared(connection_, call.statement->name, params.count(), pointers.data(),
                                params.lengths(), formats.data(), 1) != 1)
        return lost();
    return {};
}

Result<void> Connection::wait(bool to_write, steady_clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd socket{pq_.PQsocket(connection_), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)),
                  0};
    if (left.count() <= 0 || socket.fd < 0) return lost();
    if (poll(&socket, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) return lost();
    if ((socket.revents & ~POLLOUT) != 0 && pq_.PQconsumeInput(connection_) != 1) {
        // What the server said before it hung up is still to be read.
        if (pq_.PQisBusy(connection_) != 0) return lost();
    }
    return {};
}

Result<void> Connection::flush() {
    const auto deadline = steady_clock::now() + kLongestAnswer;
    for (;;) {
        if (pq_.PQflush(connection_) <= 0)
            return {};  // all is out; or it failed, and reading tells why
        LJK_CHECK(wait(true, deadline));
    }
}

Result<PGresult*> Connection::next(steady_clock::time_point deadline) {
    while (pq_.PQisBusy(connection_) != 0) LJK_CHECK(wait(false, deadline));
    return pq_.PQgetResult(connection_);
}

Result<Rows> Connection::read(steady_clock::time_point deadline) {
    LJK_TRY(result, next(deadline));
    if (result == nullptr) return lost();
    Rows rows(pq_, result);
    const auto status = pq_.PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC ||
        status == PGRES_PIPELINE_ABORTED)
        return rows;
    const auto state = or_empty(pq_.PQresultErrorField(result, PG_DIAG_SQLSTATE));
    if (state.empty()) return lost();  // libpq's own word: the connection is gone
    if (ends_connection(state)) broken_ = true;
    return error_of(state, or_empty(pq_.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
}

Result<void> Connection::read_end(steady_clock::time_point deadline) {
    LJK_TRY(end, next(deadline));
    if (end == nullptr) return {};
    pq_.PQclear(end);
    return lost();
}

Result<std::vector<Rows>> Connection::run(std::span<const Call> calls) {
    if (broken_) return connection_lost();
    try {
        return exchange(calls);
    } catch (...) {  // answers that nobody read would pass for those of the next question
        broken_ = true;
        throw;
    }
}

Result<std::vector<Rows>> Connection::exchange(std::span<const Call> calls) {
    std::unordered_set<std::string_view> preparing;
    std::vector<bool> prepares;
    for (const Call& call : calls) {
        const std::string_view name = call.statement->name;
        const bool prepare =
            name.empty() || (!prepared_.contains(name) && preparing.insert(name).second);
        prepares.push_back(prepare);
        LJK_CHECK(send(call, prepare));
    }
    if (pq_.PQpipelineSync(connection_) != 1) return lost();
    LJK_CHECK(flush());
    const auto deadline = steady_clock::now() + kLongestAnswer;
    std::vector<Rows> answers;
    Error first{Code::ok, {}};
    const auto answer =
        [&]() -> Result<bool> {  // false: it failed, or was left out behind one that did
        auto rows = read(deadline);
        if (!rows && first.code == Code::ok) first = rows.error();
        if (broken_) return first;
        LJK_CHECK(read_end(deadline));
        if (first.code != Code::ok) return false;
        answers.push_back(std::move(*rows));
        return true;
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (prepares[i]) {
            LJK_TRY(done, answer());
            if (done) answers.pop_back();
            if (done) prepared_.insert(calls[i].statement->name);
        }
        LJK_TRY(done, answer());
        (void)done;
    }
    LJK_TRY(synced, read(deadline));
    (void)synced;
    if (first.code != Code::ok) return first;
    return answers;
}

Result<Rows> Connection::run(const Statement& statement, Params params) {
    const Call call{&statement, std::move(params)};
    LJK_TRY(answers, run({&call, 1}));
    return std::move(answers.front());
}

Result<void> Connection::run_script(std::span<const char* const> statements) {
    for (const char* sql : statements) {
        const Statement once{"", sql};
        LJK_CHECK(run(once));
    }
    return {};
}

}  // namespace lampjack::store::postgres
