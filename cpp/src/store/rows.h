#pragma once
// What a store keeps: rows as values. JSON texts are canonical forms; times are ours unless said otherwise.

#include "conversation/conversation.h"
#include "conversation/echo.h"
#include "conversation/effects.h"
#include "conversation/merge.h"
#include "model/http_message.h"
#include "model/identity.h"
#include "model/words.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store {

/// 16 bytes that stand for a `ref`: every table's key starts with them.
using ConversationKey = model::ItemKey;
ConversationKey key_of(std::string_view ref);

/// 16 bytes that stand for an end user of an account, by the vendor's id of the user.
using UserKey = model::ItemKey;
UserKey user_key(std::string_view account, std::string_view user);

/// Of which accounts a read gives rows. Nothing given: of all, for tools that open a store by its URL.
using OfAccounts = std::optional<std::span<const std::string>>;
inline bool is_of(const OfAccounts& accounts, std::string_view account) {
    return !accounts || std::ranges::find(*accounts, account) != accounts->end();
}

struct ConversationRow {
    ConversationKey key{};
    std::string ref;
    std::string account;
    std::string bot;
    model::Mode mode = model::Mode::live;
    std::string id;      ///< the vendor's
    std::string raw_id;  ///< its JSON when it is a number there, else empty
    std::string user;    ///< the end user as canonical JSON (`actor`), as last seen; else empty
    conversation::Conversation state;
    conversation::EchoGuard echo = conversation::EchoGuard();  ///< texts we sent that may come back
    std::uint64_t next_seq = 1;
    std::uint64_t next_out = 1;
    std::uint64_t retired_epoch = 0;  ///< the last before it was erased: a new life starts above it
    Millis touched = 0;
};

/// When a store's index has the conversation's timers come up: at the earliest, or within a minute of it when that is a day
/// or more ahead, so that most messages move nothing there.
std::optional<Millis> timers_at(const ConversationRow& row) noexcept;

/// One line of a conversation's log: an event received, a message sent, or a fact of the engine.
struct ItemRow {
    std::uint64_t seq = 0;
    std::uint64_t epoch = 0;
    std::uint64_t episode = 0;
    conversation::State state = conversation::State::bot;
    conversation::To to = conversation::To::nobody;
    std::string
        flags;  ///< words separated by spaces: talk_over maybe_duplicate late echo transcript hole
    std::string kind;  ///< the event's kind, or the fact's
    std::string body;  ///< canonical JSON of the event, or of the fact
    bool is_fact = false;
    Millis received = 0;
    std::string delivery;  ///< the id of the last delivery that carries its words; empty: none
    /// Of an event, for append() alone: who reads items is not given it.
    std::optional<conversation::MergeRecord> merge = {};
};

/// What a transcript is compared with: an item without its body.
struct MergeRow {
    std::uint64_t seq = 0;
    std::uint64_t episode = 0;
    conversation::State state = conversation::State::bot;
    std::string kind;
    bool is_fact = false;
    Millis received = 0;
    /// Of an event; none: release 13949c8 wrote it.
    std::optional<conversation::MergeRecord> merge;
};

enum class DeliveryStatus : std::uint8_t { pending, sent, dead, refused, held };
std::string_view name_of(DeliveryStatus status) noexcept;

/// One command on its way out.
struct OutboxRow {
    std::uint64_t oseq = 0;
    std::string id;  ///< 32 hex characters: the delivery's, and the idempotency key on the wire
    std::uint64_t epoch = 0;
    conversation::Action action = conversation::Action::reply;
    bool to_sink = false;  ///< delivered by the host itself instead of HTTP
    std::string agent;
    std::string key;      ///< the caller's idempotency key, empty when there is none
    std::string content;  ///< canonical JSON: the message event to send; empty for mute and unmute
    DeliveryStatus status = DeliveryStatus::pending;
    std::uint32_t attempts = 0;
    std::int32_t last_code = 0;
    std::string last_error;
    Millis created = 0;
    Millis ready_at = 0;         ///< not before
    std::uint64_t item_seq = 0;  ///< the item of the log whose words it carries; 0: none
    std::string
        vendor_answer;  ///< what the vendor said when it refused: at most 300 bytes, for people to read, never logged
};

/// What is known of a command by its caller's key.
struct KnownCommand {
    std::uint64_t seq = 0;  ///< the item it made; 0: none
    std::optional<model::ItemKey>
        content;  ///< hash of what it asked for; releases before 2 kept none
};

/// An outbox row with the conversation it belongs to.
struct Delivery {
    std::string ref;
    std::string account;
    OutboxRow row;
};

/// A pending head of a conversation's lane, leased to one sender.
struct LeasedDelivery {
    ConversationRow conversation;
    OutboxRow row;
    std::uint64_t token = 0;
};

/// An item leased to one consumer of a subscription.
struct LeasedItem {
    std::string ref;
    std::string account;
    ItemRow item;
    std::uint32_t attempt = 1;
    std::uint64_t token = 0;
};

/// What became of a leased item.
enum class ItemOutcome : std::uint8_t {
    done,
    retry,  ///< handed out again later; the conversation's next items wait for it
    dead,   ///< set aside: the conversation's next item is handed out
};

/// An item that its subscription has given up.
struct DeadItem {
    LeasedItem item;     ///< `attempt` is the last one made, `token` means nothing
    std::string reason;  ///< one line
    Millis died = 0;
};

/// Flags of an item that say who else it is for. Such an item is stored for one recipient, which releases before know.
inline constexpr std::string_view kBotToo = "bot_too";  ///< with To::desk: for the bot, too
inline constexpr std::string_view kBotLine =
    "bot_line";  ///< with To::nobody: a line of the bot that the desk may ask for

/// Which items a subscription wants; empty lists want all.
struct SubscriptionFilter {
    std::vector<std::string> kinds;
    std::vector<std::string>
        accounts;  ///< of filters of earlier releases: give accounts at the lease instead
    std::optional<conversation::To> to;  ///< the desk's and the bot's each have what is for both
    bool include_bot = false;            ///< with To::desk: also what is flagged kBotLine

    friend bool operator==(const SubscriptionFilter&, const SubscriptionFilter&) = default;
};

/// Where what was removed can still be read.
enum class LogState : std::uint8_t {
    empty,   ///< nowhere in the store's files
    held,    ///< in the write-ahead log: a reader holds it
    server,  ///< in what a database server keeps: its log, dead rows, backups
};
std::string_view name_of(LogState state) noexcept;

struct DueTimer {
    std::string ref;
    conversation::TimerKind kind = conversation::TimerKind::accept;
    conversation::Timer timer;
};

}  // namespace lampjack::store
