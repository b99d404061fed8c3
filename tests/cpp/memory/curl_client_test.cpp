// Memory runs out in the client's own thread, libcurl's as well as ours: each call ends all the same and says whether it may
// have taken effect, none goes by the environment's proxy, and the next one is carried out.

#include "memory/failing_memory.h"
#include "support/curl_fixture.h"
#include "support/from_environment.h"
#include "support/loopback_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include <curl/curl.h>

namespace lampjack::testing {
namespace {

using support::LoopbackServer;
using transport::CurlClient;
using transport::HttpOutcome;

void* take(std::size_t size) { return FailingMemory::fails() ? nullptr : std::malloc(size); }
void* resize(void* bytes, std::size_t size) {
    return FailingMemory::fails() ? nullptr : std::realloc(bytes, size);
}
void* take_cleared(std::size_t count, std::size_t size) {
    return FailingMemory::fails() ? nullptr : std::calloc(count, size);
}
char* copy(const char* text) { return FailingMemory::fails() ? nullptr : ::strdup(text); }

/// Before libcurl is used for the first time.
[[maybe_unused]] const bool installed = [] {
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, std::free, resize, copy, take_cleared) ==
           CURLE_OK;
}();

class CurlOutOfMemory : public ::testing::Test {
protected:
    CurlOutOfMemory() { ::setenv("http_proxy", proxy_.url().c_str(), 1); }
    ~CurlOutOfMemory() override { ::unsetenv("http_proxy"); }

    /// Two calls whose memory runs out at that allocation of the client's thread; what is wrong. `failures_` says how many
    /// allocations failed.
    std::string run(std::size_t number, bool for_good) {
        const auto client = *CurlClient::make({});
        send(*client, "/first", [&] { FailingMemory::fail_at(number, for_good); }).wait();
        std::atomic<int> left = 2;
        const auto end = [&] {
            if (--left == 0) failures_ = FailingMemory::plenty().failures;
        };
        auto one = send(*client, "/one", end), other = send(*client, "/other", end);
        for (auto* outcome : {&one, &other})
            if (outcome->wait_for(std::chrono::seconds(60)) != std::future_status::ready)
                return "a call never ended";
        const std::string wrong = judge("/one", one.get()) + judge("/other", other.get());
        if (!wrong.empty()) return wrong;
        const auto last = send(*client, "/last", [] {}).get();
        return std::holds_alternative<model::HttpResponse>(last) ? "" : "the client does not go on";
    }

    std::string torture(bool for_good) {
        const auto most = support::from_environment<std::size_t>("LJK_ALLOCATIONS", 500);
        for (std::size_t number = 1; number <= most; ++number) {
            seen_ = server_.requests().size();
            const std::string wrong = run(number, for_good);
            if (!wrong.empty()) return wrong + ", allocation " + std::to_string(number);
            if (failures_ == 0) return number > 20 ? "" : "hardly anything was allocated";
        }
        return "";
    }

    /// `end` runs in the client's thread when the call ends.
    template <class End>
    std::future<HttpOutcome> send(CurlClient& client, const std::string& path, End end) {
        auto promise = std::make_shared<std::promise<HttpOutcome>>();
        auto future = promise->get_future();
        auto call = support::call_to(server_.url(path));
        call.done = [promise, end](HttpOutcome outcome) {
            end();
            promise->set_value(std::move(outcome));
        };
        EXPECT_TRUE(client.send(std::move(call)));
        return future;
    }

    LoopbackServer proxy_{
        [](const support::Received&) { return support::Reaction{{support::reply(502)}}; }};

private:
    std::size_t came(const std::string& path) const {
        const auto requests = server_.requests();
        return static_cast<std::size_t>(
            std::count_if(requests.begin() + static_cast<std::ptrdiff_t>(seen_), requests.end(),
                          [&](const support::Received& one) { return one.target == path; }));
    }
    std::string judge(const std::string& path, const HttpOutcome& outcome) const {
        if (came(path) > 1) return path + " came twice";
        const auto* failure = std::get_if<transport::Failure>(&outcome);
        if (failure == nullptr) return came(path) == 1 ? "" : path + " was answered by nobody";
        if (failure->kind == transport::FailureKind::refused_by_policy)
            return path + " counts as refused for good";
        return !failure->written && came(path) != 0 ? path + " came, and counts as not sent" : "";
    }

    /// Slow enough that the second call finds the first one under way, and needs a handle of its own.
    LoopbackServer server_{[](const support::Received& request) {
        const std::string whole = support::reply(200);
        if (request.target != "/one") return support::Reaction{{whole}};
        return support::Reaction{{whole.substr(0, 9), whole.substr(9)},
                                 support::Reaction::End::keep,
                                 std::chrono::milliseconds(10)};
    }};
    std::size_t seen_ = 0;
    std::size_t failures_ = 0;
};

TEST_F(CurlOutOfMemory, each_call_ends_and_the_client_goes_on) {
    for (const bool for_good : {false, true}) EXPECT_EQ(torture(for_good), "");
    EXPECT_EQ(proxy_.connections(), 0) << "without memory for its options a call took another way";
}

TEST_F(CurlOutOfMemory, control_a_call_by_the_proxy_is_seen) {
    transport::CurlOptions options;
    options.proxy = proxy_.url();
    const auto client = *CurlClient::make(std::move(options));
    send(*client, "/by-proxy", [] {}).wait();
    EXPECT_EQ(proxy_.connections(), 1);
}

}  // namespace
}  // namespace lampjack::testing
