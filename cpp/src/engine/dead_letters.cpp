#include "engine/dead_letters.h"

#include "conversation/fence.h"
#include "engine/attempt.h"
#include "engine/change.h"
#include "engine/record.h"
#include "engine/views.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {

using store::DeliveryStatus;
using store::OutboxRow;

namespace {

/// Dead and held ones together, oldest first.
Result<std::vector<store::Delivery>> find_all(Core& core, std::size_t limit) {
    LJK_TRY(found, core.store->deliveries_by(DeliveryStatus::dead, limit));
    LJK_TRY(held, core.store->deliveries_by(DeliveryStatus::held, limit));
    std::move(held.begin(), held.end(), std::back_inserter(found));
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.row.created < b.row.created; });
    if (found.size() > limit) found.resize(limit);
    return std::move(found);
}

/// One delivery under its conversation's lock, with what a decision about it does.
class Verdict {
public:
    Verdict(Core& core, std::string_view id) : core_(core), id_(id) {}

    /// The row as it is under the lock; an error when there is nothing to decide.
    Result<void> open() {
        LJK_TRY(seen, core_.store->delivery(id_, ref_));
        model::RefParts parts;
        if (!model::split_ref(ref_, parts))
            return fail(Code::internal, "a stored ref cannot be read");
        const platforms::Account* account = core_.account(parts.account);
        if (account == nullptr) return fail(Code::not_found, "no account of that name");
        LJK_TRY(all, core_.store->deliveries(store::key_of(ref_)));
        all_ = std::move(all);
        LJK_TRY(tx, core_.store->begin());
        tx_ = std::move(tx);
        change_.emplace(core_, *tx_, *account);
        LJK_TRY(exists, change_->open(ref_));
        if (!exists) return fail(Code::not_found, "no such delivery");
        LJK_TRY(row, tx_->delivery(change_->row().key, seen.oseq));
        if (row.id != id_) return fail(Code::not_found, "no such delivery");
        if (row.status != DeliveryStatus::dead && row.status != DeliveryStatus::held)
            return fail(Code::unsupported, "the delivery is " +
                                               std::string(store::name_of(row.status)) +
                                               ", neither dead nor held");
        row_ = std::move(row);
        return {};
    }

    /// Nothing may leave that was decided under an epoch that is over, whoever asks.
    Result<void> check_owner() const {
        const conversation::Conversation& state = change_->row().state;
        if (conversation::may_leave(state, row_.action, row_.epoch)) return {};
        const auto owner = owner_of(state);
        std::string text = "it may not leave any more; owner: ";
        text.append(conversation::name_of(owner.kind));
        if (!owner.agent.empty()) text.append(" ").append(owner.agent);
        return fail(Code::stale_owner, text + ", epoch " + std::to_string(state.epoch));
    }

    Result<void> finish(DeliveryStatus status, std::string_view why) {
        row_.status = status;
        row_.last_error = why;
        row_.ready_at = change_->now();
        if (status == DeliveryStatus::pending) {
            row_.attempts = 0;
            row_.created = change_->now();  // its tries and its hour begin anew
        }
        LJK_CHECK(tx_->record(change_->row().key, row_, 0));
        LJK_CHECK(change_->append_fact(delivery_fact_json(row_), "delivery_changed",
                                       conversation::To::desk));
        if (status == DeliveryStatus::refused && is_call(row_.action))
            LJK_CHECK(let_go(*change_, *tx_, all_));
        LJK_CHECK(change_->finish());
        LJK_CHECK(tx_->commit());
        core_.committed(change_->take_alarms());
        return {};
    }

private:
    Core& core_;
    std::string id_;
    std::string ref_;
    std::vector<OutboxRow> all_;  ///< of the conversation, as seen before the lock
    std::unique_ptr<store::Tx> tx_;
    std::optional<Change> change_;
    OutboxRow row_;
};

}  // namespace

Result<std::string> dead_letters_view(Core& core, std::size_t limit) {
    LJK_TRY(found, find_all(core, limit));
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const store::Delivery& one : found) out.raw(delivery_json(one.row, one.ref));
    out.end_array();
    return text;
}

Result<std::string> export_dead_letters_view(Core& core, std::size_t limit) {
    LJK_TRY(found, find_all(core, limit));
    std::string text;
    for (const store::Delivery& one : found)
        text.append(dead_letter_json(one.row, one.ref)).append("\n");
    return text;
}

Result<void> retry(Core& core, std::string_view delivery) {
    Verdict verdict(core, delivery);
    LJK_CHECK(verdict.open());
    LJK_CHECK(verdict.check_owner());
    return verdict.finish(DeliveryStatus::pending, {});
}

Result<void> discard(Core& core, std::string_view delivery) {
    Verdict verdict(core, delivery);
    LJK_CHECK(verdict.open());
    return verdict.finish(DeliveryStatus::refused, "discarded");
}

}  // namespace lampjack::engine
