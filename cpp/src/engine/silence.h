#pragma once
// Silence: requests that come while nobody is there to hear or answer them. An operator is told when one came, once for each
// account and process. Whether somebody hears is a question to the store, because other processes may run the handlers: it is
// asked on the timers' thread, never on a request's.

#include "engine/core.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

/// Under which name the row of a hub tells other hubs that it serves the sink of an account.
std::string sink_name(std::string_view account);

/// A handover request whose answer carries the decision, and this process has no function that decides.
void tell_undecided(Core& core, const platforms::Account& account);

class Silence {
public:
    explicit Silence(Core& core) noexcept : core_(core) {}
    /// Asks the store once a minute at most, for all accounts whose requests came since (Core::came). It is not asked for
    /// those that this process serves itself, or that were told.
    void look();

private:
    using Accounts = std::vector<const platforms::Account*>;
    bool is_unheard(const platforms::Account& account) const;
    bool is_unshown(const platforms::Account& account) const;
    /// False when the store does not tell.
    bool judge(const Accounts& unheard, const Accounts& unshown, Millis now);

    void tell(LogEvent event, const platforms::Account& account, Once& told);

    Core& core_;
    std::optional<Millis> looked_;  ///< when the store was asked last
    Once told_unheard_, told_unshown_;
};

}  // namespace lampjack::engine
