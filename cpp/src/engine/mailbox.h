#pragma once
// Mailbox: where the HTTP client's thread leaves outcomes for the sender's. The place of an outcome is made before its
// request leaves, so that none is lost for want of memory: an outcome that is forgotten is a request sent twice.

#include "engine/destinations.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace lampjack::engine {

class Mailbox {
public:
    struct Letter {
        store::LeasedDelivery lease;
        Destinations::Ticket ticket;
        transport::HttpOutcome outcome;
    };
    /// Lists because a letter moves from one to the other without memory.
    using Letters = std::list<Letter>;

    explicit Mailbox(Notifier& bell) noexcept : bell_(&bell) {}

    /// What a call does at its end. A client of the host's own may still hold it when the hub is gone.
    static std::function<void(transport::HttpOutcome)> place_for(std::shared_ptr<Mailbox> mailbox,
                                                                 store::LeasedDelivery lease,
                                                                 Destinations::Ticket ticket) {
        auto place = std::make_shared<Letters>();
        place->push_back({std::move(lease), std::move(ticket), {}});
        return [mailbox = std::move(mailbox), place](transport::HttpOutcome outcome) {
            const std::lock_guard lock(mailbox->mutex_);
            if (mailbox->bell_ == nullptr || place->empty()) return;
            place->front().outcome = std::move(outcome);
            mailbox->came_.splice(mailbox->came_.end(), *place);
            mailbox->bell_->notify();
        };
    }

    /// The one that came first, or none.
    Letters take() noexcept {
        const std::lock_guard lock(mutex_);
        Letters first;
        if (!came_.empty()) first.splice(first.begin(), came_, came_.begin());
        return first;
    }
    void put_back(Letters letter) noexcept {
        const std::lock_guard lock(mutex_);
        came_.splice(came_.begin(), letter);
    }
    /// Nobody reads any more.
    void close() noexcept {
        const std::lock_guard lock(mutex_);
        bell_ = nullptr;
    }

private:
    std::mutex mutex_;
    Letters came_;
    Notifier* bell_;
};

}  // namespace lampjack::engine
