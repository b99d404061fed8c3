#pragma once
// Holds: what hosts have leased and not answered yet. Leases are renewed while work goes on, and end where it takes longer
// than handler_timeout (C: item_hold).

#include "engine/heartbeat.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace lampjack::engine {

/// How far ahead the lease of an item or of a sink's message ends by itself: what releases before see.
inline constexpr Millis kHostLease = 300'000;

/// Called from any thread; look() by one at a time.
class Holds {
public:
    Holds(Core& core, Heartbeat& heart) : core_(core), heart_(heart) {}

    void add(const std::shared_ptr<Item>& item, Keeper keeper);
    void add(const std::shared_ptr<SinkDelivery>& delivery, Keeper keeper);
    /// Whether a host works on anything.
    bool any() const;
    /// Ends what takes too long, and renews the rest.
    void look();
    /// Code::lease_lost when the item may be another's by now. Asks the store only where this hub was silent meanwhile.
    Result<void> check(const Item& item);
    void lost(const Item& item);
    void lost(const SinkDelivery& delivery);

    struct Late {
        std::string ref;
        std::string subscription;  ///< empty for a sink
        Millis since = 0;
    };
    /// What is worked on for so long, or although its lease has ended.
    std::vector<Late> late(Millis age) const;

private:
    template <class T>
    using List = std::vector<std::weak_ptr<T>>;
    template <class T>
    std::vector<std::shared_ptr<T>> alive(List<T>& list) const;
    void begin(Hold& hold, Keeper keeper) const;
    Result<bool> extend(const Item& item, Millis until);
    Result<bool> extend(const SinkDelivery& delivery, Millis until);
    template <class T>
    bool renew(const T& held);
    template <class T>
    void look_at(const T& held);
    void end(const Item& item);
    void end(const SinkDelivery& delivery);
    void tell_hung(std::string_view subscription, std::string_view account, std::string_view ref,
                   const Hold& hold) const;

    Core& core_;
    Heartbeat& heart_;
    mutable std::mutex mutex_;
    mutable List<Item> items_;
    mutable List<SinkDelivery> sinks_;
};

Error lease_lost();

}  // namespace lampjack::engine
