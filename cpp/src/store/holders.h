#pragma once
// Holders: the processes that lease, as they write of themselves; who leases on whose behalf; how subscriptions stand.

#include "base/result.h"
#include "store/rows.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store {

/// A process that leases. It is alive until `until`: it writes this row again before then.
struct Holder {
    struct Subscription {
        std::string name;
        SubscriptionFilter filter;  ///< its own, as it gives it to subscribe()
    };

    std::uint64_t id = 0;  ///< random, below 2^63, never 0; another one in each process
    std::string label;     ///< host:pid, for people
    std::vector<std::string> accounts;
    std::vector<Subscription> subscriptions;
    std::uint32_t runs = 0;  ///< which threads it runs
    Millis until = 0;
};

/// For whom something is leased.
struct Lessee {
    std::uint64_t holder = 0;                    ///< 0: nobody's, the lease ends at its time only
    std::span<const std::string> accounts = {};  ///< items of these only; empty: of all
};

/// Who declares a subscription.
struct Subscriber {
    std::uint64_t holder = 0;
    std::string_view label = {};
    Millis now = 0;
    bool start_now = false;  ///< a new subscription starts with what comes from now on
};

/// What reclaim() found.
struct Reclaimed {
    std::vector<Holder> holders;  ///< the dead ones
    std::size_t items = 0;        ///< leases ended
    std::size_t deliveries = 0;
};

/// How far subscriptions() counts.
inline constexpr std::size_t kCountedItems = 1000;

/// How often a lease notes that it was made.
inline constexpr Millis kServedStep = 60'000;

/// A subscription, without what waits for it.
struct KnownSubscription {
    std::string name = {};
    SubscriptionFilter filter = {};
    Millis served = 0;  ///< as in SubscriptionState
};

struct SubscriptionState {
    std::string name;
    SubscriptionFilter filter;
    std::size_t waiting = 0;  ///< items, kCountedItems at most
    Millis oldest = 0;        ///< when the oldest of those was received; 0: none
    Millis served = 0;  ///< when items were leased last, within a minute; 0: never, or by version 1
    std::vector<std::string> holders;  ///< labels of the live ones
};

/// How far a subscription has come with one conversation.
struct Standing {
    /// An item that it gave up, or, after that, was told to take up again.
    struct Aside {
        std::uint64_t seq = 0;
        bool is_dead = false;
        std::uint32_t attempts = 0;
        std::string reason;  ///< of a dead one
    };

    std::string subscription = {};
    SubscriptionFilter filter = {};
    std::uint64_t next = 0;      ///< all that it wants before this seq is over; 0: nothing waits
    std::uint32_t attempts = 0;  ///< begun of the first item that it wants from `next` on
    Millis ready_at = 0;         ///< when that is handed out next; while leased, the lease's end
    bool is_leased = false;
    std::vector<Aside> aside = {};
};

/// Whether a live one has that subscription.
const Holder* holder_of(std::span<const Holder> holders, std::string_view subscription,
                        Millis now) noexcept;
/// The labels of the live ones that have it and one of these accounts.
std::vector<std::string> labels_of(std::span<const Holder> holders, std::string_view subscription,
                                   Millis now, const OfAccounts& of = {});
/// The refusal to drop a subscription that a live one has.
Error still_in_use(std::string_view subscription, const Holder& holder);
/// `config` when a live one, not the subscriber itself, has that subscription with another filter; names both.
Result<void> check_filter(std::span<const Holder> holders, std::string_view subscription,
                          const SubscriptionFilter& filter, const Subscriber& by);

}  // namespace lampjack::store
