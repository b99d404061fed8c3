#pragma once
// Network: every call of every hub, until the simulation decides what becomes of it. A hub's crash takes its calls' answers
// with it, not their effects.

#include "base/clock.h"
#include "transport/http_client.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace lampjack::simulation {

class Network {
public:
    struct Pending {
        std::size_t hub = 0;
        Millis begun = 0;
        Millis time = 0;  ///< the engine's own limit for it
        model::HttpRequest request;
        std::function<void(transport::HttpOutcome)> done;
        bool is_overtaken = false;  ///< its lease ended early: another may send the same meanwhile
        Millis ends() const noexcept { return begun + time; }
    };

    /// Called for each request the moment it leaves.
    std::function<void(const Pending&)> on_send;
    const Clock* clock = nullptr;

    /// The client of one life of one hub. It may not outlive the network.
    std::shared_ptr<transport::HttpClient> client(std::size_t hub);

    /// The oldest first.
    std::vector<transport::CallId> pending() const;
    const Pending& at(transport::CallId id) const { return pending_.at(id); }
    /// The clock was set forward while these calls were under way: no time went by for them, but their leases are over.
    void overtake(Millis by);
    void finish(transport::CallId id, transport::HttpOutcome outcome);
    /// Takes the calls of a hub that is gone: nobody waits for their outcome.
    std::vector<Pending> abandon(std::size_t hub);

private:
    class Client;
    std::map<transport::CallId, Pending> pending_;
    transport::CallId last_ = 0;
};

}  // namespace lampjack::simulation
