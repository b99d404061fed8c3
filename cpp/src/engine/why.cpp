#include "engine/why.h"

#include "base/timestamp.h"
#include "engine/own_accounts.h"
#include "engine/pauses.h"
#include "engine/prepared_request.h"
#include "engine/views.h"
#include "engine/why_offers.h"
#include "engine/why_words.h"
#include "json/value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using store::DeliveryStatus;
using store::ItemRow;
using store::OutboxRow;

/// All that is read once for a conversation.
struct Found {
    store::ConversationRow row;
    std::vector<ItemRow> items;
    std::vector<OutboxRow> deliveries;
    std::vector<Offering> offerings;
    Millis waits = 0;  ///< for credentials until then, or not at all
    Millis now = 0;
};

Result<std::vector<ItemRow>> lines(Core& core, const store::ConversationRow& row, std::uint64_t seq,
                                   std::size_t limit) {
    const std::uint64_t last = row.next_seq - 1;
    if (seq == 0)
        return core.store->items(row.key, last - std::min<std::uint64_t>(last, limit), limit);
    LJK_TRY(items, core.store->items(row.key, seq - 1, 1));
    if (items.empty() || items.front().seq != seq)
        return fail(Code::not_found, "the conversation has no line " + std::to_string(seq) +
                                         ": its last one is " + std::to_string(last));
    return std::move(items);
}

/// Why there is nothing under that ref.
Error unknown(const Core& core, std::string_view ref) {
    model::RefParts parts;
    if (!model::split_ref(ref, parts))
        return fail(Code::argument, "a ref is account:mode:id, and the mode is live or test");
    if (core.account(parts.account) == nullptr)
        return fail(Code::not_found, "no such conversation: the ref's account is not configured");
    if (parts.id == kUnattributed)
        return fail(Code::not_found,
                    "what names no conversation is for nobody, so there is nothing to tell; "
                    "`lampjack conversations --unattributed` lists it, transcripts show it");
    return fail(Code::not_found, "no such conversation: the account has none of that id");
}

Result<Found> look(Core& core, std::string_view ref, std::uint64_t seq, std::size_t limit) {
    Found found;
    found.now = core.clock->now();
    if (!is_ours(core, ref)) return unknown(core, ref);
    auto row = core.store->conversation(store::key_of(ref));
    if (!row) return row.error().code == Code::not_found ? unknown(core, ref) : row.error();
    found.row = std::move(*row);
    LJK_TRY(items, lines(core, found.row, seq, limit));
    found.items = std::move(items);
    LJK_TRY(deliveries, core.store->deliveries(found.row.key));
    found.deliveries = std::move(deliveries);
    found.waits = credentials_wait(core, ref);
    LJK_TRY(offerings, offerings_of(core, found.row, found.now));
    found.offerings = std::move(offerings);
    return found;
}

void write_delivery(json::Writer& out, const Found& found, const OutboxRow& row) {
    out.begin_object();
    delivery_members(out, row, found.waits);
    if (!row.vendor_answer.empty()) out.key("vendor_answer").string(row.vendor_answer);
    const std::string why = reason_of(row, found.deliveries, found.waits != 0, found.now);
    if (!why.empty()) out.key("reason").string(why);
    out.end_object();
}

/// Who said it, and when by the sender's clock.
void write_source(json::Writer& out, const json::Object& event) {
    if (const auto* actor = event.if_contains("actor"); actor != nullptr && actor->is_object())
        out.key("role").string(json::text_of(actor->get_object(), "role"));
    const std::string_view sent = json::text_of(event, "sent_at");
    if (!sent.empty()) out.key("sent_at").string(sent);
}

Result<void> write_line(json::Writer& out, const Found& found, const ItemRow& item) {
    LJK_TRY(body, json::parse_value(item.body, "the item"));
    out.begin_object().key("seq").integer(static_cast<std::int64_t>(item.seq));
    out.key("kind").string(item.kind);
    if (!item.is_fact && body.is_object()) write_source(out, body.get_object());
    out.key("received_at").string(format_time(item.received).view());
    out.key("state").string(conversation::name_of(item.state));
    out.key("epoch").integer(static_cast<std::int64_t>(item.epoch));
    out.key("to").string(recipients_of(item));
    out.key("flags").begin_array();
    each_word(item.flags, [&](std::string_view word) { out.string(word); });
    out.end_array().key("reason").string(reason_of(item, body));
    out.key("offered").begin_array();
    for (const Offering& offering : found.offerings)
        write_offer(out, offering, found.row.account, item);
    out.end_array().key("deliveries").begin_array();
    for (const OutboxRow& row : found.deliveries)
        if (row.item_seq == item.seq) write_delivery(out, found, row);
    out.end_array().end_object();
    return {};
}

/// Mutes, returns and requests that are not over: they carry no line's words.
void write_calls(json::Writer& out, const Found& found) {
    out.key("calls").begin_array();
    for (const OutboxRow& row : found.deliveries) {
        const bool over =
            row.status == DeliveryStatus::sent || row.status == DeliveryStatus::refused;
        if (row.item_seq == 0 && row.content.empty() && !over) write_delivery(out, found, row);
    }
    out.end_array();
}

}  // namespace

Result<std::string> why_view(Core& core, std::string_view ref, std::uint64_t seq,
                             std::size_t limit) {
    LJK_TRY(found, look(core, ref, seq, limit));
    const conversation::Conversation& state = found.row.state;
    std::string text;
    json::Writer out(text);
    out.begin_object().key("ref").string(ref).key("tag").string(core.tag(ref));
    out.key("state").string(conversation::name_of(state.state));
    out.key("epoch").integer(static_cast<std::int64_t>(state.epoch));
    out.key("lines").begin_array();
    for (const ItemRow& item : found.items) LJK_CHECK(write_line(out, found, item));
    out.end_array();
    write_calls(out, found);
    out.end_object();
    return text;
}

}  // namespace lampjack::engine
