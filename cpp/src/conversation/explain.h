#pragma once
// What is allowed and why not, told from the same table that decides.

#include "base/result.h"
#include "conversation/conversation.h"
#include "conversation/effects.h"
#include "conversation/policy.h"

#include <string_view>

namespace lampjack::conversation {

struct Explanation {
    bool allowed = false;
    std::string_view rule = {};  ///< the row that decides: "T5", "R3", …
    Code code = Code::ok;        ///< not_owner, stale_owner or unsupported
    std::string_view why = {};   ///< one sentence: why not, or under which condition it is allowed
    std::optional<State> to = {};  ///< the state it leads to; none: the state stays
    OwnerRef owner = {};           ///< now
    std::uint64_t epoch = 0;       ///< now
    CommandSet allowed_now = {};   ///< what the same agent may do

    friend bool operator==(const Explanation&, const Explanation&) = default;
};

/// For the command as it stands: who gives it, under which epoch, with which role.
Explanation explain(const Conversation& conversation, const Command& command, const Policy& policy,
                    Millis now);

/// For a plain command of that kind by that agent, decided now.
Explanation explain(const Conversation& conversation, CommandKind kind, std::string_view agent,
                    const Policy& policy, Millis now);

/// The kinds of command that whoever gave this one may give now, in the same role.
CommandSet allowed_now(const Conversation& conversation, const Command& by, const Policy& policy,
                       Millis now);

}  // namespace lampjack::conversation
