#pragma once
// Unsettled: what the sender could not write down because the store failed. An outcome is kept and recorded again under
// its lease, because a row whose outcome is forgotten is sent twice; a lease that is not needed is given back. Used by
// the sender's thread only, except for size().

#include "engine/core.h"

#include <atomic>
#include <list>
#include <optional>

namespace lampjack::engine {

class Unsettled {
public:
    explicit Unsettled(Core& core) noexcept : core_(core) {}

    /// Writes it down now, or keeps it for later when the store fails.
    void record(const store::LeasedDelivery& lease, const store::OutboxRow& after);
    void release(const store::LeasedDelivery& lease);
    void postpone(const store::LeasedDelivery& lease, Millis at, std::string_view why);
    void hold_behind(const store::LeasedDelivery& lease);

    /// The outcome of this row is known and only not recorded: the new lease serves to record it. True: do not send.
    bool take_over(const store::LeasedDelivery& lease);
    /// Tries what is kept, those whose time has come or all.
    void try_again(bool all = false);
    /// What is left is given up: it will be sent again. Says so.
    void give_up();
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

private:
    struct Kept {
        store::LeasedDelivery lease;
        std::optional<store::OutboxRow> after;  ///< absent: give the lease back
        Millis again_at = 0;
        Millis wait = 0;
    };
    using List = std::list<
        Kept>;  ///< from one to the other without memory: nothing is forgotten for want of it
    /// Writes down the one in `one`, or moves it to those that are kept.
    void settle(List one) noexcept;
    /// Whether the error may be gone when it is tried again.
    static bool may_pass(const Error& error) noexcept;

    Core& core_;
    List kept_;
    std::atomic<std::size_t> size_{0};
};

}  // namespace lampjack::engine
