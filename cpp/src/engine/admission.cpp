#include "engine/admission.h"

#include "engine/change_conversation.h"

#include <algorithm>
#include <map>
#include <set>

namespace lampjack::engine {
namespace {

using model::EventKind;

bool is_handover(const model::Event& event) noexcept {
    return event.kind == EventKind::handover_requested || event.kind == EventKind::handover;
}

Result<std::optional<conversation::State>> state_of(const Core& core, std::string_view ref) {
    const auto row = core.store->conversation(store::key_of(ref));
    if (row) return std::optional(row->state.state);
    if (row.error().code == Code::not_found) return std::optional<conversation::State>{};
    return row.error();
}

Result<bool> has_human(const Core& core, std::string_view ref) {
    LJK_TRY(state, state_of(core, ref));
    return state == conversation::State::requested || state == conversation::State::agent;
}

/// The events of each conversation. Handovers always pass. So does what belongs to none: it is many users'.
std::map<std::string_view, std::size_t> counted(const PreparedRequest& request) {
    std::map<std::string_view, std::size_t> counts;
    for (const PreparedEvent& one : request.events()) {
        const model::Event& event = request.event_of(one);
        if (!is_handover(event) && is_attributed(request.batch(), event)) ++counts[one.ref];
    }
    return counts;
}

Result<bool> is_about_a_handover(const Core& core, const PreparedRequest& request) {
    const auto asks = [&](const PreparedEvent& one) { return is_handover(request.event_of(one)); };
    if (std::ranges::any_of(request.events(), asks)) return true;
    for (const auto& [ref, count] : counted(request)) {
        LJK_TRY(human, has_human(core, ref));
        if (human) return true;
    }
    return false;
}

void warn_of_busy(Core& core, const platforms::Account& account) {
    LogLine line(LogEvent::account_busy);
    line.add("account", account.name);
    const auto count = core.refusals.note(line.text(), core.clock->now());
    if (count) core.say(line.add("count", *count));
}

Result<void> admit_account(Core& core, const platforms::Account& account,
                           const PreparedRequest& request) {
    const std::size_t events = request.events().size();
    const Millis now = core.clock->now();
    bool alarm = false;
    bool taken =
        core.limits.admit_account(core.config.limits, account.name, events, false, now, alarm);
    if (!taken) {  // asked for only now: it takes a look into the store
        LJK_TRY(passes, is_about_a_handover(core, request));
        if (passes)
            taken = core.limits.admit_account(core.config.limits, account.name, events, true, now,
                                              alarm);
    }
    if (alarm) warn_of_busy(core, account);
    if (!taken) return fail(Code::limit, "too many events of this account at a time");
    return {};
}

/// The newest of them that fit into a quarter of the limit, oldest first.
std::vector<store::ItemRow> newest_of(std::vector<store::ItemRow> items, std::int64_t limit) {
    std::int64_t left = limit / 4;
    auto first = items.end();
    while (first != items.begin()) {
        left -= static_cast<std::int64_t>(std::prev(first)->body.size());
        if (left < 0) break;
        --first;
    }
    items.erase(items.begin(), first);
    return items;
}

/// Items go only by an erase, so the newest are stored again, in the same transaction: none of them is ever missing. They keep
/// their times, and all of them go when the oldest would have gone.
Result<std::size_t> keep_newest(Core& core, const platforms::Account& account,
                                const std::string& ref, std::size_t most) {
    using conversation::TimerKind;
    const auto limit = core.config.limits.unattributed_bytes;
    return commit_and_report(core, [&](store::Tx& tx, Report& report) -> Result<std::size_t> {
        Change old(core, tx, account);
        LJK_TRY(exists, old.open(ref));
        if (!exists) return std::size_t{0};
        LJK_TRY(newest, tx.newest(old.row().key, most));
        std::vector<store::ItemRow> items = newest_of(std::move(newest), limit);
        const auto ends = old.row().state.timer(TimerKind::retain);
        LJK_CHECK(old.erase_unattributed());
        if (items.empty()) return std::size_t{0};
        Change kept(core, tx, account);
        LJK_CHECK(kept.open(ref));
        store::ConversationRow& row = kept.row();
        row.id = std::string(kUnattributed);
        row.state.timers[static_cast<std::size_t>(TimerKind::retain)] = ends;
        for (store::ItemRow& item : items) {
            item.seq = row.next_seq++;
            LJK_CHECK(tx.append(row.key, item, {}));
        }
        LJK_CHECK(kept.finish());
        report = kept.take_report();
        return items.size();
    });
}

}  // namespace

Result<void> check_sender(Core& core, const platforms::Account& account, platforms::Trust trust,
                          std::uint64_t bytes) {
    if (trust != platforms::Trust::handover_only) return {};
    return core.limits.check_anonymous(core.config.limits, account.name, bytes, core.clock->now());
}

Result<void> count_sender(Core& core, const platforms::Account& account, platforms::Trust trust,
                          std::uint64_t bytes) {
    if (trust != platforms::Trust::handover_only) return {};
    return core.limits.admit_anonymous(core.config.limits, account.name, bytes, core.clock->now());
}

Result<void> check_age(const Core& core, const platforms::Account& account,
                       const model::Batch& batch) {
    const std::int64_t most = account.integer("max_age");
    if (most == 0) return {};
    Millis newest = model::kNoTime;
    for (const std::uint32_t root : batch.roots) {
        const Millis at = batch.events[root].sent_at;
        if (at != model::kNoTime) newest = newest == model::kNoTime ? at : std::max(newest, at);
    }
    if (newest != model::kNoTime && core.clock->now() - newest > most)
        return fail(Code::auth, "the request is older than max_age allows");
    return {};
}

Result<void> admit_conversations(Core& core, const platforms::Account& account,
                                 const PreparedRequest& request) {
    if (request.is_verified()) return {};
    std::set<std::string_view> seen;
    for (const PreparedEvent& one : request.events()) {
        if (!seen.insert(one.ref).second) continue;
        LJK_TRY(known, state_of(core, one.ref));
        if (!known)
            LJK_CHECK(core.limits.admit_new(core.config.limits, account.name, core.clock->now()));
    }
    return {};
}

Result<void> admit_events(Core& core, const platforms::Account& account,
                          const PreparedRequest& request) {
    if (!request.is_verified()) return {};  // counted before it was read
    for (const auto& [ref, count] : counted(request)) {
        if (core.limits.admit(core.config.limits, store::key_of(ref), count, core.clock->now()))
            continue;
        LJK_TRY(human, has_human(core, ref));
        if (!human) return fail(Code::limit, "too many events of one conversation at a time");
    }
    return admit_account(core, account, request);
}

Result<void> make_room(Core& core, const platforms::Account& account,
                       const PreparedRequest& request) {
    std::size_t bytes = 0, items = 0;
    const std::string* ref = nullptr;
    for (const PreparedEvent& one : request.events()) {
        if (is_attributed(request.batch(), request.event_of(one))) continue;
        bytes += one.body.size();
        ++items;
        ref = &one.ref;
    }
    if (ref == nullptr) return {};
    const std::size_t before =
        core.limits.fill_unattributed(core.config.limits, account.name, bytes, items);
    if (before == 0) return {};
    LJK_TRY(kept, keep_newest(core, account, *ref, std::max<std::size_t>(before / 4, 1)));
    core.counters.unkept += before - kept;
    core.say(LogLine(LogEvent::unattributed_dropped)
                 .add("account", account.name)
                 .add("count", before - kept));
    return {};
}

}  // namespace lampjack::engine
