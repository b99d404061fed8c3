#include "engine/user_words.h"

#include "base/text.h"
#include "engine/change.h"
#include "engine/item_flags.h"
#include "engine/unnamed_forwards.h"
#include "engine/views.h"
#include "model/canonical.h"

#include <algorithm>
#include <map>

namespace lampjack::engine {

using conversation::To;
using store::DeliveryStatus;
using store::ItemRow;
using store::OutboxRow;

namespace {

/// How far back the user's last words are looked for: an agent rarely says more in a row.
constexpr std::size_t kLookedThrough = 100;
/// How many items of a wait are looked through.
constexpr std::size_t kLongestWait = 5000;

/// The row whose call may be under way; 0: none.
Result<std::uint64_t> row_under_way(Change& change) {
    LJK_TRY(leased, change.tx().is_lane_leased(change.row().key));
    if (!leased) return std::uint64_t{0};
    LJK_TRY(pending, change.tx().pending(change.row().key));
    const auto head = std::find_if(pending.begin(), pending.end(),
                                   [](const OutboxRow& row) { return !row.to_sink; });
    return head == pending.end() ? 0 : head->oseq;
}

Result<void> refuse(Change& change, OutboxRow row) {
    row.status = DeliveryStatus::refused;
    row.last_error = kRerouted;
    ++change.report().fenced;
    LJK_CHECK(change.tx().record(change.row().key, row, 0));
    return change.append_fact(delivery_fact_json(row), "delivery_changed", To::desk);
}

/// Part of an item may have been sent before the rest was taken back.
Result<bool> is_partly_sent(Change& change, std::uint64_t seq) {
    LJK_TRY(parts, change.tx().deliveries_of(change.row().key, seq));
    return std::any_of(parts.begin(), parts.end(),
                       [](const OutboxRow& row) { return row.status == DeliveryStatus::sent; });
}

Result<void> give_to_desk(Change& change, std::uint64_t seq, bool begun) {
    LJK_TRY(item, change.tx().item(change.row().key, seq));
    if (item.to != To::bot) return {};  // the desk has it already
    LJK_TRY(partly, is_partly_sent(change, seq));
    add_flag(item.flags, kRerouted);
    if (begun || partly) add_flag(item.flags, kMaybeForwarded);
    return change.tx().readdress(change.row().key, seq, To::desk, item.flags);
}

/// The event of a user's message; null for anything else.
Result<model::BatchPtr> words_of_user(const ItemRow& item) {
    if (item.is_fact || item.kind != word(model::EventKind::message)) return model::BatchPtr{};
    LJK_TRY(batch, model::read_events(item.body));
    if (batch->root(0).role != model::Role::user) return model::BatchPtr{};
    return std::move(batch);
}

/// Whether the way to the bot was closed before any of the words had left.
Result<bool> was_taken_back(Change& change, const ItemRow& item) {
    LJK_TRY(rows, change.tx().deliveries_of(change.row().key, item.seq));
    return !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const OutboxRow& row) {
        return row.status == DeliveryStatus::refused && row.last_error == kRerouted &&
               row.attempts == 0;
    });
}

/// Whether the bot was to read it, and no gate closed first.
Result<bool> was_for_bot(Change& change, const ItemRow& item) {
    if (item.to != To::desk) return true;
    if (!has_word(item.flags, store::kBotToo)) return false;
    LJK_TRY(taken_back, was_taken_back(change, item));
    return !taken_back;
}

/// Whether the desk alone read it. What came with a transcript was said to the platform's bot.
Result<bool> was_kept_from_bot(Change& change, const ItemRow& item) {
    LJK_TRY(for_bot, was_for_bot(change, item));
    if (for_bot) return false;
    if (has_word(item.flags, "transcript") || has_word(item.flags, kMaybeForwarded)) return false;
    return item.state == conversation::State::requested || has_word(item.flags, kRerouted);
}

}  // namespace

Result<void> take_back(Change& change, std::uint64_t epoch) {
    LJK_TRY(rows, change.tx().unsent_forwards(change.row().key));
    if (rows.empty()) return {};
    LJK_TRY(under_way, row_under_way(change));
    LJK_CHECK(name_items(change, rows, epoch, under_way));
    std::map<std::uint64_t, bool> begun;  // by item, in their order
    for (const OutboxRow& row : rows) {
        if (row.epoch > epoch) continue;
        bool& of_item = begun[row.item_seq];
        of_item = of_item || row.attempts > 0 || row.oseq == under_way;
        if (row.status != DeliveryStatus::dead) LJK_CHECK(refuse(change, row));
    }
    for (const auto& [seq, is_begun] : begun) LJK_CHECK(give_to_desk(change, seq, is_begun));
    return {};
}

Result<void> carry_over(Change& change) {
    LJK_TRY(rows, change.tx().unsent_forwards(change.row().key));
    for (OutboxRow& row : rows) {
        if (row.status == DeliveryStatus::dead) continue;
        row.epoch = change.row().state.epoch;
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
    }
    return {};
}

bool is_bot_line(const OutboxRow& row) noexcept {
    return row.to_sink && row.action == conversation::Action::reply && row.agent.empty();
}

Result<void> carry_over_bot_lines(Change& change) {
    LJK_TRY(rows, change.tx().pending(change.row().key));
    for (OutboxRow& row : rows) {
        if (!is_bot_line(row)) continue;
        row.epoch = change.row().state.epoch;
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
    }
    return {};
}

Result<void> forward_wait(Change& change, std::uint64_t epoch) {
    LJK_TRY(items, change.tx().newest(change.row().key, kLongestWait));
    for (const ItemRow& item : items) {
        if (item.epoch != epoch) continue;
        LJK_TRY(kept, was_kept_from_bot(change, item));
        if (!kept) continue;
        LJK_TRY(words, words_of_user(item));
        if (words) LJK_CHECK(change.forward_again(item, *words));
    }
    return {};
}

// Whom a user's words were for says whether the bot has had them.
Result<void> replay_last(Change& change) {
    LJK_TRY(items, change.tx().newest(change.row().key, kLookedThrough));
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        LJK_TRY(words, words_of_user(*item));
        if (!words) continue;
        LJK_TRY(for_bot, was_for_bot(change, *item));
        if (for_bot) return {};
        return change.forward_again(*item, *words);
    }
    return {};
}

}  // namespace lampjack::engine
