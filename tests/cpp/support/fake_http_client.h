#pragma once
// FakeHttpClient: an HttpClient without network or threads. It records every call; the test decides
// each outcome and when it comes.

#include "transport/http_client.h"

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::support {

/// Keeps HttpClient's promises with the test's thread as the client's own: an outcome is first
/// decided (answer, fail, and cancel or close from
/// the code under test) and comes when the test calls deliver(). So no callback ever runs inside
/// send() or cancel().
class FakeHttpClient final : public transport::HttpClient {
public:
    struct Recorded {
        transport::CallId id = 0;
        model::HttpRequest request;
        transport::Timeouts timeouts;
        std::shared_ptr<const transport::AddressPolicy> policy;
    };

    ~FakeHttpClient() override { close(); }

    Result<transport::CallId> send(transport::Call call) override {
        const std::lock_guard lock(mutex_);
        if (closed_) return fail(Code::closed, "the HTTP client is closed");
        const transport::CallId id = recorded_.size() + 1;
        Recorded recorded{id, call.request, call.timeouts, call.policy};
        recorded_.reserve(
            id);  // first what may run out of memory: a call is taken as a whole or not
        waiting_.emplace(id, std::move(call.done));
        recorded_.push_back(std::move(recorded));
        return id;
    }

    void cancel(transport::CallId id) override {
        const std::lock_guard lock(mutex_);
        decide_locked(
            id, transport::Failure{transport::FailureKind::cancelled, "cancelled", {}, written_});
    }

    void close() noexcept override {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
            while (!waiting_.empty())
                decide_locked(
                    waiting_.begin()->first,
                    transport::Failure{transport::FailureKind::cancelled, "closed", {}, written_});
        }
        deliver();
    }

    // ---- what the test sees

    /// Every call so far, in the order in which they were sent; ids are 1, 2, 3, …
    std::vector<Recorded> calls() const {
        const std::lock_guard lock(mutex_);
        return recorded_;
    }
    /// One of them; ids that were never given have an empty request.
    Recorded call(transport::CallId id) const {
        const std::lock_guard lock(mutex_);
        return id == 0 || id > recorded_.size() ? Recorded{} : recorded_[id - 1];
    }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return recorded_.size();
    }
    /// The ids for which no outcome is decided yet.
    std::vector<transport::CallId> in_flight() const {
        const std::lock_guard lock(mutex_);
        std::vector<transport::CallId> ids;
        for (const auto& [id, done] : waiting_) ids.push_back(id);
        return ids;
    }

    // ---- what the test decides; false: the call has its outcome already, or never was

    bool answer(transport::CallId id, std::int32_t status, std::string body = {},
                model::Headers headers = {}) {
        return decide(id, model::HttpResponse{status, std::move(headers), std::move(body)});
    }
    bool fail_with(transport::CallId id, transport::FailureKind kind) {
        const bool written = kind == transport::FailureKind::unknown_after_sent;
        return decide(id,
                      transport::Failure{kind, std::string(transport::name_of(kind)), {}, written});
    }
    bool decide(transport::CallId id, transport::HttpOutcome outcome) {
        const std::lock_guard lock(mutex_);
        return decide_locked(id, std::move(outcome));
    }
    /// Whether calls that are cancelled from now on count as written already.
    void cancel_as_written(bool written) {
        const std::lock_guard lock(mutex_);
        written_ = written;
    }

    /// Runs the callbacks of all decided outcomes, in the order in which they were decided, and of
    /// those decided meanwhile.
    /// Returns how many.
    std::size_t deliver() {
        std::size_t count = 0;
        for (;; ++count) {
            std::unique_lock lock(mutex_);
            if (decided_.empty()) return count;
            auto [done, outcome] = std::move(decided_.front());
            decided_.pop_front();
            lock.unlock();
            if (done) done(std::move(outcome));
        }
    }

private:
    using Done = std::function<void(transport::HttpOutcome)>;

    bool decide_locked(transport::CallId id, transport::HttpOutcome outcome) {
        const auto found = waiting_.find(id);
        if (found == waiting_.end()) return false;
        decided_.emplace_back(std::move(found->second), std::move(outcome));
        waiting_.erase(found);
        return true;
    }

    mutable std::mutex mutex_;
    std::vector<Recorded> recorded_;
    std::map<transport::CallId, Done> waiting_;
    std::deque<std::pair<Done, transport::HttpOutcome>> decided_;
    bool written_ = false;
    bool closed_ = false;
};

}  // namespace lampjack::support
