// A process that forks while other threads of it open sessions: the child opens its own, and keeps nothing of theirs.

#include "store/postgres/connection.h"
#include "support/listener.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lampjack::store::postgres {
namespace {

constexpr unsigned kPatience = 20;  // seconds
constexpr int kDescriptors = 1024;

std::string url_of(const support::Listener& server, const std::string& query) {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(server.port) + "/x?" + query;
}

/// A server that answers the question for TLS with no, and ends the session when it hears who comes.
class Refusing {
public:
    Refusing() : thread_([this] { serve(); }) {}
    ~Refusing() {
        ::shutdown(listener_.fd, SHUT_RDWR);
        thread_.join();
        ::close(listener_.fd);
    }
    Refusing(const Refusing&) = delete;
    Refusing& operator=(const Refusing&) = delete;

    std::string url() const { return url_of(listener_, "connect_timeout=5"); }

private:
    void serve() const {
        for (;;) {
            const int client = ::accept4(listener_.fd, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            std::array<char, 1024> heard{};
            if (::recv(client, heard.data(), heard.size(), 0) > 0 &&
                ::send(client, "N", 1, MSG_NOSIGNAL) == 1)
                (void)::recv(client, heard.data(), heard.size(), 0);
            ::close(client);
        }
    }

    support::Listener listener_ = support::listen_on_loopback();
    std::thread thread_;
};

/// Threads that open sessions without a pause, as those of a hub do when it begins.
class Openers {
public:
    explicit Openers(const std::string& url) {
        for (int i = 0; i < 3; ++i)
            threads_.emplace_back([this, url] {
                while (!ended_) (void)Connection::open(url);
            });
    }
    ~Openers() {
        ended_ = true;
        for (auto& one : threads_) one.join();
    }
    Openers(const Openers&) = delete;
    Openers& operator=(const Openers&) = delete;

private:
    std::atomic<bool> ended_ = false;
    std::vector<std::thread> threads_;
};

TEST(PostgresConnecting, a_child_connects_whatever_its_parent_was_doing) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "a child of several threads inherits the sanitizer's locks";
#endif
    const Refusing server;
    const std::string url = server.url();
    const Openers openers(url);
    for (int i = 0; i < 60; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(kPatience);
            ::_exit(Connection::open(url) ? 1 : 0);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_EQ(status, 0) << "the child hangs";
    }
}

int g_hangs_up = -1;  // pthread_atfork takes a plain function
void hang_up() {
    if (g_hangs_up >= 0) ::shutdown(g_hangs_up, SHUT_RDWR);
}

/// How many sockets of this process lead to that port.
int sockets_to(std::uint16_t port) {
    int count = 0;
    for (int fd = 0; fd < kDescriptors; ++fd) {
        sockaddr_in peer{};
        socklen_t length = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
            ++count;
    }
    return count;
}

TEST(PostgresConnecting, a_fork_waits_until_a_session_is_open_or_refused) {
    const support::Listener server = support::listen_on_loopback();
    const std::string url = url_of(server, "sslmode=disable&gssencmode=disable&connect_timeout=5");
    // The gate is known to forks: what is registered after it is called before it.
    ASSERT_FALSE(Connection::open("postgresql://postgres@127.0.0.1:1/x"));
    ASSERT_EQ(pthread_atfork(hang_up, nullptr, nullptr), 0);
    std::thread opening([&] { (void)Connection::open(url); });
    const int client = ::accept4(server.fd, nullptr, nullptr, SOCK_CLOEXEC);
    g_hangs_up = client;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(sockets_to(server.port));
    g_hangs_up = -1;
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "the child has a socket of a session that its parent was opening";
    opening.join();
    ::close(client);
    ::close(server.fd);
}

}  // namespace
}  // namespace lampjack::store::postgres
