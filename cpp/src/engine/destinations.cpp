#include "engine/destinations.h"

#include "transport/url.h"

namespace lampjack::engine {

using transport::Breaker;
using transport::BreakerState;
using transport::Signal;

namespace {

constexpr Millis kLookAgain = 1'000;  ///< for how long the shared state is believed
/// While somebody's probe is under way: short, because it mostly comes back soon.
constexpr Millis kAskAgainDuringProbe = 2'000;
/// Those who were sent away do not all come back at once.
constexpr Millis kSpread = 2'000;
/// A probe that its process did not live to see is given up this long after its last moment.
constexpr Millis kProbeMargin = 5'000;

}  // namespace

std::string_view Destinations::Answer::why() const noexcept {
    switch (wait) {
        case Wait::none: break;
        case Wait::breaker: return "breaker_open";
        case Wait::budget: return "retry_budget";
    }
    return {};
}

LogLine Destinations::Destination::line(LogEvent event) const {
    return LogLine(event).add("account", account).add("host", host);
}

Destinations::Destination& Destinations::find(std::string_view name, std::string_view account,
                                              std::string_view host) {
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    Destination fresh{std::string(account), std::string(host), Breaker(core_.config.breaker),
                      transport::RetryBudget(core_.config.budget), 0};
    return known_.emplace(std::string(name), std::move(fresh)).first->second;
}

/// What other processes made of the destination. A store that cannot be read leaves us with what we know.
void Destinations::look(std::string_view name, Destination& destination, Millis now) {
    if (now >= destination.looked_at && now - destination.looked_at < kLookAgain) return;
    destination.looked_at = now;
    if (const auto stored = core_.store->meta(name))
        destination.breaker.adopt(transport::breaker_state(*stored));
}

/// Offers the next state to all; false when another process was faster: then its word holds.
bool Destinations::share(std::string_view name, Destination& destination,
                         const BreakerState& next) {
    const std::string before = to_text(destination.breaker.state());
    const auto swapped = core_.store->swap_meta(name, before, to_text(next));
    if (swapped && !*swapped) {
        destination.looked_at = 0;
        look(name, destination, core_.clock->now());
        return false;
    }
    // Also when the store fails: better alone than not at all.
    destination.breaker.adopt(next);
    return true;
}

Destinations::Answer Destinations::later(Wait wait, Millis at, Millis spread) const {
    const auto extra = core_.random->next() % static_cast<std::uint64_t>(spread);
    return {wait, at + static_cast<Millis>(extra), {}};
}

Destinations::Answer Destinations::ask(std::string_view account, std::string_view url, bool retry) {
    const auto parts = transport::split_url(url);
    Answer yes{Wait::none, 0, {}};
    if (!parts) return yes;  // to be refused
    const std::string host = parts->host + ":" + std::to_string(parts->port);
    yes.ticket.name = "breaker:" + std::string(account) + ":" + host;
    yes.ticket.retry = retry;
    Destination& destination = find(yes.ticket.name, account, host);
    const Millis now = core_.clock->now();
    look(yes.ticket.name, destination, now);
    Breaker& breaker = destination.breaker;
    const Breaker::Pass pass = breaker.pass(now);
    if (pass == Breaker::Pass::wait) {
        const bool probing = breaker.state().until <= now;
        const Millis until = breaker.wait_until(now);
        return later(Wait::breaker, probing ? std::min(until, now + kAskAgainDuringProbe) : until,
                     kSpread);
    }
    if (pass == Breaker::Pass::probe) {
        const Millis time = core_.config.timeouts.total.count() + kProbeMargin;
        if (!share(yes.ticket.name, destination, breaker.probing(now, time)))
            return later(Wait::breaker, now + kAskAgainDuringProbe, kSpread);
        yes.ticket.probe = true;
        yes.ticket.retry = false;  // one probe at a time needs no budget
        return yes;
    }
    if (!retry) {
        destination.budget.fresh(now);
    } else if (!destination.budget.take(now)) {
        // All that wait would come at the same moment, and most of them in vain.
        return later(Wait::budget, destination.budget.next_at(now), core_.config.budget.window);
    }
    return yes;
}

void Destinations::not_sent(const Ticket& ticket) {
    const auto found = known_.find(ticket.name);
    if (found == known_.end()) return;
    Destination& destination = found->second;
    if (ticket.retry) destination.budget.give_back();
    if (ticket.probe) share(ticket.name, destination, destination.breaker.probe_given_back());
}

void Destinations::note(const Ticket& ticket, const transport::HttpOutcome& outcome,
                        transport::OutcomeClass judged) {
    const auto found = known_.find(ticket.name);
    if (found == known_.end()) return;
    Destination& destination = found->second;
    const Signal signal = signal_of(outcome, judged);
    const BreakerState before = destination.breaker.state();
    const auto next =
        destination.breaker.note(signal, ticket.probe, core_.clock->now(), *core_.random);
    if (!next || !share(ticket.name, destination, *next)) return;
    tell(destination, before);
}

void Destinations::tell(const Destination& destination, const BreakerState& before) {
    const BreakerState& after = destination.breaker.state();
    if (after.opens > before.opens) {
        ++core_.counters.breaker_opened;
        return core_.say(destination.line(LogEvent::breaker_open));
    }
    if (after.is_closed() && !before.is_closed())
        core_.say(destination.line(LogEvent::breaker_closed));
}

}  // namespace lampjack::engine
