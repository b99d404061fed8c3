#include "engine/dead_letters.h"

#include "conversation/fence.h"
#include "engine/attempt.h"
#include "engine/change_conversation.h"
#include "engine/own_accounts.h"
#include "engine/pauses.h"
#include "engine/record.h"
#include "engine/views.h"
#include "json/writer.h"

#include <algorithm>
#include <limits>

namespace lampjack::engine {

using store::DeliveryStatus;
using store::OutboxRow;

namespace {

/// Dead and held ones together, oldest first.
Result<std::vector<store::Delivery>> find_all(Core& core, std::size_t limit,
                                              std::string_view accounts) {
    LJK_TRY(of, accounts_asked(core, accounts));
    LJK_TRY(found, core.store->deliveries_by(DeliveryStatus::dead, limit, of));
    LJK_TRY(held, core.store->deliveries_by(DeliveryStatus::held, limit, of));
    std::move(held.begin(), held.end(), std::back_inserter(found));
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.row.created < b.row.created; });
    if (found.size() > limit) found.resize(limit);
    return std::move(found);
}

/// One delivery about which somebody decides.
class Verdict {
public:
    Verdict(Core& core, std::string_view id, DeliveryStatus status, std::string_view why)
        : core_(core),
          id_(id),
          status_(status),
          why_(why) {}

    Result<void> carry_out() {
        LJK_TRY(seen, own_delivery(core_, id_, ref_));
        LJK_TRY(account, core_.account_of_ref(ref_));
        LJK_TRY(all, core_.store->deliveries(store::key_of(ref_)));
        waits_ = !seen.to_sink && waits_for_credentials(core_, ref_);
        LJK_CHECK(change_conversation(
            core_, *account, ref_, [&](Change& change) { return decide(change, seen.oseq, all); }));
        return waits_ && status_ == DeliveryStatus::pending
                   ? ask_now(core_, *account, core_.tag(ref_))
                   : Result<void>{};
    }

private:
    Result<void> decide(Change& change, std::uint64_t oseq, const std::vector<OutboxRow>& all) {
        LJK_CHECK(change.must_exist("no such delivery"));
        LJK_TRY(row, change.tx().delivery(change.row().key, oseq));
        if (row.id != id_) return fail(Code::not_found, "no such delivery");
        LJK_CHECK(check(row, change.row().state));
        const bool paused = row.status == DeliveryStatus::pending;
        row.status = status_;
        if (!paused || status_ != DeliveryStatus::pending) row.last_error = why_;
        row.ready_at = change.now();
        if (status_ == DeliveryStatus::pending) {
            row.attempts = 0;
            row.created = change.now();  // its tries and its hour begin anew
        }
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
        if (paused && status_ == DeliveryStatus::pending) LJK_CHECK(make_head_due(change));
        LJK_CHECK(change.append_fact(delivery_fact_json(row), "delivery_changed",
                                     conversation::To::desk));
        if (status_ != DeliveryStatus::refused || !is_call(row.action)) return {};
        if (paused) LJK_CHECK(end_call(change, row));
        LJK_CHECK(let_go(change, all));
        return {};
    }

    /// What is behind another delivery leaves after it.
    static Result<void> make_head_due(Change& change) {
        LJK_TRY(pending, change.tx().pending(change.row().key));
        const auto head = std::find_if(pending.begin(), pending.end(),
                                       [](const OutboxRow& row) { return !row.to_sink; });
        if (head == pending.end() || head->ready_at <= change.now()) return {};
        head->ready_at = change.now();
        return change.tx().record(change.row().key, *head, 0);
    }

    /// A call that a person ended is refused for good, as the state machine sees it.
    static Result<void> end_call(Change& change, const OutboxRow& row) {
        const bool mutes = row.action == conversation::Action::mute;
        LJK_CHECK(mutes ? change.take(conversation::MuteFailed{.permanent = true})
                        : change.take(conversation::ReturnFailed{.permanent = true}));
        return {};
    }

    /// Nothing may leave that was decided under an epoch that is over, whoever asks.
    Result<void> check(const OutboxRow& row, const conversation::Conversation& state) const {
        const bool paused = row.status == DeliveryStatus::pending && waits_;
        if (!paused && row.status != DeliveryStatus::dead && row.status != DeliveryStatus::held)
            return fail(Code::unsupported, "the delivery is " +
                                               std::string(store::name_of(row.status)) +
                                               ", neither dead nor held nor paused");
        if (status_ != DeliveryStatus::pending ||
            conversation::may_leave(state, row.action, row.epoch))
            return {};
        const auto owner = owner_of(state);
        std::string text = "it may not leave any more; owner: ";
        text.append(conversation::name_of(owner.kind));
        if (!owner.agent.empty()) text.append(" ").append(owner.agent);
        return fail(Code::stale_owner, text + ", epoch " + std::to_string(state.epoch));
    }

    Core& core_;
    std::string id_;
    DeliveryStatus status_;  ///< what it is to become
    std::string_view why_;
    std::string ref_;
    bool waits_ = false;  ///< for credentials: what is pending may be decided about, too
};

}  // namespace

Result<std::string> dead_letters_view(Core& core, std::size_t limit, std::string_view accounts) {
    LJK_TRY(found, find_all(core, limit, accounts));
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const store::Delivery& one : found) out.raw(dead_letter_json(one.row, one.ref, false));
    out.end_array();
    return text;
}

Result<std::string> export_dead_letters_view(Core& core, std::size_t limit,
                                             std::string_view accounts) {
    if (limit == 0) {
        LJK_CHECK(accounts_asked(core, accounts));
        return std::string{};
    }
    const bool all = limit == std::numeric_limits<std::size_t>::max();
    LJK_TRY(found, find_all(core, all ? limit : limit + 1, accounts));
    const bool more = !all && found.size() > limit;
    if (more) found.resize(limit);
    std::string text;
    for (const store::Delivery& one : found)
        text.append(dead_letter_json(one.row, one.ref, true)).append("\n");
    if (more) text.append("{\"truncated\":true}\n");
    return text;
}

Result<void> retry(Core& core, std::string_view delivery) {
    return Verdict(core, delivery, DeliveryStatus::pending, {}).carry_out();
}

Result<void> discard(Core& core, std::string_view delivery) {
    return Verdict(core, delivery, DeliveryStatus::refused, "discarded").carry_out();
}

}  // namespace lampjack::engine
