#pragma once
// PostgresServer: a real PostgreSQL server for tests, in a temporary folder, a direct child of the test. It can be stopped,
// killed and started again on the same port and data.

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lampjack::support {

class PostgresServer {
public:
    struct Options {
        bool fsync = false;  ///< a killed process loses nothing without it; a lost machine would
        std::vector<std::string> settings = {};  ///< more lines for postgresql.conf
    };

    /// Why no server can run on this machine, with the next step; empty when one can.
    static std::string why_not();
    /// A server that runs. Aborts with the server's own words when it does not come up.
    explicit PostgresServer(const Options& options);
    PostgresServer() : PostgresServer(Options{}) {}
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer();

    std::uint16_t port() const noexcept { return port_; }
    /// `user` may be "locked": the one who needs the password "open sesame".
    std::string url(const std::string& database = "postgres", const std::string& query = {},
                    const std::string& user = "postgres") const;
    std::string url_through(std::uint16_t port, const std::string& database) const;
    /// The name of an empty database.
    std::string make_database();
    /// Ends all sessions that are still open there and empties it, for the next make_database(): a new one is 300 files.
    void empty_database(const std::string& name);
    /// Removes one that a test has made, with all sessions that are still open there.
    void drop_database(const std::string& name);
    /// Runs SQL as the superuser; the first column of the rows, one a line.
    std::string run(const std::string& sql, const std::string& database = "postgres") const;

    /// What the server has written into its log.
    std::string log() const;

    /// Starts it on the data it has and waits until it takes connections.
    void start();
    /// Ends every session at once, writes a checkpoint and waits for the end.
    void stop_fast();
    /// Ends without a checkpoint: the next start recovers from the log.
    void stop_immediately();
    /// SIGKILL for the postmaster; its children notice and end by themselves.
    void kill_postmaster();
    /// The same server for all tests of a program that do not stop it.
    static PostgresServer& shared();

private:
    void end(int signal);
    bool try_start();
    void tell_watcher();
    bool takes_connections() const;

    std::string folder_;
    std::string bin_;
    std::uint16_t port_ = 0;
    int watcher_ = -1;  ///< a pipe; the watcher at its end removes what a crashed test leaves
    pid_t postmaster_ = 0;
    int databases_ = 0;
    std::vector<std::string> spare_;  ///< emptied databases
};

}  // namespace lampjack::support
