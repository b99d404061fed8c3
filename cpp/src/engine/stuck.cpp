#include "engine/stuck.h"

#include "base/timestamp.h"
#include "engine/address.h"
#include "engine/attempt.h"
#include "engine/leases.h"
#include "engine/own_accounts.h"
#include "engine/pauses.h"
#include "engine/views.h"
#include "json/writer.h"

#include <algorithm>
#include <limits>
#include <map>

namespace lampjack::engine {
namespace {

using conversation::State;

/// So late may a timer or a message be before it is called stuck.
constexpr Millis kGrace = conversation::kMinute;
/// How many conversations that rest, and how many late timers and messages, are looked at.
constexpr std::size_t kLookedAt = 10'000;

class Search {
public:
    /// `accounts` are the hub's; `others`: what no hub does is told, too.
    Search(Core& core, std::vector<std::string> accounts, bool others)
        : core_(core),
          of_(std::move(accounts)),
          others_(others),
          late_(core.clock->now() - kGrace) {}

    Result<std::string> run() {
        LJK_CHECK(look_at_states());
        LJK_CHECK(look_at_timers());
        LJK_CHECK(look_at_messages());
        LJK_CHECK(look_at_handlers());
        return report();
    }

private:
    struct Found {
        store::ConversationRow row;
        std::vector<std::string_view> why;
        std::optional<Holds::Late> handler;
    };

    void add(const store::ConversationRow& row, std::string_view why) {
        Found& found = found_.try_emplace(row.ref, Found{row, {}, {}}).first->second;
        if (std::find(found.why.begin(), found.why.end(), why) == found.why.end())
            found.why.push_back(why);
    }

    Result<void> add_ref(const std::string& ref, std::string_view why) {
        const auto row = core_.store->conversation(store::key_of(ref));
        if (row) add(*row, why);
        if (!row && row.error().code != Code::not_found) return row.error();
        return {};
    }

    Result<void> look_at_states() {
        for (const State state :
             {State::requested, State::agent, State::returning, State::bot, State::closed}) {
            const bool rests = state == State::bot || state == State::closed;
            LJK_TRY(rows, core_.store->conversations(
                              conversation::name_of(state),
                              rests ? kLookedAt : std::numeric_limits<std::size_t>::max(), of_));
            for (const store::ConversationRow& row : rows) judge(row);
        }
        return {};
    }

    void judge(const store::ConversationRow& row) {
        const conversation::Conversation& state = row.state;
        const bool diverged = state.sync == conversation::Sync::diverged;
        if (state.state == State::returning && (diverged || state.return_alarms != 0))
            add(row, "return_fails");
        else if (diverged)
            add(row, "diverged");
        if (state.state == State::bot && state.end_reason == conversation::Reason::mute_failed)
            add(row, "mute_refused");
    }

    Result<void> look_at_timers() {
        LJK_TRY(timers, core_.store->due_timers(late_, kLookedAt, of_));
        for (const store::DueTimer& timer : timers) LJK_CHECK(add_ref(timer.ref, "overdue"));
        return {};
    }

    Result<void> look_at_messages() {
        LJK_TRY(rows, core_.store->deliveries_by(store::DeliveryStatus::pending, kLookedAt, of_));
        for (const store::Delivery& one : rows) {
            const bool waiting = !one.row.to_sink && waits(one);
            const bool late = one.row.ready_at < late_ && one.row.created < late_;
            if (waits_for_address(one.row)) LJK_CHECK(add_ref(one.ref, "address"));
            if (waiting || late) LJK_CHECK(add_ref(one.ref, waiting ? "credentials" : "unsent"));
        }
        return {};
    }

    /// For credentials, its own or those of all of its account.
    bool waits(const store::Delivery& one) {
        if (is_refused(one.row)) return true;
        const auto found = paused_.find(one.account);
        if (found != paused_.end()) return found->second;
        const platforms::Account* account = core_.account(one.account);
        bool paused = false;
        if (account != nullptr) {
            const auto pause = shared_pause(core_, *account);
            paused = pause && pause->is_paused();
        }
        return paused_.emplace(one.account, paused).first->second;
    }

    /// The one that began first, of each conversation.
    Result<void> look_at_handlers() {
        for (const Holds::Late& late : core_.leases->holds().late(kGrace)) {
            model::RefParts parts;
            if (!model::split_ref(late.ref, parts) || !store::is_of(of_, parts.account)) continue;
            LJK_CHECK(add_ref(late.ref, "handler"));
            const auto found = found_.find(late.ref);
            if (found == found_.end()) continue;  // erased meanwhile
            auto& first = found->second.handler;
            if (!first || late.since < first->since) first = late;
        }
        return {};
    }

    Result<std::string> report() {
        std::string text;
        json::Writer out(text);
        out.begin_array();
        for (const auto& [ref, found] : found_) {
            LJK_TRY(one, view_of(found));
            out.raw(one);
        }
        if (others_) LJK_CHECK(add_unserved(out));
        out.end_array();
        return text;
    }

    Result<void> add_unserved(json::Writer& out) {
        LJK_TRY(found, unserved_accounts(core_));
        for (const Unserved& one : found) {
            out.begin_object().key("account").string(one.account);
            out.key("why").begin_array().string("no_hub").end_array();
            out.key("items").integer(static_cast<std::int64_t>(one.items));
            out.key("deliveries").integer(static_cast<std::int64_t>(one.deliveries));
            out.key("timers").integer(static_cast<std::int64_t>(one.timers)).end_object();
        }
        return {};
    }

    Result<std::string> view_of(const Found& found) {
        std::string text;
        json::Writer out(text);
        out.begin_object();
        conversation_members(out, found.row, core_.tag(found.row.ref));
        out.key("why").begin_array();
        for (const std::string_view why : found.why) out.string(why);
        out.end_array();
        if (found.handler) {
            out.key("subscription").string(found.handler->subscription);
            out.key("since").string(format_time(found.handler->since).view());
        }
        LJK_TRY(rows, core_.store->deliveries(found.row.key));
        // What the platform said tells more than that a later call had to wait.
        const auto last = [&rows](bool answered) {
            return std::find_if(rows.rbegin(), rows.rend(), [answered](const auto& row) {
                return is_call(row.action) && !row.last_error.empty() &&
                       (row.last_code != 0) == answered;
            });
        };
        const auto said = last(true);
        const auto failed = said != rows.rend() ? said : last(false);
        if (failed != rows.rend()) {
            out.key("last_error").string(failed->last_error);
            out.key("last_code").integer(failed->last_code);
        }
        out.end_object();
        return text;
    }

    Core& core_;
    std::vector<std::string> of_;
    bool others_;
    Millis late_;
    std::map<std::string, Found> found_;
    std::map<std::string, bool> paused_;  ///< accounts whose credentials are refused
};

}  // namespace

Result<std::string> stuck_view(Core& core, std::string_view accounts) {
    LJK_TRY(of, accounts_asked(core, accounts));
    return Search(core, std::move(of), accounts.empty()).run();
}

}  // namespace lampjack::engine
