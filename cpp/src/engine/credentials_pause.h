#pragma once
// CredentialsPause: what is known of refused credentials, for one account and one credential. An account that is refused
// sends nothing but a probe now and then; a conversation that alone is refused waits by itself. Pure: time and chance are
// passed in. Processes share it as text in the store.

#include "base/clock.h"
#include "base/random.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

struct PauseLimits {
    Millis first = 30'000;  ///< until the account's first probe; doubles with each that is refused
    Millis longest = 300'000;
    Millis lane_first = 60'000;  ///< the same for a conversation that alone is refused
    Millis lane_longest = 3'600'000;
    Millis window = 600'000;  ///< within this time …
    std::size_t lanes = 3;  ///< … so many refused conversations, and no success, are the account
    std::size_t remembered = 64;  ///< conversations; of more the oldest start again at lane_first
};

class CredentialsPause {
public:
    /// A conversation that is refused while the account is not.
    struct Lane {
        std::string tag;  ///< stands for its ref, as in logs
        std::uint32_t opens = 0;
        Millis at = 0;        ///< refused last
        Millis until = 0;     ///< paused until then
        bool counts = false;  ///< no success of the account since: see PauseLimits::lanes

        friend bool operator==(const Lane&, const Lane&) = default;
    };

    /// From the store's text; what cannot be read is no pause.
    static CredentialsPause from_text(std::string_view text);
    std::string to_text() const;

    bool is_paused() const noexcept { return opens != 0; }
    /// Whether anything is to be remembered.
    bool is_empty() const noexcept { return opens == 0 && lanes.empty() && ended == 0; }
    const Lane* lane(std::string_view tag) const noexcept;

    /// When the account's next probe may go; `now` when it may. A clock that was set back makes nobody wait longer than a
    /// pause lasts.
    Millis probe_at(Millis now, const PauseLimits& limits) const noexcept;
    /// The same for a conversation; `now` when it is not paused.
    Millis lane_at(std::string_view tag, Millis now, const PauseLimits& limits) const noexcept;
    /// Whether account or lane are paused for longer than a pause lasts: the clock was set back.
    bool is_ahead(Millis now, const PauseLimits& limits) const noexcept;

    // ---- What happens

    void probe_begins(Millis now, Millis time) noexcept;
    void probe_not_sent() noexcept { probe_until = 0; }
    /// The account is refused. `was_probe`: by the one request it may send.
    void refuse_account(bool was_probe, Millis now, const PauseLimits& limits, Random& random);
    /// A conversation is refused; until when it waits. It may be the one that makes it the account.
    void refuse_lane(std::string_view tag, Millis now, const PauseLimits& limits, Random& random);
    /// An answer that does not refuse credentials, to a request of this conversation.
    void accept(std::string_view tag, bool is_success) noexcept;
    /// An answer says that the account's credentials are good.
    void end(Millis now) noexcept;
    /// A person wants to know now. `tag`: whose request is to be the probe; empty for any.
    void ask_now(std::string_view tag, Millis now);

    std::uint32_t opens = 0;  ///< how often in a row the account was refused; 0: it is not paused
    Millis since = 0;
    Millis until = 0;        ///< no probe before
    Millis probe_until = 0;  ///< somebody's probe is under way until then
    Millis ended = 0;        ///< when the last pause of the account ended
    std::string wanted;      ///< the tag of the conversation whose request is to be the next probe
    std::vector<Lane> lanes;

    friend bool operator==(const CredentialsPause&, const CredentialsPause&) = default;

private:
    Lane& lane_of(std::string_view tag, const PauseLimits& limits);
};

}  // namespace lampjack::engine
