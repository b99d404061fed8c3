#include "transport/curl_client.h"

#include "support/curl_fixture.h"
#include "support/loopback_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace lampjack::transport {
namespace {

using support::call_to;
using support::CurlTest;
using support::LoopbackServer;
using support::Reaction;
using support::Received;
using support::reply;
using CurlClientLife = CurlTest;
using std::chrono::steady_clock;

LoopbackServer::Handler always_ok() {
    return [](const Received&) { return Reaction{{reply(200)}}; };
}
LoopbackServer::Handler always_hang() {
    return [](const Received&) { return Reaction{{}, Reaction::End::hang}; };
}

/// Lets nobody through before so many have come.
class Gate {
public:
    explicit Gate(int count) : missing_(count) {}
    bool pass() {
        std::unique_lock lock(mutex_);
        --missing_;
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return missing_ <= 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int missing_;
};

TEST_F(CurlClientLife, one_connection_serves_many_calls) {
    LoopbackServer server(always_ok());
    for (int i = 0; i < 20; ++i)
        ASSERT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.requests().size(), 20U);
}

TEST_F(CurlClientLife, sixteen_calls_are_in_flight_together) {
    Gate gate(16);
    LoopbackServer server([&](const Received& request) {
        return Reaction{{reply(gate.pass() ? 200 : 500, {}, request.target)}};
    });
    std::vector<Sent> sent;
    for (int i = 0; i < 16; ++i) sent.push_back(send(call_to(server.url("/" + std::to_string(i)))));
    for (int i = 0; i < 16; ++i) {
        const auto response = answer(wait(std::move(sent[static_cast<std::size_t>(i)])));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "/" + std::to_string(i));
    }
    EXPECT_EQ(server.connections(), 16);
}

TEST_F(CurlClientLife, calls_beyond_the_connection_limit_wait_for_their_turn) {
    LoopbackServer server(always_ok());
    std::vector<Sent> sent;
    for (int i = 0; i < 200; ++i) sent.push_back(send(call_to(server.url())));
    for (auto& one : sent) EXPECT_EQ(answer(wait(std::move(one))).status, 200);
    EXPECT_LE(server.connections(), CurlOptions{}.max_connections_per_host);
    EXPECT_EQ(server.requests().size(), 200U);
}

TEST_F(CurlClientLife, many_threads_may_send_and_each_call_is_answered_once) {
    LoopbackServer server(always_ok());
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<int> answers(200, 0);
    int answered = 0;
    std::set<std::thread::id> callback_threads;
    const auto send_from = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            auto call = call_to(server.url());
            call.done = [&, i](HttpOutcome outcome) {
                EXPECT_EQ(answer(outcome).status, 200);
                const std::lock_guard lock(mutex);
                callback_threads.insert(std::this_thread::get_id());
                ++answers[i];
                ++answered;
                changed.notify_all();
            };
            ASSERT_TRUE(client_->send(std::move(call)));
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) threads.emplace_back(send_from, 50 * t, 50 * t + 50);
    for (auto& thread : threads) thread.join();
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return answered >= 200; }));
    lock.unlock();
    client_->close();  // whatever came twice has come by now
    EXPECT_EQ(answers, std::vector<int>(200, 1));
    EXPECT_EQ(server.requests().size(), 200U);
    EXPECT_EQ(callback_threads.size(), 1U);
    EXPECT_FALSE(callback_threads.contains(std::this_thread::get_id()));
}

TEST_F(CurlClientLife, a_callback_may_send) {
    LoopbackServer server(always_ok());
    std::promise<int> finished;
    std::function<void(int)> again = [&](int left) {
        auto call = call_to(server.url());
        call.done = [&, left](HttpOutcome outcome) {
            EXPECT_EQ(answer(outcome).status, 200);
            left == 0 ? finished.set_value(1) : again(left - 1);
        };
        ASSERT_TRUE(client_->send(std::move(call)));
    };
    again(5);
    EXPECT_EQ(finished.get_future().get(), 1);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.requests().size(), 6U);
}

TEST_F(CurlClientLife, what_a_callback_throws_does_not_reach_the_other_calls) {
    LoopbackServer server(always_ok());
    auto call = call_to(server.url());
    call.done = [](HttpOutcome) { throw std::runtime_error("dropped"); };
    ASSERT_TRUE(client_->send(std::move(call)));
    ASSERT_TRUE(server.wait_for_requests(1));
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
}

TEST_F(CurlClientLife, a_cancelled_call_says_whether_it_had_left) {
    LoopbackServer hanging(always_hang());
    auto written = send(call_to(hanging.url()));
    ASSERT_TRUE(hanging.wait_for_requests(1));
    client_->cancel(written.id);
    const auto after = failure(wait(std::move(written)));
    EXPECT_EQ(after.kind, FailureKind::cancelled);
    EXPECT_TRUE(after.written);
    EXPECT_TRUE(hanging.wait_for_ends(1));  // the connection went with it

    LoopbackServer unread(always_hang(), false);
    auto writing = send(call_to(unread.url(), std::string(32 * 1024 * 1024, 'x')));
    ASSERT_TRUE(unread.wait_for_requests(1));
    client_->cancel(writing.id);
    const auto before = failure(wait(std::move(writing)));
    EXPECT_EQ(before.kind, FailureKind::cancelled);
    EXPECT_FALSE(before.written);
}

TEST_F(CurlClientLife, a_call_cancelled_at_once_reports_nothing_of_the_one_before) {
    LoopbackServer server(always_ok());
    ASSERT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
    // From inside a callback both orders reach the client together, before the handle that is used
    // again has begun anything.
    std::promise<HttpOutcome> ended;
    auto first = call_to(server.url());
    first.done = [&](HttpOutcome) {
        auto second = call_to(server.url());
        second.done = [&](HttpOutcome outcome) { ended.set_value(std::move(outcome)); };
        client_->cancel(*client_->send(std::move(second)));
    };
    ASSERT_TRUE(client_->send(std::move(first)));
    const auto found = failure(ended.get_future().get());
    EXPECT_EQ(found.kind, FailureKind::cancelled);
    EXPECT_FALSE(found.written);
    EXPECT_EQ(found.partial.status, 0);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(CurlClientLife, cancelling_what_is_done_or_unknown_changes_nothing) {
    LoopbackServer server(always_ok());
    auto sent = send(call_to(server.url()));
    const auto id = sent.id;
    EXPECT_EQ(answer(wait(std::move(sent))).status, 200);
    client_->cancel(id);
    client_->cancel(0);
    client_->cancel(id + 1);  // must not meet the next call
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
}

TEST_F(CurlClientLife, close_ends_what_is_in_flight_promptly) {
    LoopbackServer server(always_hang());
    std::vector<Sent> sent;
    for (int i = 0; i < 8; ++i) sent.push_back(send(call_to(server.url())));
    ASSERT_TRUE(server.wait_for_requests(8));
    const auto begin = steady_clock::now();
    client_->close();
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5));
    for (auto& one : sent) {
        ASSERT_TRUE(is_done(one));  // before close() returned
        const auto found = failure(wait(std::move(one)));
        EXPECT_EQ(found.kind, FailureKind::cancelled);
        EXPECT_TRUE(found.written);
    }
    client_->close();
}

TEST_F(CurlClientLife, after_close_nothing_is_taken_and_no_callback_runs) {
    LoopbackServer server(always_ok());
    client_->close();
    auto owned = std::make_shared<int>(0);
    auto call = call_to(server.url());
    call.done = [owned](HttpOutcome) { ++*owned; };
    const auto refused = client_->send(std::move(call));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::closed);
    client_->cancel(1);
    EXPECT_EQ(*owned, 0);
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlClientLife, destruction_closes) {
    LoopbackServer server(always_hang());
    auto sent = send(call_to(server.url()));
    ASSERT_TRUE(server.wait_for_requests(1));
    client_.reset();
    ASSERT_TRUE(is_done(sent));
    EXPECT_EQ(failure(wait(std::move(sent))).kind, FailureKind::cancelled);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST_F(CurlClientLife, a_callback_is_destroyed_after_it_ran) {
    LoopbackServer server(always_ok());
    auto owned = std::make_shared<int>(0);
    auto call = call_to(server.url());
    call.done = [owned](HttpOutcome) {};
    ASSERT_TRUE(client_->send(std::move(call)));
    ASSERT_TRUE(server.wait_for_requests(1));
    client_->close();
    EXPECT_EQ(owned.use_count(), 1);
}

TEST(CurlClients, many_live_side_by_side) {
    LoopbackServer server(always_ok());
    for (int i = 0; i < 10; ++i) {
        auto one = CurlClient::make({});
        auto two = CurlClient::make({});
        ASSERT_TRUE(one);
        ASSERT_TRUE(two);
        std::promise<void> done;
        auto call = call_to(server.url());
        call.done = [&](HttpOutcome) { done.set_value(); };
        ASSERT_TRUE((*one)->send(std::move(call)));
        done.get_future().wait();
    }
    EXPECT_EQ(server.requests().size(), 10U);
}

}  // namespace
}  // namespace lampjack::transport
