#include "transport/curl_client.h"

#include "support/curl_fixture.h"
#include "support/loopback_server.h"
#include "transport/retry_policy.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace lampjack::transport {
namespace {

using support::call_to;
using support::hasty_call_to;
using support::LoopbackServer;
using support::Reaction;
using support::Received;
using support::reply;
using CurlClientFailures = support::CurlTest;
using End = Reaction::End;

LoopbackServer::Handler always(Reaction reaction) {
    return [reaction = std::move(reaction)](const Received&) { return reaction; };
}

TEST_F(CurlClientFailures, nobody_listens) {
    std::string url;
    {
        LoopbackServer server(always({}));
        url = server.url();
    }
    const auto found = failure(send_and_wait(call_to(url)));
    EXPECT_EQ(found.kind, FailureKind::connect);
    EXPECT_FALSE(found.written);
    EXPECT_EQ(found.message, "curl 7: Couldn't connect to server");
}

TEST_F(CurlClientFailures, no_answer_in_time_after_all_was_sent) {
    LoopbackServer server(always({{}, End::hang}));
    const auto outcome = send_and_wait(hasty_call_to(server.url("/s3cret")));
    const auto found = failure(outcome);
    EXPECT_EQ(found.kind, FailureKind::unknown_after_sent);
    EXPECT_TRUE(found.written);
    EXPECT_EQ(found.partial.status, 0);
    EXPECT_EQ(found.message.find("s3cret"), std::string::npos);
    EXPECT_EQ(classify(outcome), OutcomeClass::unknown);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlClientFailures, no_answer_in_time_to_a_request_without_body) {
    LoopbackServer server(always({{}, End::hang}));
    auto call = hasty_call_to(server.url(), "");
    call.request.method = "GET";
    EXPECT_EQ(failure(send_and_wait(std::move(call))).kind, FailureKind::unknown_after_sent);
}

TEST_F(CurlClientFailures, time_runs_out_while_the_body_is_being_written) {
    LoopbackServer server(always({{}, End::hang}), false);
    const auto outcome =
        send_and_wait(hasty_call_to(server.url(), std::string(32 * 1024 * 1024, 'x')));
    EXPECT_EQ(failure(outcome).kind, FailureKind::timeout_before_sent);
    EXPECT_FALSE(failure(outcome).written);
    EXPECT_EQ(classify(outcome), OutcomeClass::transient);
}

TEST_F(CurlClientFailures, connection_is_lost_while_the_body_is_being_written) {
    LoopbackServer server(always({{}, End::reset}), false);
    const auto found =
        failure(send_and_wait(call_to(server.url(), std::string(32 * 1024 * 1024, 'x'))));
    EXPECT_EQ(found.kind, FailureKind::connect);
    EXPECT_FALSE(found.written);
}

TEST_F(CurlClientFailures, time_runs_out_in_the_tls_handshake) {
    LoopbackServer server(always({}));  // never answers the ClientHello, which has no end of a head
    auto call = call_to(server.url("/", "127.0.0.1", "https"));
    call.timeouts.connect = std::chrono::milliseconds(300);
    const auto found = failure(send_and_wait(std::move(call)));
    EXPECT_EQ(found.kind, FailureKind::timeout_before_sent);
    EXPECT_FALSE(found.written);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlClientFailures, time_runs_out_in_the_middle_of_the_answer) {
    LoopbackServer server(always(
        {{"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\nhalf"}, End::hang}));
    const auto outcome = send_and_wait(hasty_call_to(server.url()));
    const auto found = failure(outcome);
    EXPECT_EQ(found.kind, FailureKind::cut_body);
    EXPECT_EQ(found.partial.status, 503);
    EXPECT_EQ(model::header(found.partial.headers, "retry-after"), "7");
    EXPECT_EQ(found.partial.body, "half");
    EXPECT_EQ(classify(outcome), OutcomeClass::throttled);
}

TEST_F(CurlClientFailures, the_answers_body_is_cut) {
    LoopbackServer server(
        always({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}, End::close}));
    const auto outcome = send_and_wait(call_to(server.url()));
    EXPECT_EQ(failure(outcome).kind, FailureKind::cut_body);
    EXPECT_EQ(failure(outcome).partial.status, 200);
    EXPECT_EQ(classify(outcome), OutcomeClass::done);
    EXPECT_EQ(classify(outcome, BodyVerdict::unreadable), OutcomeClass::unknown);
}

TEST_F(CurlClientFailures, a_chunked_answer_is_cut) {
    LoopbackServer server(
        always({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"}, End::close}));
    EXPECT_EQ(failure(send_and_wait(call_to(server.url()))).kind, FailureKind::cut_body);
}

TEST_F(CurlClientFailures, the_connection_is_reset_or_closed_after_the_request) {
    for (const End end : {End::reset, End::close}) {
        LoopbackServer server(always({{}, end}));
        const auto found = failure(send_and_wait(call_to(server.url())));
        EXPECT_EQ(found.kind, FailureKind::unknown_after_sent);
        EXPECT_TRUE(found.written);
        EXPECT_EQ(server.requests().size(), 1U);
    }
}

TEST_F(CurlClientFailures, the_answer_is_not_http) {
    LoopbackServer server(always({{"SSH-2.0-OpenSSH_9.2\r\n"}, End::close}));
    const auto found = failure(send_and_wait(call_to(server.url())));
    EXPECT_EQ(found.kind, FailureKind::unknown_after_sent);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlClientFailures, the_other_side_speaks_no_tls) {
    LoopbackServer server(always({}), true, reply(400));
    const auto outcome = send_and_wait(call_to(server.url("/", "127.0.0.1", "https")));
    EXPECT_EQ(failure(outcome).kind, FailureKind::tls);
    EXPECT_FALSE(failure(outcome).written);
    EXPECT_EQ(classify(outcome), OutcomeClass::transient);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlClientFailures, the_answer_is_too_large) {
    const std::string allowed(256 * 1024, 'x');
    LoopbackServer good(always({{reply(200, {}, allowed)}}));
    EXPECT_EQ(answer(send_and_wait(call_to(good.url()))).body, allowed);

    LoopbackServer server(always({{reply(200, {}, allowed + "x")}}));
    const auto outcome = send_and_wait(call_to(server.url()));
    EXPECT_EQ(failure(outcome).kind, FailureKind::too_large);
    EXPECT_EQ(failure(outcome).partial.status, 200);
    EXPECT_LE(failure(outcome).partial.body.size(), allowed.size());
    EXPECT_EQ(classify(outcome), OutcomeClass::done);
}

TEST_F(CurlClientFailures, an_endless_answer_is_cut_off_at_the_limit) {
    LoopbackServer server([](const Received&) {
        std::vector<std::string> pieces(4096,
                                        std::string(64 * 1024, 'x'));  // 256 MiB if it were read
        pieces.insert(pieces.begin(), "HTTP/1.1 200 OK\r\n\r\n");
        return Reaction{std::move(pieces), End::close};
    });
    EXPECT_EQ(failure(send_and_wait(call_to(server.url()))).kind, FailureKind::too_large);
}

TEST_F(CurlClientFailures, the_answers_headers_are_too_large) {
    model::Headers many(20, {"X-Many", std::string(4096, 'h')});
    LoopbackServer server(always({{reply(200, many)}}));
    EXPECT_EQ(failure(send_and_wait(call_to(server.url()))).kind, FailureKind::too_large);
}

TEST_F(CurlClientFailures, a_call_that_stalls_ends_before_its_whole_time) {
    LoopbackServer server(always({{}, End::hang}));
    auto call = call_to(server.url(), "", "GET");
    call.timeouts.stalled = std::chrono::seconds(1);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(failure(send_and_wait(std::move(call))).kind, FailureKind::unknown_after_sent);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
}

TEST_F(CurlClientFailures, each_call_has_its_own_time) {
    LoopbackServer server(always({{}, End::hang}));
    auto patient = send(call_to(server.url("/patient")));
    EXPECT_EQ(failure(send_and_wait(hasty_call_to(server.url("/hasty")))).kind,
              FailureKind::unknown_after_sent);
    EXPECT_FALSE(is_done(patient));
    client_->cancel(patient.id);
    EXPECT_EQ(failure(wait(std::move(patient))).kind, FailureKind::cancelled);
}

/// Answers the first request of each connection and breaks the connection at the second.
LoopbackServer::Handler breaks_at_the_second(End end) {
    return [end, count = std::make_shared<std::atomic<int>>(0)](const Received&) {
        return ++*count == 1 ? Reaction{{reply(200)}} : Reaction{{}, end};
    };
}

TEST_F(CurlClientFailures, a_request_lost_on_a_kept_connection_is_not_sent_again_behind_our_back) {
    for (const End end : {End::close, End::reset}) {
        for (const char* method : {"POST", "GET"}) {
            LoopbackServer server(breaks_at_the_second(end));
            const char* body = std::string_view(method) == "GET" ? "" : "{}";
            ASSERT_EQ(answer(send_and_wait(call_to(server.url(), body, method))).status, 200);
            const auto found = failure(send_and_wait(call_to(server.url(), body, method)));
            EXPECT_EQ(found.kind, FailureKind::unknown_after_sent)
                << method << ": " << found.message;
            EXPECT_TRUE(found.written);
            EXPECT_EQ(found.message, "the kept connection broke after the request was written");
            EXPECT_EQ(server.requests().size(), 2U) << method;
        }
    }
}

TEST_F(CurlClientFailures, a_kept_connection_that_was_closed_meanwhile_costs_nothing) {
    LoopbackServer server([](const Received&) { return Reaction{{reply(200)}, End::close}; });
    ASSERT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
    ASSERT_TRUE(server.wait_for_ends(1));
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(CurlClientFailures, a_failed_call_leaves_nothing_behind_for_the_next) {
    LoopbackServer hanging(always({{}, End::hang}));
    LoopbackServer server(always({{reply(201, {{"X-A", "1"}}, "fresh")}}));
    auto failing = hasty_call_to(hanging.url(), "a long body that the next request must not send");
    failing.request.headers = {{"Authorization", "Bearer made-up"}};
    failing.request.method = "PUT";
    ASSERT_EQ(failure(send_and_wait(std::move(failing))).kind, FailureKind::unknown_after_sent);
    const auto response = answer(send_and_wait(call_to(server.url(), "")));
    EXPECT_EQ(response.body, "fresh");
    EXPECT_EQ(response.headers.size(), 2U);
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(model::header(request.headers, "authorization"), "");
}

}  // namespace
}  // namespace lampjack::transport
