#include "transport/breaker.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::transport {
namespace {

/// More than this within a window changes no share that matters.
constexpr std::size_t kMostSeen = 4096;

bool never_left(const HttpOutcome& outcome) noexcept {
    const auto* failure = std::get_if<Failure>(&outcome);
    return failure != nullptr && (failure->kind == FailureKind::refused_by_policy ||
                                  failure->kind == FailureKind::tls_verification ||
                                  failure->kind == FailureKind::cancelled);
}

std::int64_t next_number(std::string_view& text) noexcept {
    const auto space = text.find(' ');
    const auto number = to_int(text.substr(0, space));
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    return number.value_or(0);
}

}  // namespace

Signal signal_of(const HttpOutcome& outcome, OutcomeClass judged) noexcept {
    if (never_left(outcome)) return Signal::none;
    switch (judged) {
        case OutcomeClass::done: return Signal::good;
        case OutcomeClass::throttled: return Signal::throttled;
        case OutcomeClass::transient:
        case OutcomeClass::unknown: return Signal::failed;
        case OutcomeClass::permanent:
        case OutcomeClass::credentials: break;
    }
    return Signal::good;
}

std::string to_text(const BreakerState& state) {
    if (state.is_closed()) return {};
    return std::to_string(state.opens) + " " + std::to_string(state.until) + " " +
           std::to_string(state.probe_until);
}

BreakerState breaker_state(std::string_view text) noexcept {
    BreakerState state;
    state.opens = static_cast<std::uint32_t>(std::min<std::int64_t>(next_number(text), 1'000'000));
    state.until = next_number(text);
    state.probe_until = next_number(text);
    return state.is_closed() ? BreakerState{} : state;
}

void Breaker::adopt(const BreakerState& state) noexcept {
    if (state.is_closed() && !state_.is_closed()) {
        in_a_row_ = 0;
        seen_.clear();
        failed_ = 0;
    }
    state_ = state;
}

Breaker::Pass Breaker::pass(Millis now) const noexcept {
    if (state_.is_closed()) return Pass::go;
    return wait_until(now) > now ? Pass::wait : Pass::probe;
}

Millis Breaker::wait_until(Millis now) const noexcept {
    const Millis until = std::max(state_.until, state_.probe_until);
    // Nobody opens for so long: a clock was set back.
    return until - now > longest_open() ? now : until;
}

BreakerState Breaker::probing(Millis now, Millis time) const noexcept {
    BreakerState next = state_;
    next.until = std::min(next.until, now);
    next.probe_until = now + std::min(time, longest_open());
    return next;
}

BreakerState Breaker::probe_given_back() const noexcept {
    BreakerState next = state_;
    next.probe_until = 0;
    return next;
}

BreakerState Breaker::opened(Millis now, Random& random) const {
    Millis wait = std::min(limits_.open, limits_.longest);
    for (std::uint32_t i = 0; i < state_.opens && wait < limits_.longest; ++i)
        wait = std::min(wait * 2, limits_.longest);
    const auto spread = static_cast<std::uint64_t>(wait / 5 + 1);
    wait += static_cast<Millis>(random.next() % spread);
    return {state_.opens + 1, now + wait, 0};
}

void Breaker::forget_before(Millis now) {
    while (!seen_.empty() && (seen_.front().at <= now - limits_.window || seen_.front().at > now ||
                              seen_.size() >= kMostSeen)) {
        failed_ -= seen_.front().failed ? 1U : 0U;
        seen_.pop_front();
    }
}

bool Breaker::opens_by(Signal signal, Millis now) {
    const bool bad = signal != Signal::good;
    if (signal == Signal::failed) ++in_a_row_;
    if (signal == Signal::good) in_a_row_ = 0;
    forget_before(now);
    seen_.push_back({now, bad});
    failed_ += bad ? 1U : 0U;
    if (in_a_row_ >= limits_.failures) return true;
    if (seen_.size() < limits_.sample) return false;
    return failed_ * 100 > seen_.size() * limits_.percent;
}

std::optional<BreakerState> Breaker::note(Signal signal, bool was_probe, Millis now,
                                          Random& random) {
    if (!state_.is_closed()) {
        // What was sent before it opened says nothing new.
        if (!was_probe) return std::nullopt;
        if (signal == Signal::none) return probe_given_back();
        return signal == Signal::good ? BreakerState{} : opened(now, random);
    }
    if (signal == Signal::none || !opens_by(signal, now)) return std::nullopt;
    return opened(now, random);
}

}  // namespace lampjack::transport
