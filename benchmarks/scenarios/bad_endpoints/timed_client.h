#pragma once
// TimedClient: passes everything on to another client and notes when each request left and when its outcome came.

#include "transport/http_client.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bench {

using SteadyTime = std::chrono::steady_clock::time_point;

class TimedClient final : public lampjack::transport::HttpClient {
public:
    explicit TimedClient(std::unique_ptr<HttpClient> to) : to_(std::move(to)) {}
    ~TimedClient() override { TimedClient::close(); }

    lampjack::Result<lampjack::transport::CallId> send(lampjack::transport::Call call) override {
        const std::string id(lampjack::model::header(call.request.headers, "idempotency-key"));
        const auto begun = std::chrono::steady_clock::now();
        call.done = [this, id, begun, limit = call.timeouts.total,
                     done = std::move(call.done)](auto outcome) {
            note(id, begun, limit);
            done(std::move(outcome));
        };
        return to_->send(std::move(call));
    }
    void cancel(lampjack::transport::CallId id) override { to_->cancel(id); }
    void close() noexcept override { to_->close(); }

    /// When the first outcome of each delivery came.
    std::map<std::string, SteadyTime> outcomes() const {
        const std::lock_guard lock(mutex_);
        return outcomes_;
    }
    std::size_t requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    /// By how much the longest request passed its deadline, in seconds; below zero when none did.
    double overtime() const {
        const std::lock_guard lock(mutex_);
        return overtime_;
    }

private:
    void note(const std::string& id, SteadyTime begun, std::chrono::milliseconds limit) {
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(mutex_);
        ++requests_;
        outcomes_.emplace(id, now);
        overtime_ = std::max(overtime_, std::chrono::duration<double>(now - begun - limit).count());
    }

    std::unique_ptr<HttpClient> to_;
    mutable std::mutex mutex_;
    std::map<std::string, SteadyTime> outcomes_;
    std::size_t requests_ = 0;
    double overtime_ = -1e9;
};

}  // namespace bench
