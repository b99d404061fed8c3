#pragma once
// Heartbeat: the row that tells other hubs that this one is alive. It is written every 5 s; a hub that is silent for 15 s is
// dead, and what it leased is due again. Nothing is leased while the row cannot be written. Nothing here logs or takes the
// GIL: what there is to tell is kept until somebody asks for news().

#include "engine/core.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace lampjack::engine {

/// Called from any thread.
class Heartbeat {
public:
    static constexpr Millis kEvery = 5'000;
    static constexpr Millis kSilence = 15'000;

    struct Moment {
        Millis wall = 0;
        Millis steady = 0;
        /// The longer of the two times between: a clock that was set, or a machine that slept, counts as silence.
        Millis apart(const Moment& other) const noexcept;
        /// By how much the wall clock was set between the two.
        Millis drift(const Moment& other) const noexcept;
    };

    explicit Heartbeat(Core& core);

    /// Before the first beat. `steady` is a clock that nobody sets; empty: the wall clock is one (tests).
    void set_up(std::function<Millis()> steady, unsigned runs);
    /// A wall clock that is both is read once: somebody may set it between two looks.
    Moment now() const {
        const Millis wall = core_.clock->now();
        return {wall, is_steady_ ? steady_() : wall};
    }
    std::uint64_t id() const noexcept { return id_; }
    const std::string& label() const noexcept { return label_; }
    /// What this hub says of itself from the next beat on.
    void note(std::string_view subscription, const store::SubscriptionFilter& filter);
    void forget(std::string_view subscription);

    /// Writes the row when the last one is so old, or could not be written and `retry` of real time has passed
    /// since.
    Result<void> beat_if_older(Millis age, std::chrono::milliseconds retry);
    /// Until the write that another thread has begun is over, or for 15 s of real time. Called without a lock.
    void wait_for_beat() const;
    /// Whether the last write failed.
    bool is_failing() const;
    /// Whether others take this hub for alive.
    bool is_fresh() const;
    /// The same, and nobody's clock was set in the last five seconds: other hubs have to move their leases first.
    bool can_lease() const;
    /// Whether the wall clock was set forward within that time: leases ended early, and what they were for may go on.
    bool was_set_forward_within(Millis time) const;
    /// Rises when others may have taken this hub's leases for over: it was silent, or the clock was set.
    std::uint64_t gaps() const;
    /// Whether the rows of others can be compared with the clock: not within 15 s after it was set, nor within 5 s
    /// after this hub was silent itself.
    bool can_judge() const;
    /// Removes the row, if it was ever written.
    void leave();
    std::vector<LogLine> news();

private:
    bool is_due(const Moment& at, Millis age, std::chrono::milliseconds retry) const;
    store::Holder row(Millis until) const;
    void written(const Moment& at);
    void failed(const Error& error);

    Core& core_;
    const std::uint64_t id_;
    const std::string label_;
    std::function<Millis()> steady_;
    bool is_steady_ = false;  ///< a clock of its own
    unsigned runs_ = 0;
    std::atomic<bool> beating_{false};

    mutable std::mutex mutex_;
    mutable std::condition_variable beaten_;
    std::vector<store::Holder::Subscription> subscriptions_;
    std::optional<Moment> written_;  ///< when the last row that stands was begun
    std::chrono::steady_clock::time_point tried_;
    std::optional<Error> failure_;  ///< of the last write
    Millis leases_from_ = 0;        ///< by the steady clock
    std::optional<Millis>
        forward_at_;  ///< the same: when the wall clock was last found set forward
    Millis judges_from_ = 0;
    std::uint64_t gaps_ = 0;
    bool changed_ = false;  ///< what it says of itself
    std::vector<LogLine> news_;
};

}  // namespace lampjack::engine
