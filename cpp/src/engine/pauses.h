#pragma once
// Pauses: which accounts and conversations wait because the platform refuses our credentials. What is known is shared
// through the store, under a keyed hash of the credential: a process with another one sends at once. A store that fails
// leaves each process with what it knows, and one that knows nothing sends.

#include "engine/core.h"
#include "engine/credentials_pause.h"

#include <map>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// The store's name for the pause of the account's present credential.
std::string pause_name(const Core& core, const platforms::Account& account);
/// What all processes know now. For views and timers; any thread. A tool that has no secrets (`secrets` is "placeholder")
/// is told of the credential that a process used last.
Result<CredentialsPause> shared_pause(const Core& core, const platforms::Account& account);
/// Until when a delivery of that conversation waits for credentials at least; 0 when it does not. A pause that cannot be
/// read is none.
Millis credentials_wait(const Core& core, std::string_view ref);
inline bool waits_for_credentials(const Core& core, std::string_view ref) {
    return credentials_wait(core, ref) != 0;
}
/// The next request of the account, or of the conversation with that tag, leaves now, as a probe. Any thread.
Result<void> ask_now(Core& core, const platforms::Account& account, std::string_view tag);

/// How the sender's thread sees and changes them.
class Pauses {
public:
    explicit Pauses(Core& core) noexcept : core_(core) {}

    /// Looks for a credential that was used before this one, once at the start: what waits for that one may go at once.
    /// True: its rows are to be woken. Also when the clock was set back while they waited.
    bool adopt(const platforms::Account& account);
    /// Whether rows of the account wait for longer than a pause lasts, because the clock was set back.
    bool is_ahead(const platforms::Account& account);

    bool is_paused(const platforms::Account& account);
    /// Whether a probe of the paused account may go now, and whose.
    bool may_probe(const platforms::Account& account);
    const std::string& wanted(const platforms::Account& account);
    /// Takes the probe; false when another process was faster.
    bool begin_probe(const platforms::Account& account);
    void probe_not_sent(const platforms::Account& account);
    /// When this conversation may send, `now` for at once. The account is not paused.
    Millis lane_at(const platforms::Account& account, std::string_view ref);

    struct Refusal {
        std::string_view ref;
        std::string_view why;  ///< for the log, like a row's last_error
        std::int32_t status = 0;
        bool was_probe = false;
        bool again = false;  ///< this delivery was refused before
    };
    /// When the refused delivery may be tried again.
    Millis refused(const platforms::Account& account, const Refusal& refusal);
    struct Answer {
        std::string_view ref;
        bool is_success = false;
        bool was_probe = false;
        Millis sent_at = 0;
    };
    /// An answer that refuses no credentials.
    void answered(const platforms::Account& account, const Answer& answer);
    /// Whether a delivery of that time waited for a pause that is over.
    bool has_waited(const platforms::Account& account, Millis created);

private:
    struct Known {
        std::string name;  ///< in the store
        std::string text;  ///< as it was read or written there last
        CredentialsPause pause;
        Millis looked_at = 0;
        std::uint64_t asked = 0;  ///< Core::asked_now when it was looked at
        bool is_newest = true;    ///< no process came with another credential since
    };
    Known& known(const platforms::Account& account);
    Known& look(const platforms::Account& account);
    Result<void> read(Known& known);
    /// Offers the pause as `change` makes it to all; false when nothing was to be changed.
    template <class F>
    bool share(Known& known, F change);
    bool is_newest(const platforms::Account& account, const Known& known) const;

    Core& core_;
    std::map<std::string, Known, std::less<>> known_;
};

/// The limits of the hub's configuration.
PauseLimits pause_limits(const Core& core) noexcept;

}  // namespace lampjack::engine
