#pragma once
// A command as it crosses the border of the hub, and what becomes of it.

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::engine {

class Item;

struct CommandRequest {
    /// take reply notify say release pass extend close reopen request decline cancel queue
    std::string_view name = {};
    /// reply, notify, say: canonical parts (array or object) as JSON
    std::string_view content = {};
    std::string_view agent = {};
    std::optional<std::uint64_t> epoch = {};
    std::string_view key = {};  ///< idempotency: the same command again returns the first receipt
    /// The subscription whose handler gives the command: `key` is made, not given by the caller.
    std::string_view handler = {};
    bool force = false;
    bool supervisor = false;
    std::string_view by = {};  ///< request, cancel, close: agent user bot rule desk platform
    std::string_view target_kind = {};  ///< pass, request, decline: anyone agent team
    std::string_view target = {};
    /// say: the vendor's id of the conversation; empty: it is the user's id.
    std::string_view conversation = {};
    std::int64_t number = 0;  ///< queue: position; extend: milliseconds
    /// Whose handler commands; Code::lease_lost when it lost the item's lease.
    const Item* item = nullptr;
};

/// The refusal of a command: the error's code is not_owner, stale_owner or unsupported, and this says who owns now.
struct CommandResult {
    CommandResult() =
        default;  // no aggregate: a Result of it must not be made from an Error by mistake

    Error error{Code::ok, {}};
    /// {"ok":…,"ref","seq","state","epoch","owner","delivery":{"id","status"}?,"losses"?,"repeated"?,"refusal"?}: see lampjack.h
    std::string json;
    std::string delivery_id;      ///< empty when nothing is sent
    std::string_view state = {};  ///< the conversation's, of static storage
    std::uint64_t epoch = 0;
    std::string owner;  ///< "bot", "nobody" or "agent"
    std::string owner_agent;
};

}  // namespace lampjack::engine
