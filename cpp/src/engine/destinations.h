#pragma once
// Destinations: for each account and host a circuit breaker and a retry budget. They say whether a delivery may go now,
// and if not, when to ask again; they never drop one. The breaker's state is shared through the store, so that all
// processes agree; the budget is each process's own. Used by the sender's thread only.

#include "engine/core.h"
#include "transport/breaker.h"
#include "transport/retry_budget.h"

#include <map>
#include <string>
#include <string_view>

namespace lampjack::engine {

class Destinations {
public:
    explicit Destinations(Core& core) noexcept : core_(core) {}

    /// What one request holds while it is under way.
    struct Ticket {
        std::string name;  ///< empty: no destination, nothing is counted
        bool retry = false;
        bool probe = false;
        bool asks_credentials = false;  ///< it is the one request of an account that is paused
        Millis sent_at = 0;
    };
    enum class Wait {
        none,
        breaker,  ///< it is open: whoever asks now is told the same
        budget,   ///< of retries
    };
    struct Answer {
        Wait wait;             ///< for what; without it the request may go
        Millis ask_again = 0;  ///< when it may not
        Ticket ticket;         ///< when it may: give it back with note() or not_sent()

        bool may_go() const noexcept { return wait == Wait::none; }
        /// One word, for the record of a delivery that has to wait.
        std::string_view why() const noexcept;
    };
    Answer ask(std::string_view account, std::string_view url, bool retry);
    void note(const Ticket& ticket, const transport::HttpOutcome& outcome,
              transport::OutcomeClass judged);
    void not_sent(const Ticket& ticket);

private:
    struct Destination {
        std::string account;
        std::string host;
        transport::Breaker breaker;
        transport::RetryBudget budget;
        Millis looked_at = 0;

        LogLine line(LogEvent event) const;
    };
    Destination& find(std::string_view name, std::string_view account, std::string_view host);
    void look(std::string_view name, Destination& destination, Millis now);
    bool share(std::string_view name, Destination& destination,
               const transport::BreakerState& next);
    Answer later(Wait wait, Millis at, Millis spread) const;
    void tell(const Destination& destination, const transport::BreakerState& before);

    Core& core_;
    std::map<std::string, Destination, std::less<>> known_;
};

}  // namespace lampjack::engine
