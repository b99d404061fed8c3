#include "transport/curl_client.h"

#include "support/curl_fixture.h"
#include "support/loopback_server.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::transport {
namespace {

using support::call_to;
using support::LoopbackServer;
using support::Reaction;
using support::Received;
using support::reply;
using CurlClientAnswers = support::CurlTest;

LoopbackServer::Handler always(std::string bytes) {
    return [bytes = std::move(bytes)](const Received&) { return Reaction{{bytes}}; };
}

TEST_F(CurlClientAnswers, sends_the_request_as_it_is) {
    LoopbackServer server(always(reply(200)));
    auto call = call_to(server.url("/v1/bots/b%20c?version=DRAFT"),
                        std::string("{\"a\":\"\0\xc3\xa9\"}", 11));
    call.request.headers = {
        {"Authorization", "Bearer made-up"}, {"Content-Type", "application/json"}, {"X-Empty", ""}};
    EXPECT_EQ(answer(send_and_wait(std::move(call))).status, 200);

    ASSERT_EQ(server.requests().size(), 1U);
    const Received request = server.requests()[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/v1/bots/b%20c?version=DRAFT");
    EXPECT_EQ(request.body, std::string("{\"a\":\"\0\xc3\xa9\"}", 11));
    EXPECT_EQ(model::header(request.headers, "authorization"), "Bearer made-up");
    EXPECT_EQ(model::header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(model::header(request.headers, "content-length"), "11");
    EXPECT_EQ(model::header(request.headers, "user-agent"), "lampjack");
    EXPECT_EQ(request.headers.size(),
              7U);  // these, Host, Accept and the empty one: no Expect, no cookies
    EXPECT_EQ(request.headers[0], (std::pair<std::string, std::string>{
                                      "Host", "127.0.0.1:" + std::to_string(server.port())}));
}

TEST_F(CurlClientAnswers, adds_no_content_type_and_no_expect_to_a_large_body) {
    LoopbackServer server(always(reply(200)));
    const std::string body(3 * 1024 * 1024, 'x');
    EXPECT_EQ(answer(send_and_wait(call_to(server.url(), body))).status, 200);
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.body, body);
    EXPECT_EQ(model::header(request.headers, "content-type"), "");
    EXPECT_EQ(model::header(request.headers, "expect"), "");
}

TEST_F(CurlClientAnswers, speaks_each_method_on_the_same_handle) {
    LoopbackServer server(always(reply(200)));
    const std::pair<const char*, const char*> cases[] = {
        {"POST", "a"}, {"GET", ""},    {"PUT", "bc"},   {"DELETE", ""},
        {"POST", ""},  {"PATCH", "d"}, {"DELETE", "e"}, {"GET", ""}};
    for (const auto& [method, body] : cases)
        ASSERT_EQ(answer(send_and_wait(call_to(server.url(), body, method))).status, 200) << method;
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), std::size(cases));
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(requests[i].method, cases[i].first);
        EXPECT_EQ(requests[i].body, cases[i].second);
    }
    EXPECT_EQ(model::header(requests[4].headers, "content-length"), "0");
}

TEST_F(CurlClientAnswers, hands_over_status_headers_and_body_as_they_came) {
    LoopbackServer server(
        always(reply(503, {{"Retry-After", "7"}, {"X-A", "1"}, {"x-a", "2"}}, "try later")));
    const auto response = answer(send_and_wait(call_to(server.url())));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers,
              (model::Headers{
                  {"Retry-After", "7"}, {"X-A", "1"}, {"x-a", "2"}, {"Content-Length", "9"}}));
    EXPECT_EQ(response.body, "try later");
}

TEST_F(CurlClientAnswers, reads_chunked_bodies) {
    LoopbackServer server(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n"));
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).body, "hello, world");
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).body, "hello, world");
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientAnswers, reads_a_body_that_ends_with_the_connection) {
    LoopbackServer server([](const Received&) {
        return Reaction{{"HTTP/1.1 200 OK\r\n\r\nto the end"}, Reaction::End::close};
    });
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).body, "to the end");
}

TEST_F(CurlClientAnswers, waits_for_a_slow_one_within_its_time) {
    LoopbackServer server([](const Received&) {
        return Reaction{{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "a", "b", "c"},
                        Reaction::End::keep,
                        std::chrono::milliseconds(60)};
    });
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).body, "abc");
}

TEST_F(CurlClientAnswers, forgets_the_headers_of_interim_answers) {
    LoopbackServer server(
        always("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n" + reply(200, {{"X-A", "1"}})));
    EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).headers,
              (model::Headers{{"X-A", "1"}, {"Content-Length", "0"}}));
}

TEST_F(CurlClientAnswers, takes_an_early_refusal_of_a_body_that_was_not_read) {
    LoopbackServer server(
        [](const Received&) {
            return Reaction{
                {"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
                Reaction::End::hang};
        },
        false);
    EXPECT_EQ(
        answer(send_and_wait(call_to(server.url(), std::string(16 * 1024 * 1024, 'x')))).status,
        413);
}

TEST_F(CurlClientAnswers, follows_no_redirect) {
    LoopbackServer other(always(reply(200)));
    for (const int status : {301, 302, 303, 307, 308}) {
        LoopbackServer server(always(reply(status, {{"Location", other.url("/elsewhere")}})));
        const auto response = answer(send_and_wait(call_to(server.url())));
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(model::header(response.headers, "location"), other.url("/elsewhere"));
        EXPECT_EQ(server.requests().size(), 1U);
    }
    EXPECT_EQ(other.connections(), 0);
    EXPECT_EQ(answer(send_and_wait(call_to(other.url()))).status, 200);  // it would have answered
}

TEST_F(CurlClientAnswers, keeps_no_cookies) {
    LoopbackServer server(always(reply(200, {{"Set-Cookie", "a=b; Path=/"}})));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(answer(send_and_wait(call_to(server.url()))).status, 200);
    EXPECT_EQ(model::header(server.requests().at(1).headers, "cookie"), "");
}

}  // namespace
}  // namespace lampjack::transport
