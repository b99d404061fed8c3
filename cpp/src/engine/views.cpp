#include "engine/views.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "model/canonical.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using json::Writer;

void owner(Writer& out, const conversation::OwnerRef& who) {
    out.begin_object().key("kind").string(conversation::name_of(who.kind));
    if (!who.agent.empty()) out.key("agent").string(who.agent);
    out.end_object();
}

void commands(Writer& out, const conversation::CommandSet& set) {
    out.begin_array();
    for (std::size_t i = 0; i < conversation::kCommandCount; ++i)
        if (set[i]) out.string(conversation::name_of(static_cast<conversation::CommandKind>(i)));
    out.end_array();
}

void flags(Writer& out, std::string_view words) {
    out.begin_array();
    while (!words.empty()) {
        const auto space = words.find(' ');
        if (words.substr(0, space) != store::kBotToo) out.string(words.substr(0, space));
        words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
    }
    out.end_array();
}

void item_head(Writer& out, std::string_view ref, std::string_view account,
               const store::ItemRow& item) {
    const auto key = store::key_of(ref);
    out.key("id").string(hex({reinterpret_cast<const char*>(key.data()), key.size()}) + "-" +
                         std::to_string(item.seq));
    out.key("seq").integer(static_cast<std::int64_t>(item.seq));
    out.key("epoch").integer(static_cast<std::int64_t>(item.epoch));
    out.key("episode").integer(static_cast<std::int64_t>(item.episode));
    out.key("state").string(conversation::name_of(item.state));
    out.key("to").string(recipients_of(item));
    out.key("flags");
    flags(out, item.flags);
    out.key("ref").string(ref).key("account").string(account);
    out.key("received_at").string(format_time(item.received).view());
    if (!item.delivery.empty()) out.key("delivery").string(item.delivery);
}

void item_members(Writer& out, std::string_view ref, std::string_view account,
                  const store::ItemRow& item) {
    item_head(out, ref, account, item);
    out.key(item.is_fact ? "fact" : "event").raw(item.body);
}

void sink_head(Writer& out, const store::LeasedDelivery& leased) {
    const store::ConversationRow& row = leased.conversation;
    out.key("id").string(leased.row.id).key("ref").string(row.ref);
    out.key("account").string(row.account);
    out.key("conversation").begin_object();
    if (!row.bot.empty()) out.key("bot").string(row.bot);
    out.key("mode").string(word(row.mode)).key("id").string(row.id).end_object();
    out.key("epoch").integer(static_cast<std::int64_t>(leased.row.epoch));
    if (!leased.row.agent.empty()) out.key("agent").string(leased.row.agent);
    out.key("attempt").integer(leased.row.attempts + 1);
}

template <class Fill>
std::string object(Fill fill) {
    std::string text;
    Writer out(text);
    out.begin_object();
    fill(out);
    out.end_object();
    return text;
}

void vendor_answer(Writer& out, const store::OutboxRow& row) {
    if (!row.vendor_answer.empty()) out.key("vendor_answer").string(row.vendor_answer);
}

void all_members(Writer& out, const store::OutboxRow& row, std::string_view ref, Millis waits) {
    delivery_members(out, row, waits);
    vendor_answer(out, row);
    out.key("ref").string(ref);
}

/// The keys that all_members() leaves out.
void absent_as_null(Writer& out, const store::OutboxRow& row) {
    if (row.item_seq == 0) out.key("seq").null();
    if (row.agent.empty()) out.key("agent").null();
    if (row.last_code == 0) out.key("last_code").null();
    if (row.last_error.empty()) out.key("last_error").null();
    if (row.vendor_answer.empty()) out.key("vendor_answer").null();
}

}  // namespace

void delivery_members(Writer& out, const store::OutboxRow& row, Millis waits) {
    out.key("id").string(row.id).key("action").string(conversation::name_of(row.action));
    const bool paused = waits != 0 && !row.to_sink && row.status == store::DeliveryStatus::pending;
    out.key("status").string(paused ? std::string_view("paused") : store::name_of(row.status));
    out.key("epoch").integer(static_cast<std::int64_t>(row.epoch));
    if (row.item_seq != 0) out.key("seq").integer(static_cast<std::int64_t>(row.item_seq));
    if (!row.agent.empty()) out.key("agent").string(row.agent);
    out.key("attempts").integer(row.attempts);
    if (row.last_code != 0) out.key("last_code").integer(row.last_code);
    if (!row.last_error.empty()) out.key("last_error").string(row.last_error);
    out.key("created_at").string(format_time(row.created).view());
    if (row.status == store::DeliveryStatus::pending)
        out.key("next_at").string(
            format_time(paused ? std::max(row.ready_at, waits) : row.ready_at).view());
    if (row.status == store::DeliveryStatus::dead || row.status == store::DeliveryStatus::held)
        out.key("ended_at").string(format_time(row.ready_at).view());
}

std::string_view recipients_of(const store::ItemRow& item) {
    const bool both = item.to == conversation::To::desk && has_word(item.flags, store::kBotToo);
    return both ? "both" : conversation::name_of(item.to);
}

std::string event_json(const model::Batch& batch, std::uint32_t index, std::string_view account,
                       std::span<const model::Identity> identities) {
    std::string text;
    Writer out(text);
    model::write_event(batch, index, account, identities, out);
    return text;
}

std::string fact_json(const conversation::Fact& fact, std::uint64_t epoch) {
    return object([&](Writer& out) {
        out.key("type")
            .string(conversation::name_of(fact.kind))
            .key("reason")
            .string(conversation::name_of(fact.reason));
        out.key("from");
        owner(out, fact.from);
        out.key("to");
        owner(out, fact.to);
        out.key("epoch").integer(static_cast<std::int64_t>(epoch));
    });
}

std::string delivery_fact_json(const store::OutboxRow& row) {
    return object([&](Writer& out) {
        out.key("type").string("delivery_changed").key("delivery").begin_object();
        delivery_members(out, row);
        out.end_object();
    });
}

std::string alarm_json(conversation::Alarm alarm) {
    return object([&](Writer& out) {
        out.key("type").string("alarm").key("alarm").string(conversation::name_of(alarm));
    });
}

std::string notice_json(const conversation::Notice& notice) {
    return object([&](Writer& out) {
        out.key("type").string("notice").key("notice").string(conversation::name_of(notice.kind));
        if (notice.position > 0) out.key("position").integer(notice.position);
    });
}

std::string item_json(std::string_view ref, std::string_view account, const store::ItemRow& item) {
    return object([&](Writer& out) { item_members(out, ref, account, item); });
}

std::string item_json(const store::LeasedItem& leased) {
    return object([&](Writer& out) {
        item_members(out, leased.ref, leased.account, leased.item);
        out.key("attempt").integer(leased.attempt);
    });
}

std::string item_head_json(const store::LeasedItem& leased) {
    return object([&](Writer& out) {
        item_head(out, leased.ref, leased.account, leased.item);
        out.key("attempt").integer(leased.attempt);
    });
}

void conversation_members(Writer& out, const store::ConversationRow& row, std::string_view tag) {
    const conversation::Conversation& state = row.state;
    out.key("ref").string(row.ref).key("tag").string(tag).key("account").string(row.account);
    if (!row.bot.empty()) out.key("bot").string(row.bot);
    out.key("mode").string(word(row.mode)).key("id").string(row.id);
    out.key("state").string(conversation::name_of(state.state));
    out.key("epoch").integer(static_cast<std::int64_t>(state.epoch));
    out.key("episode").integer(static_cast<std::int64_t>(state.episode));
    out.key("owner");
    owner(out, owner_of(state));
    out.key("muted")
        .string(conversation::name_of(state.muted))
        .key("sync")
        .string(conversation::name_of(state.sync));
    if (state.draining) out.key("draining").string(conversation::name_of(state.draining->command));
    if (state.end_reason != conversation::Reason::none)
        out.key("end_reason").string(conversation::name_of(state.end_reason));
    if (!row.user.empty()) out.key("user").raw(row.user);
    out.key("items").integer(static_cast<std::int64_t>(row.next_seq) - 1);
    out.key("touched_at").string(format_time(row.touched).view());
}

std::string conversation_json(const store::ConversationRow& row, std::string_view tag) {
    return object([&](Writer& out) { conversation_members(out, row, tag); });
}

std::string delivery_json(const store::OutboxRow& row, std::string_view ref, Millis waits) {
    return object([&](Writer& out) { all_members(out, row, ref, waits); });
}

std::string whole_delivery_json(const store::OutboxRow& row, std::string_view ref) {
    return object([&](Writer& out) {
        all_members(out, row, ref, 0);
        if (!row.content.empty()) out.key("event").raw(row.content);
    });
}

std::string dead_letter_json(const store::OutboxRow& row, std::string_view ref, bool whole) {
    return object([&](Writer& out) {
        all_members(out, row, ref, 0);
        absent_as_null(out, row);
        if (whole) out.key("event").raw(row.content.empty() ? "null" : row.content);
    });
}

std::string sink_json(const store::LeasedDelivery& leased) {
    return object([&](Writer& out) {
        sink_head(out, leased);
        out.key("event").raw(leased.row.content);
    });
}

std::string sink_head_json(const store::LeasedDelivery& leased) {
    return object([&](Writer& out) { sink_head(out, leased); });
}

std::string explanation_json(const conversation::Explanation& explanation) {
    return object([&](Writer& out) {
        out.key("allowed").boolean(explanation.allowed).key("rule").string(explanation.rule);
        if (!explanation.allowed) out.key("code").string(name_of(explanation.code));
        if (!explanation.why.empty()) out.key("why").string(explanation.why);
        if (explanation.to) out.key("to").string(conversation::name_of(*explanation.to));
        out.key("owner");
        owner(out, explanation.owner);
        out.key("epoch").integer(static_cast<std::int64_t>(explanation.epoch)).key("allowed_now");
        commands(out, explanation.allowed_now);
    });
}

std::string refusal_json(const conversation::Refusal& refusal) {
    return object([&](Writer& out) {
        out.key("code").string(name_of(refusal.code)).key("why").string(refusal.why).key("owner");
        owner(out, refusal.owner);
        out.key("epoch").integer(static_cast<std::int64_t>(refusal.epoch)).key("allowed");
        commands(out, refusal.allowed);
    });
}

std::string refusal_text(const conversation::Refusal& refusal) {
    std::string text(refusal.why);
    text.append("; owner: ").append(conversation::name_of(refusal.owner.kind));
    if (!refusal.owner.agent.empty()) text.append(" ").append(refusal.owner.agent);
    return text.append(", epoch ").append(std::to_string(refusal.epoch));
}

}  // namespace lampjack::engine
