#pragma once
// size: one facade, a method for each call of the shells; the functions that they call are in files of their own.
// Hub: the one facade of the engine. Both shells, the C ABI and the Python binding, hold conversions only.
//
// Threads: every function may be called from any thread at any time, except close() and destruction, which come last.
// JSON: configuration, items, conversations and deliveries cross this border as the JSON texts described in lampjack.h.

#include "base/result.h"
#include "engine/command.h"
#include "engine/leased.h"
#include "engine/world.h"
#include "model/http_message.h"
#include "platforms/adapter.h"
#include "store/rows.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::engine {

using platforms::Decision;

/// A handover request that waits for a decision.
struct Question {
    std::string ref;
    std::string item_json;   ///< the event, canonical, with its transcript
    Millis deadline_ms = 0;  ///< how long a decision may take
};
/// A request whose body only the host understands (Chatlayer app).
struct Untranslated {
    std::string request;     ///< raw, as JSON
    Millis deadline_ms = 0;  ///< how long it and the decision about it may take together
};
/// Absent: no decision, so the platform's default holds.
using Decide = std::function<std::optional<Decision>(const Question&)>;

/// A request between begin() and finish(): verified and parsed, not stored.
class Reception;
class Head;

class Hub {
public:
    /// Opens a hub from its configuration {"store":…,"account":{name:{…}},"allow_networks":[…],…}.
    static Result<std::unique_ptr<Hub>> open(std::string_view config_json, unsigned run,
                                             World world = {});
    virtual ~Hub() = default;

    // ---- In ----

    /// What the head of a request alone decides, asked before its body is read: see engine/head.h.
    virtual std::shared_ptr<Head> check_head(std::string_view account,
                                             const model::Request& head) = 0;
    /// Limits, verification, parsing, decision, store, answer: never fails, every fault is an answer. `decide` runs on
    /// this thread. A decision that is missing, late, absent or raised as an exception is the platform's default: the request is
    /// declined where the answer carries the decision (Chatlayer), and accepted elsewhere, so that no request is lost.
    virtual model::Answer receive(std::string_view account, const model::Request& request,
                                  const Decide& decide) = 0;
    /// The same in two steps, for hosts that decide asynchronously. The request's bytes are needed during begin() only.
    virtual std::shared_ptr<Reception> begin(std::string_view account,
                                             const model::Request& request) = 0;
    /// The question to decide, or null: then finish() needs no decision.
    virtual const Question* question(const Reception& reception) const = 0;
    /// Decides about the question; question() is then the next one, or null. Only a translation has more than one: each
    /// of its users who asks for a human is asked about.
    virtual void decide(Reception& reception, const Decision* decision) = 0;
    /// Null is no decision. One that comes later than the question's deadline is ignored: the platform's default holds.
    /// It is about the question; what was not asked yet gets the default.
    virtual model::Answer finish(Reception& reception, const Decision* decision) = 0;
    /// What only the host understands, or null.
    virtual const Untranslated* untranslated(const Reception& reception) const = 0;
    /// Sets what the host made of it: canonical events as a JSON array. They have the effects they would have from the
    /// platform; afterwards question() may ask for a decision about one of them, within what is left of the deadline.
    virtual Result<void> translate(Reception& reception, std::string_view events_json) = 0;

    // ---- Items ----

    virtual Result<void> subscribe(std::string_view name, std::string_view filter_json) = 0;
    /// Waits for the next item; Code::timeout when none came, Code::closed after close(). An unknown name is subscribed to all.
    /// Empty-handed, too, while the heartbeat cannot be written. Its lease ends at handler_timeout or item_hold. `without`: accounts.
    virtual Result<std::shared_ptr<Item>> next(std::string_view subscription,
                                               std::chrono::milliseconds timeout,
                                               Keeper keeper = Keeper::host,
                                               std::span<const std::string> without = {}) = 0;
    /// Waits until something may have changed: returns the newer number than `seen`, or after a tenth of a second.
    virtual std::uint64_t wait_for_change(std::uint64_t seen) = 0;
    virtual void wake() = 0;                     ///< lets all who wait look again
    virtual Millis handler_timeout() const = 0;  ///< of the configuration; 0: none
    /// Code::lease_lost when the lease ended before. Done, or handed out again after a growing wait; after the last try (item_tries) it
    /// is set aside. `reason` is kept then: one line without a person's data.
    virtual Result<void> done(const Item& item, bool success, std::string_view reason = {}) = 0;
    /// Not handled: due again at once, for any process. No failure is counted.
    virtual Result<void> give_back(const Item& item) = 0;
    // Reads give what belongs to the hub's accounts; what others have is not_found. `accounts` of a list is a JSON array of
    // some of them: Code::argument for one that the hub does not have. Empty text is all of the hub's.

    /// What the subscription has given up, oldest first: [{"subscription","reason","died_at","item":{…}}].
    virtual Result<std::string> dead_items(std::string_view subscription, std::size_t limit,
                                           std::string_view accounts = {}) = 0;
    /// Hands one of them out again as if it were new, or forgets it; not_found when it is not there.
    virtual Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                          std::uint64_t seq, bool again) = 0;

    /// All subscriptions, by name, with what waits for them: see lampjack.h.
    virtual Result<std::string> subscriptions(std::string_view accounts = {}) = 0;
    /// Removes one with all that waits for it; Code::unsupported while a live process has it, or items of other accounts wait.
    virtual Result<void> drop_subscription(std::string_view name) = 0;

    // ---- Conversations and commands ----

    virtual CommandResult command(std::string_view ref, const CommandRequest& request) = 0;
    virtual Result<std::string> conversation(std::string_view ref) = 0;
    virtual Result<std::string> conversations(std::string_view state, std::size_t limit,
                                              std::string_view accounts = {}) = 0;
    /// What belongs to no conversation, an entry for each account that has any: its transcript() tells it.
    virtual Result<std::string> unattributed(std::string_view accounts = {}) = 0;
    /// Items with after < seq <= up_to.
    virtual Result<std::string> transcript(std::string_view ref, std::uint64_t after,
                                           std::size_t limit, std::uint64_t up_to = UINT64_MAX) = 0;
    virtual Result<std::string> explain(std::string_view ref, std::string_view command,
                                        std::string_view agent) = 0;
    /// What became of one line (or, with seq 0, of the newest `limit`) and why: see engine/why.h and lampjack.h.
    virtual Result<std::string> why(std::string_view ref, std::uint64_t seq, std::size_t limit) = 0;
    /// Conversations that need a person, each with "why" and the last error of its mute or return: see engine/stuck.h.
    virtual Result<std::string> stuck(std::string_view accounts = {}) = 0;
    /// A user's message on a channel account; opens the conversation when it is new. `user` is a canonical actor;
    /// `conversation` is the vendor's id where that is not the user's.
    virtual CommandResult say(std::string_view account, std::string_view user_json,
                              std::string_view content, std::string_view key,
                              const Item* item = nullptr, std::string_view handler = {},
                              std::string_view conversation = {}) = 0;

    /// Removes all that is kept of an end user, live and test, after the conversation went back to its bot; counters stay,
    /// so that a later conversation goes on above them. {"account","conversations":[{"ref","items","deliveries",
    /// "dead_letters","epoch"}]}. Code::timeout while the platform has not taken it back: call again, or by `force`.
    virtual Result<std::string> erase(std::string_view account, std::string_view user, bool force,
                                      std::chrono::milliseconds timeout) = 0;

    /// All that is kept of an end user, one JSON object a line: see engine/subject.h.
    virtual Result<std::string> export_user(std::string_view account, std::string_view user) = 0;

    // ---- Deliveries ----

    virtual Result<std::string> delivery(std::string_view id) = 0;
    virtual Result<std::string> deliveries(std::string_view ref) = 0;
    /// Waits until the delivery is no longer pending; Code::timeout.
    virtual Result<std::string> wait_delivery(std::string_view id,
                                              std::chrono::milliseconds timeout) = 0;
    virtual Result<std::shared_ptr<SinkDelivery>> next_sink(std::string_view account,
                                                            std::chrono::milliseconds timeout,
                                                            Keeper keeper = Keeper::host) = 0;
    /// Whether the delivery may still go: checked immediately before the host shows it.
    virtual Result<bool> may_leave(const SinkDelivery& delivery) = 0;
    virtual Result<void> sink_done(const SinkDelivery& delivery, bool success,
                                   std::string_view error) = 0;
    /// Not shown: due again at once, for any process. No attempt is counted.
    virtual Result<void> give_back(const SinkDelivery& delivery) = 0;

    /// Deliveries that were given up (dead) or wait for a person's word (held), oldest first, as a JSON array.
    virtual Result<std::string> dead_letters(std::size_t limit, std::string_view accounts = {}) = 0;
    /// The same with what they carry, one JSON object a line, for tools. Where there are more than `limit` a last line
    /// says so: {"truncated":true}.
    virtual Result<std::string> export_dead_letters(std::size_t limit,
                                                    std::string_view accounts = {}) = 0;
    /// Sends a dead or held delivery again, in its old place, its tries and its hour counted anew; one that is paused is
    /// tried now, as a probe. Code::stale_owner when it may not leave any more, Code::unsupported when it is neither.
    virtual Result<void> retry_delivery(std::string_view id) = 0;
    /// Never sends it: it is `refused` from now on, and words held behind it may leave.
    virtual Result<void> discard_delivery(std::string_view id) = 0;

    /// Sends at once what waits because the platform refused the account's credentials: one probe where all of the account
    /// waits, else each conversation that alone is refused. For those who have corrected something at the platform.
    virtual Result<void> resume(std::string_view account) = 0;

    // ---- Life ----

    /// Does once, on this thread, what the sender, the timers and the threads of leases would do now. For hosts that run neither thread and
    /// drive the clock themselves, such as simulations.
    virtual void step() = 0;

    /// What to configure at each vendor: accounts with their paths, as JSON.
    virtual std::string urls(std::string_view base) = 0;
    virtual std::string stats() = 0;
    /// Stops leasing and waits for what is in flight; Code::timeout when some is left.
    virtual Result<void> drain(std::chrono::milliseconds timeout) = 0;
    /// What was leased and is not answered stays leased for 15 s at most. Wakes every waiter with Code::closed, ends the threads and closes a store of its own. Twice is a no-op; so it is in a
    /// process forked from this one, where every other call gives Code::closed.
    virtual void close() = 0;
    /// Whether this process opened it.
    virtual bool is_here() const = 0;

    // ---- What a host has registered, or not ----

    /// Tells the log, once for an account, where the answer carries the decision and this process has no function to decide.
    virtual void nobody_decides(const Reception& reception) = 0;
    /// Code::config for an account whose requests the core all reads itself.
    virtual Result<void> check_translate(std::string_view account) const = 0;
    /// Code::config for an account that is no channel account: no message of it ever comes to a sink.
    virtual Result<void> check_sink(std::string_view account) const = 0;
    /// Tells other hubs that this one serves the account's sink from now on. next_sink() does so, too.
    virtual Result<void> serve_sink(std::string_view account) = 0;
};

}  // namespace lampjack::engine
