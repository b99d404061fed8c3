#include "support/postgres_server.h"

#include "support/child_process.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace lampjack::support {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(120);

std::string bin_folder() {
    std::vector<std::string> candidates;
    if (const auto asked = run_and_read({"pg_config", "--bindir"}); asked.status == 0)
        candidates.push_back(asked.output.substr(0, asked.output.find('\n')));
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none))
        candidates.push_back(entry.path() / "bin");
    for (const std::string& folder : candidates)
        if (access((folder + "/initdb").c_str(), X_OK) == 0) return folder;
    return {};
}

std::string log_in(const std::string& folder) {
    std::ifstream log(folder + "/log");
    std::stringstream text;
    text << log.rdbuf();
    return text.str();
}

[[noreturn]] void give_up(const std::string& what, const std::string& folder) {
    std::fprintf(stderr, "%s\n%s\n", what.c_str(), log_in(folder).c_str());
    std::abort();
}

void write_settings(const std::string& folder, std::uint16_t port,
                    const PostgresServer::Options& options) {
    std::ofstream settings(folder + "/data/postgresql.conf", std::ios::app);
    settings << "listen_addresses = '127.0.0.1'\nport = " << port
             << "\nunix_socket_directories = ''\nmax_connections = 60\nshared_buffers = 32MB\n"
             << "log_min_messages = warning\nfsync = " << (options.fsync ? "on" : "off")
             << "\nautovacuum_naptime = 5s\n";
    for (const std::string& line : options.settings) settings << line << '\n';
    std::ofstream access(folder + "/data/pg_hba.conf");
    access << "host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
}

/// Ends the server and removes the folder when this process is gone, however it went.
int watch_over(const std::string& folder) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) give_up("no pipe for the watcher", folder);
    if (const pid_t pid = fork(); pid == 0) {
        close(ends[1]);
        pid_t postmaster = 0;
        while (read(ends[0], &postmaster, sizeof postmaster) > 0) continue;
        if (postmaster > 0) kill(postmaster, SIGQUIT);
        sleep(1);
        execl("/bin/rm", "rm", "-rf", folder.c_str(), static_cast<char*>(nullptr));
        _exit(1);
    } else {
        std::thread([pid] { waitpid(pid, nullptr, 0); }).detach();
    }
    close(ends[0]);
    return ends[1];
}

}  // namespace

std::string PostgresServer::why_not() {
    if (bin_folder().empty())
        return "PostgreSQL's server is not installed (Debian: apt-get install postgresql)";
    if (geteuid() == 0 && getpwnam("postgres") == nullptr)
        return "PostgreSQL refuses to run as root, and there is no user postgres";
    return {};
}

PostgresServer& PostgresServer::shared() {
    static PostgresServer server;
    return server;
}

PostgresServer::PostgresServer(const Options& options)
    : bin_(bin_folder()),
      port_(free_low_port()) {
    std::string pattern = (fs::temp_directory_path() / "lampjack-pg-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) give_up("no temporary folder", pattern);
    folder_ = pattern;
    watcher_ = watch_over(folder_);
    if (const auto* user = geteuid() == 0 ? getpwnam("postgres") : nullptr; user != nullptr)
        if (chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) give_up("chown", folder_);
    const auto made =
        run_and_read({bin_ + "/initdb", "-D", folder_ + "/data", "-A", "trust", "-U", "postgres",
                      "--no-locale", "-E", "UTF8", "--no-sync", "--wal-segsize=4"},
                     "postgres");
    if (made.status != 0) give_up("initdb failed: " + made.output, folder_);
    write_settings(folder_, port_, options);
    start();
    run("CREATE ROLE locked LOGIN PASSWORD 'open sesame'");
}

PostgresServer::~PostgresServer() {
    if (postmaster_ > 0) stop_immediately();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    close(watcher_);
}

std::string PostgresServer::url(const std::string& database, const std::string& query,
                                const std::string& user) const {
    return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database +
           (query.empty() ? "" : "?" + query);
}

std::string PostgresServer::url_through(std::uint16_t port, const std::string& database) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port) + "/" + database;
}

std::string PostgresServer::make_database() {
    if (!spare_.empty()) {
        const std::string name = spare_.back();
        spare_.pop_back();
        return name;
    }
    const std::string name = "t" + std::to_string(getpid()) + "_" + std::to_string(++databases_);
    run("CREATE DATABASE " + name);
    return name;
}

void PostgresServer::drop_database(const std::string& name) {
    run("DROP DATABASE " + name + " WITH (FORCE)");
}

void PostgresServer::empty_database(const std::string& name) {
    run("SET client_min_messages = error;"
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid();"
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC",
        name);
    spare_.push_back(name);
}

std::string PostgresServer::run(const std::string& sql, const std::string& database) const {
    const auto ran = run_and_read({bin_ + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                                   "-c", sql, url(database)});
    if (ran.status != 0) give_up("psql: " + sql + "\n" + ran.output, folder_);
    return ran.output.substr(0, ran.output.find_last_not_of('\n') + 1);
}

std::string PostgresServer::log() const { return log_in(folder_); }

bool PostgresServer::takes_connections() const {
    return run_and_read({bin_ + "/pg_isready", "-q", "-t", "2", "-h", "127.0.0.1", "-p",
                         std::to_string(port_)})
               .status == 0;
}

/// One try. False when it ended again: after a SIGKILL the last children may still hold its shared memory.
bool PostgresServer::try_start() {
    postmaster_ =
        start_as({bin_ + "/postgres", "-D", folder_ + "/data"}, "postgres", folder_ + "/log");
    tell_watcher();
    const auto deadline = steady_clock::now() + kPatience;
    while (!takes_connections()) {
        if (waitpid(postmaster_, nullptr, WNOHANG) == postmaster_) return false;
        if (steady_clock::now() > deadline) give_up("the server takes no connections", folder_);
        std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
}

void PostgresServer::start() {
    const auto deadline = steady_clock::now() + kPatience;
    while (!try_start()) {
        if (steady_clock::now() > deadline) give_up("the server does not start", folder_);
        std::this_thread::sleep_for(milliseconds(50));
    }
}

void PostgresServer::end(int signal) {
    if (postmaster_ <= 0) return;
    kill(postmaster_, signal);
    waitpid(postmaster_, nullptr, 0);
    postmaster_ = 0;
    tell_watcher();
}

void PostgresServer::tell_watcher() {
    while (write(watcher_, &postmaster_, sizeof postmaster_) < 0 && errno == EINTR) continue;
}

void PostgresServer::stop_fast() { end(SIGINT); }
void PostgresServer::stop_immediately() { end(SIGQUIT); }
void PostgresServer::kill_postmaster() { end(SIGKILL); }

}  // namespace lampjack::support
