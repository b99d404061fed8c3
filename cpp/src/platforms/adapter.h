#pragma once
// Adapter: all that one platform is to the engine. A plain struct of functions without state: no network, no clock, no
// environment. The engine knows platforms only through this.
// size: one contract, read as a whole.

#include "base/result.h"
#include "model/batch_builder.h"
#include "model/http_message.h"
#include "platforms/account.h"
#include "platforms/capabilities.h"
#include "platforms/verdict.h"
#include "json/limits.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::platforms {

struct Loss;  // registry.h

/// Which way a body travels: `in` from the vendor's platform to us, `out` from us to it (seen from the sides desk and
/// channel; a peer sees the same words).
enum class Direction : std::uint8_t { in, out };

/// What a request to an endpoint means to the engine.
enum class Purpose : std::uint8_t {
    health,    ///< answered without an event
    events,    ///< a body of events
    transfer,  ///< a bot's request for a human: unknown conversations are 404
    translate,  ///< a relay whose body only the host understands; answered by what its translation writes
    subscribe,  ///< the platform tells the address it wants to be called at
};

struct Endpoint {
    std::string_view method;
    std::string_view path;  ///< below {prefix}/{account}; a segment "{token}" matches any text
    /// Where a token stands that the vendor cannot send otherwise: what to paste behind the path, unless `auth` is `none`.
    std::string_view query = {};
    Purpose purpose = Purpose::events;
    Side side = Side::desk;
    std::size_t max_body = 1 << 20;
    std::string_view meaning;  ///< one line for `lampjack urls`
};

/// How much of a body is read. What a reader bounds closer by itself stays bounded.
struct ReadLimits {
    json::Limits json;
    std::uint32_t items = json::Limits::kAny;  ///< of one request; the rest is kept raw

    std::uint32_t items_up_to(std::uint32_t bound) const noexcept {
        return items < bound ? items : bound;
    }
};

/// What a reader may know besides the body. Everything is optional: a body must be readable on its own.
struct ReadInput {
    std::string_view path;
    std::string_view query;
    std::span<const model::HeaderView> headers;
    const Account* account =
        nullptr;             ///< settings that say where to look; null for the pure functions
    ReadLimits limits = {};  ///< the pure functions keep the defaults
};

/// How far a verified sender may go.
enum class Trust : std::uint8_t {
    full,
    handover_only,  ///< no token where the vendor documents none: only a handover request may be accepted
};

struct Decision {
    bool accepted = false;
    bool mute = false;
    std::string reason;
};

/// What an answer depends on.
struct AnswerInput {
    const Endpoint& endpoint;
    const model::Batch* batch = nullptr;  ///< the events read, if any
    const Decision* decision = nullptr;   ///< for a handover request
    const model::Batch* reply =
        nullptr;                  ///< purpose translate: the events to write into the answer
    Millis now = model::kNoTime;  ///< for events of `reply` that have no time
};

/// What an outgoing request carries.
enum class Action : std::uint8_t {
    message,  ///< parts to the user: an agent's, the system's, or (side channel) a user's to the bot
    mute,     ///< the bot must stop answering
    give_back,  ///< the bot answers again
    request,    ///< side channel: ask the platform's side for a human
};

struct Outgoing {
    Action action = Action::message;
    const model::Batch* batch =
        nullptr;  ///< message: one event, already downgraded to the capabilities
    std::string_view bot;
    std::string_view id;  ///< the conversation's vendor id
    model::Mode mode = model::Mode::live;
    std::string_view raw_id = {};      ///< the id's JSON as first received, when it was a number
    std::string_view remembered = {};  ///< what `subscribe` told, see Remembered; empty before
    std::string_view key;              ///< idempotency key
    std::string_view agent = {};
    Millis now = 0;
    std::string_view handover = {};  ///< give_back: what the handover was, see Handover::told_by
};

/// What the platform does and documents about ownership.
struct Handover {
    bool mute_by_answer = false;   ///< the answer to a handover request mutes (Chatlayer pauseBot)
    bool mute_by_request = false;  ///< a request of ours mutes (Certainly GET handover)
    bool mute_by_gate = false;     ///< we mute by not forwarding (Omnichannel)
    /// The setting that has return calls say what the handover was. Empty: the vendor documents no place for it.
    std::string_view told_by = {};
    bool confirms_return =
        false;  ///< it tells when the bot is back; else the return call's success and bot messages count

    /// What becomes of a request for a human that nobody decides about. Where the answer tells what was decided, silence
    /// promises no human. Elsewhere the request stands: dropped, it would leave the user alone with a bot that gave up.
    bool accepts_undecided() const noexcept { return !mute_by_answer; }
};

/// What a platform tells once, outside of any conversation, and needs back in each request of ours. The engine keeps the
/// text in the store and does not read it.
struct Remembered {
    std::string_view name = {};     ///< under which it is kept, for ever. Empty: nothing is
    std::string_view example = {};  ///< a possible text: tells which requests the settings allow
    /// What a request to a `subscribe` endpoint tells. Code::config when the account's settings do not let it be told.
    Result<std::string> (*told_by)(const Account&, const model::Batch&) = nullptr;
    /// Whether, with that text told, requests of the account still have nowhere to go: then they wait. Null: never.
    bool (*lacks_address)(const Account&, std::string_view told) = nullptr;
    /// The address in such a text, for a check and the log; empty: it was taken back.
    std::string (*address_of)(std::string_view told) = nullptr;
    /// Whether the account's settings let a text that was told earlier be used. Null: always.
    bool (*may_use)(const Account&, std::string_view told) = nullptr;
    std::string_view address_hint = {};  ///< for the log: what to do about a lacking address
};

struct Adapter {
    std::string_view name;
    std::string_view title;       ///< the vendor's words
    std::span<const Side> sides;  ///< the first is the default
    std::span<const Setting> settings;
    std::span<const Endpoint> endpoints;
    Capabilities out;      ///< towards the platform, as the side we play
    Capabilities user_in;  ///< what a body towards us holds of a user's words, if it has any
    Capabilities bot_in;   ///< and of a bot's
    Handover handover;

    /// Takes settings apart that hold several others, before any is required. May be null.
    Result<void> (*prepare)(Account&) = nullptr;
    /// Checks settings that depend on each other. May be null.
    Result<void> (*configure)(const Account&);
    /// Who sent this? Sees the raw request before any byte of the body is parsed.
    Result<Trust> (*verify)(const Account&, const Endpoint&, const model::Request&);
    /// Fills the batch; direction and dialect are told by the body's shape. The cursor stands at the start.
    /// A false `build.cursor` problem is translated by the caller; other failures come back as errors.
    Result<void> (*read)(const ReadInput&, model::BatchBuilder&);
    /// The answer to an accepted request.
    model::Answer (*answer)(const Account&, const AnswerInput&);
    /// The answer to a refused one where the vendor documents its own; nullopt for the default problem document.
    /// May be null.
    std::optional<model::Answer> (*refuse)(const Endpoint&, const Error&);
    /// One body with all events of the batch. Events of other platforms are written from canonical values only.
    Result<std::string> (*write)(const model::Batch&, Direction);
    /// Refuses a user's words that the platform would not take and that nobody but their author can mend: `argument`,
    /// `unsupported`. Null: it takes all that its capabilities name.
    Result<void> (*check_words)(const model::Batch&, const model::Event&) = nullptr;
    /// Adds to a message that leaves, or that becomes a body of this platform, what the platform requires and nobody said.
    /// Each value made up is a loss. `part` of a loss counts the event's parts. Null: nothing is required.
    void (*complete)(model::Batch&, std::uint32_t event, std::vector<Loss>&) = nullptr;
    /// What a bot's own script at the platform gets of an event: {"text"?,"variables":{…}}. Null: the vendor documents none.
    std::string (*script_view)(const model::Batch&, const model::Event&) = nullptr;
    /// The part that a text of such a script stands for, when it is not plain text. Null: all texts are plain.
    std::optional<model::BatchPtr> (*part_of_script)(std::string_view text) = nullptr;
    /// Which way a message by this role travels.
    Direction (*direction_of)(model::Role);
    /// The HTTP request for an outgoing action; `unsupported` where the platform has none.
    Result<model::HttpRequest> (*render)(const Account&, const Outgoing&);

    /// Reads an answer to a request of ours, whatever its status. Null: verdict_of_status().
    Verdict (*judge)(const model::HttpResponse&) = nullptr;
    /// The settings that decide whether the platform lets our requests in: with another value of one of them what was
    /// refused may be accepted.
    std::span<const std::string_view> credentials = {};
    Remembered remembered = {};
    /// The delivery of ours that a request to a `translate` endpoint brings back; nullopt when the body is the host's to
    /// translate. Null: none comes back.
    std::optional<std::string> (*returned_delivery)(const model::Batch&) = nullptr;
    /// How often a 500 is tried where it may also mean that the request is wrong; 0: as often as any other failure.
    std::uint32_t tries_of_500 = 0;

    /// The times it sends are too coarse to tell two equal messages apart: such items are kept and flagged, never dropped.
    bool coarse_times = false;
};

}  // namespace lampjack::platforms
