#include "engine/unnamed_forwards.h"

#include "engine/change.h"
#include "engine/item_flags.h"
#include "engine/user_words.h"
#include "model/words.h"
#include "json/value.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace lampjack::engine {

using conversation::To;
using store::ItemRow;
using store::OutboxRow;

namespace {

/// How many items are looked through.
constexpr std::size_t kLookedThrough = 5000;

/// What was said and when, by the canonical JSON of an item or of a row.
struct Said {
    std::string sent_at;
    json::Array content;
};

/// What cannot be read says nothing.
Said said_in(std::string_view event) {
    Said said;
    const auto value = json::parse_value(event, "a stored event");
    if (!value || !value->is_object()) return said;
    const json::Object& object = value->get_object();
    said.sent_at = std::string(json::text_of(object, "sent_at"));
    const json::Value* content = object.if_contains("content");
    if (content != nullptr && content->is_array()) said.content = content->get_array();
    return said;
}

std::string_view text_of(const json::Value& part) noexcept {
    return part.is_object() ? json::text_of(part.get_object(), "text") : std::string_view{};
}

/// A row has the item's parts as the platform takes them: all of them or one, some of them as plain text.
bool share_a_part(const Said& one, const Said& other) {
    return std::any_of(one.content.begin(), one.content.end(), [&](const json::Value& mine) {
        const std::string_view text = text_of(mine);
        return std::any_of(other.content.begin(), other.content.end(),
                           [&](const json::Value& theirs) {
                               return mine == theirs || (!text.empty() && text == text_of(theirs));
                           });
    });
}

/// An item that may be the one of a row.
struct Candidate {
    std::uint64_t seq = 0;
    Said said;
    bool is_taken = false;  ///< a row has it already: further ones are other parts of it
};

enum class Likeness { none, time, words };

Likeness likeness(const Candidate& one, const Said& row) {
    if (one.said.sent_at != row.sent_at) return Likeness::none;
    if (share_a_part(one.said, row)) return Likeness::words;
    return row.sent_at.empty() ? Likeness::none : Likeness::time;
}

/// What those releases forwarded, newest first: messages for the bot that name no delivery.
Result<std::vector<Candidate>> candidates(Change& change) {
    LJK_TRY(items, change.tx().newest(change.row().key, kLookedThrough));
    std::vector<Candidate> found;
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        const bool forwarded = !item->is_fact && item->to == To::bot && item->delivery.empty() &&
                               item->kind == word(model::EventKind::message);
        if (forwarded) found.push_back({item->seq, said_in(item->body)});
    }
    return found;
}

/// The likest; of equal ones an item that no row has yet, and of those the newest.
Candidate* closest(std::vector<Candidate>& known, const Said& row) {
    std::pair<Likeness, bool> best{Likeness::none, false};
    Candidate* found = nullptr;
    for (Candidate& one : known) {
        const std::pair rank{likeness(one, row), !one.is_taken};
        if (rank.first == Likeness::none || rank <= best) continue;
        best = rank;
        found = &one;
    }
    return found;
}

Result<void> name_item(Change& change, OutboxRow& row, std::uint64_t seq) {
    row.item_seq = seq;
    return change.tx().record(change.row().key, row, 0);
}

/// In the parts that were sent before the item's last row: the platform has some of the words.
Result<void> name_in_sent_parts(Change& change, const Candidate& item, std::uint64_t oseq) {
    for (std::size_t left = item.said.content.size(); left > 1 && --oseq > 0; --left) {
        auto earlier = change.tx().delivery(change.row().key, oseq);
        if (!earlier && earlier.error().code == Code::not_found) return {};
        if (!earlier) return earlier.error();
        const bool is_part = earlier->action == conversation::Action::forward &&
                             earlier->item_seq == 0 &&
                             likeness(item, said_in(earlier->content)) == Likeness::words;
        if (!is_part) return {};
        if (earlier->status != store::DeliveryStatus::sent) continue;
        LJK_CHECK(name_item(change, *earlier, item.seq));
    }
    return {};
}

Result<void> append_copy(Change& change, OutboxRow& row, bool begun) {
    ItemRow item;
    item.to = To::desk;
    item.flags = std::string(kRerouted);
    add_flag(item.flags, "maybe_duplicate");
    if (begun) add_flag(item.flags, kMaybeForwarded);
    item.kind = std::string(word(model::EventKind::message));
    item.body = row.content;
    item.delivery = row.id;
    const std::uint64_t seq = change.row().next_seq;
    LJK_CHECK(change.append(std::move(item), {}));
    return name_item(change, row, seq);
}

}  // namespace

Result<void> name_items(Change& change, std::vector<OutboxRow>& rows, std::uint64_t epoch,
                        std::uint64_t under_way) {
    const auto is_unnamed = [epoch](const OutboxRow& row) {
        return row.item_seq == 0 && row.epoch <= epoch;
    };
    if (std::none_of(rows.begin(), rows.end(), is_unnamed)) return {};
    LJK_TRY(known, candidates(change));
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {  // what is not sent is the newest
        if (!is_unnamed(*row)) continue;
        Candidate* item = closest(known, said_in(row->content));
        if (item == nullptr) continue;
        LJK_CHECK(name_item(change, *row, item->seq));
        if (std::exchange(item->is_taken, true)) continue;
        LJK_CHECK(change.tx().name_delivery(change.row().key, item->seq, row->id));
        LJK_CHECK(name_in_sent_parts(change, *item, row->oseq));
    }
    for (OutboxRow& row : rows)
        if (is_unnamed(row))
            LJK_CHECK(append_copy(change, row, row.attempts > 0 || row.oseq == under_way));
    return {};
}

}  // namespace lampjack::engine
