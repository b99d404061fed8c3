#include "engine/heartbeat.h"

#include "base/random.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

namespace lampjack::engine {
namespace {

/// So much may the two clocks differ between two beats before the wall clock counts as set.
constexpr Millis kDrift = 2'000;

std::string label_of_process() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) name = {"localhost"};
    return std::string(name.data()) + ":" + std::to_string(::getpid());
}

/// Each hub has one of its own, also where tests give two of them the same random numbers.
std::uint64_t fresh_id() {
    SystemRandom random;
    return (random.next() >> 1) | 1;
}

}  // namespace

Millis Heartbeat::Moment::apart(const Moment& other) const noexcept {
    return std::max(std::abs(steady - other.steady), std::abs(wall - other.wall));
}

Millis Heartbeat::Moment::drift(const Moment& other) const noexcept {
    return std::abs((wall - other.wall) - (steady - other.steady));
}

Heartbeat::Heartbeat(Core& core) : core_(core), id_(fresh_id()), label_(label_of_process()) {}

void Heartbeat::set_up(std::function<Millis()> steady, unsigned runs) {
    runs_ = runs;
    is_steady_ = static_cast<bool>(steady);
    steady_ = is_steady_ ? std::move(steady) : [this] { return core_.clock->now(); };
}

void Heartbeat::note(std::string_view subscription, const store::SubscriptionFilter& filter) {
    std::lock_guard lock(mutex_);
    const auto known =
        std::ranges::find(subscriptions_, subscription, &store::Holder::Subscription::name);
    if (known == subscriptions_.end())
        subscriptions_.push_back({std::string(subscription), filter});
    else
        known->filter = filter;
    changed_ = true;
}

void Heartbeat::forget(std::string_view subscription) {
    std::lock_guard lock(mutex_);
    std::erase_if(subscriptions_, [&](const auto& known) { return known.name == subscription; });
    changed_ = true;
}

store::Holder Heartbeat::row(Millis until) const {
    std::lock_guard lock(mutex_);
    return {id_, label_, core_.config.account_names(), subscriptions_, runs_, until};
}

bool Heartbeat::is_due(const Moment& at, Millis age, std::chrono::milliseconds retry) const {
    std::lock_guard lock(mutex_);
    if (failure_) return std::chrono::steady_clock::now() - tried_ >= retry;
    return !written_ || changed_ || at.apart(*written_) >= age;
}

Result<void> Heartbeat::beat_if_older(Millis age, std::chrono::milliseconds retry) {
    const Moment at = now();
    if (!is_due(at, age, retry) || beating_.exchange(true)) return {};
    {
        std::lock_guard lock(mutex_);
        tried_ = std::chrono::steady_clock::now();
        changed_ = false;
    }
    Result<void> beaten = fail(Code::internal, "out of memory");
    core_.survives([&] {
        beaten = core_.lane->repeat([&] { return core_.store->beat(row(at.wall + kSilence)); });
    });
    core_.survives([&] { beaten ? written(at) : failed(beaten.error()); });
    {
        std::lock_guard lock(mutex_);
        beating_ = false;
    }
    beaten_.notify_all();
    return beaten;
}

void Heartbeat::written(const Moment& at) {
    std::lock_guard lock(mutex_);
    const bool was_set = written_ && at.drift(*written_) > kDrift;
    const bool was_silent = written_ && at.apart(*written_) >= kSilence;
    // Who was silent itself, or has just come, may be the first after an outage of the store: others have yet to beat.
    if (was_silent || (!written_ && is_steady_)) judges_from_ = at.steady + kEvery;
    if (was_set) {
        leases_from_ = at.steady + kEvery;
        judges_from_ = at.steady + kSilence;
        if (at.wall - written_->wall > at.steady - written_->steady) forward_at_ = at.steady;
    }
    if (was_set || was_silent) ++gaps_;
    written_ = at;
    if (std::exchange(failure_, {})) news_.emplace_back(LogEvent::heartbeat_recovered);
}

void Heartbeat::failed(const Error& error) {
    std::lock_guard lock(mutex_);
    if (std::exchange(failure_, error)) return;
    news_.push_back(std::move(LogLine(LogEvent::heartbeat_failed).reason(error.message)));
}

void Heartbeat::wait_for_beat() const {
    std::unique_lock lock(mutex_);
    beaten_.wait_for(lock, std::chrono::milliseconds(kSilence), [this] { return !beating_; });
}

bool Heartbeat::is_failing() const {
    std::lock_guard lock(mutex_);
    return failure_.has_value();
}

bool Heartbeat::is_fresh() const {
    const Moment at = now();
    std::lock_guard lock(mutex_);
    return written_ && !failure_ && at.apart(*written_) < kSilence;
}

bool Heartbeat::can_lease() const {
    if (!is_fresh()) return false;
    std::lock_guard lock(mutex_);
    return steady_() >= leases_from_;
}

bool Heartbeat::was_set_forward_within(Millis time) const {
    std::lock_guard lock(mutex_);
    return forward_at_ && steady_() - *forward_at_ < time;
}

std::uint64_t Heartbeat::gaps() const {
    std::lock_guard lock(mutex_);
    return gaps_;
}

bool Heartbeat::can_judge() const {
    const Moment at = now();
    std::lock_guard lock(mutex_);
    return written_ && at.steady >= judges_from_ && at.drift(*written_) <= kDrift;
}

void Heartbeat::leave() {
    {
        std::lock_guard lock(mutex_);
        if (!written_) return;
    }
    core_.survives([&] { (void)core_.lane->repeat([&] { return core_.store->leave(id_); }); });
}

std::vector<LogLine> Heartbeat::news() {
    std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
}

}  // namespace lampjack::engine
