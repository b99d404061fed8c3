#pragma once
// What the tests of the curl client share: a client, calls to loopback, and outcomes as values.

#include "transport/curl_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::support {

inline std::shared_ptr<const transport::AddressPolicy> allowing(std::vector<std::string> networks) {
    return std::make_shared<const transport::AddressPolicy>(*transport::parse_networks(networks));
}

/// A call that may go to 127.0.0.1, with enough time for a busy machine.
inline transport::Call call_to(std::string url, std::string body = "{}",
                               std::string method = "POST") {
    transport::Call call;
    call.request = {std::move(method), std::move(url), {}, std::move(body)};
    call.policy = allowing({"127.0.0.0/8"});
    call.timeouts = {std::chrono::seconds(20), std::chrono::seconds(30), std::chrono::seconds(0)};
    return call;
}

/// The same, with a short time for the whole of it.
inline transport::Call hasty_call_to(std::string url, std::string body = "{}") {
    auto call = call_to(std::move(url), std::move(body));
    call.timeouts.total = std::chrono::milliseconds(400);
    return call;
}

class CurlTest : public ::testing::Test {
protected:
    explicit CurlTest(transport::CurlOptions options = {})
        : client_(*transport::CurlClient::make(std::move(options))) {}

    struct Sent {
        transport::CallId id = 0;
        std::future<transport::HttpOutcome> outcome;
    };

    Sent send(transport::Call call) {
        auto promise = std::make_shared<std::promise<transport::HttpOutcome>>();
        auto future = promise->get_future();
        call.done = [promise](transport::HttpOutcome outcome) {
            promise->set_value(std::move(outcome));
        };
        const auto id = client_->send(std::move(call));
        EXPECT_TRUE(id);
        return {id ? *id : 0, std::move(future)};
    }

    static bool is_done(const Sent& sent) {
        return sent.outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    /// The outcome, waited for. A call that is never answered is a failure of kind `connect`
    /// without a message.
    static transport::HttpOutcome wait(Sent sent) {
        if (sent.outcome.wait_for(std::chrono::seconds(60)) == std::future_status::ready)
            return sent.outcome.get();
        ADD_FAILURE() << "the call was never answered";
        return transport::Failure{};
    }
    transport::HttpOutcome send_and_wait(transport::Call call) {
        return wait(send(std::move(call)));
    }

    /// The answer, or one with status -1 when there was a failure.
    static model::HttpResponse answer(const transport::HttpOutcome& outcome) {
        if (const auto* response = std::get_if<model::HttpResponse>(&outcome)) return *response;
        const auto& failure = std::get<transport::Failure>(outcome);
        ADD_FAILURE() << "no answer: " << name_of(failure.kind) << ": " << failure.message;
        return {-1, {}, {}};
    }

    /// The failure; a complete answer is reported and looks like a failure without a message.
    static transport::Failure failure(const transport::HttpOutcome& outcome) {
        if (const auto* found = std::get_if<transport::Failure>(&outcome)) return *found;
        ADD_FAILURE() << "answered " << std::get<model::HttpResponse>(outcome).status;
        return {};
    }

    std::unique_ptr<transport::CurlClient> client_;
};

}  // namespace lampjack::support
