#include "conversation/state.h"

#include "conversation/names.h"

namespace lampjack::conversation {
namespace {

constexpr Names<State, kStateCount> kStates{{"bot", "requested", "agent", "returning", "closed"}};
constexpr Names<Owner, 3> kOwners{{"nobody", "bot", "agent"}};
constexpr Names<Muted, 3> kMuted{{"no", "yes", "unknown"}};
constexpr Names<Sync, 3> kSyncs{{"confirmed", "unconfirmed", "diverged"}};
constexpr Names<Reason, kReasonCount> kReasons{
    {"none",           "no_agent",     "loop_guard", "accept_timeout", "declined",
     "user_cancelled", "bot_withdrew", "desk_error", "accepted",       "taken",
     "released",       "passed",       "closed",     "first_timeout",  "idle_agent",
     "idle_user",      "idle_bot",     "platform",   "mute_failed",    "late_mute",
     "reopened",       "late"}};

}  // namespace

std::string_view name_of(State state) noexcept { return kStates.of(state); }
std::string_view name_of(Owner owner) noexcept { return kOwners.of(owner); }
std::string_view name_of(Muted muted) noexcept { return kMuted.of(muted); }
std::string_view name_of(Sync sync) noexcept { return kSyncs.of(sync); }
std::string_view name_of(Reason reason) noexcept { return kReasons.of(reason); }

std::optional<State> state_from(std::string_view name) noexcept { return kStates.from(name); }
std::optional<Owner> owner_from(std::string_view name) noexcept { return kOwners.from(name); }
std::optional<Muted> muted_from(std::string_view name) noexcept { return kMuted.from(name); }
std::optional<Sync> sync_from(std::string_view name) noexcept { return kSyncs.from(name); }
std::optional<Reason> reason_from(std::string_view name) noexcept { return kReasons.from(name); }

}  // namespace lampjack::conversation
