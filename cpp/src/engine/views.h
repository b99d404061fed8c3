#pragma once
// The JSON texts that cross the border of the hub: items, facts, conversations, deliveries.

#include "conversation/effects.h"
#include "conversation/explain.h"
#include "model/batch.h"
#include "model/identity.h"
#include "store/rows.h"
#include "json/writer.h"

#include <span>
#include <string>
#include <string_view>

namespace lampjack::json {
class Writer;
}

namespace lampjack::engine {

std::string event_json(const model::Batch& batch, std::uint32_t index, std::string_view account,
                       std::span<const model::Identity> identities);

/// Whom an item is for. "both" is stored for the desk with a flag, which views say nowhere else.
std::string_view recipients_of(const store::ItemRow& item);

std::string fact_json(const conversation::Fact& fact, std::uint64_t epoch);
std::string delivery_fact_json(const store::OutboxRow& row);
std::string alarm_json(conversation::Alarm alarm);
std::string notice_json(const conversation::Notice& notice);

std::string item_json(const store::LeasedItem& leased);
std::string item_json(std::string_view ref, std::string_view account, const store::ItemRow& item);
/// The members besides "event" or "fact", which is `leased.item.body`.
std::string item_head_json(const store::LeasedItem& leased);
void conversation_members(json::Writer& out, const store::ConversationRow& row,
                          std::string_view tag);
std::string conversation_json(const store::ConversationRow& row, std::string_view tag);
/// `waits`: for credentials until then, 0 for not at all; what is pending is then called paused.
void delivery_members(json::Writer& out, const store::OutboxRow& row, Millis waits = 0);
std::string delivery_json(const store::OutboxRow& row, std::string_view ref, Millis waits = 0);
/// The same with what it carries.
std::string whole_delivery_json(const store::OutboxRow& row, std::string_view ref);
/// The members of delivery_json(), null where there is no value; `whole` adds what it carries.
std::string dead_letter_json(const store::OutboxRow& row, std::string_view ref, bool whole);
std::string sink_json(const store::LeasedDelivery& leased);
/// The members besides "event", which is `leased.row.content`.
std::string sink_head_json(const store::LeasedDelivery& leased);
std::string explanation_json(const conversation::Explanation& explanation);
std::string refusal_json(const conversation::Refusal& refusal);

/// What a refused command tells its caller: who owns the conversation, under which epoch.
std::string refusal_text(const conversation::Refusal& refusal);

}  // namespace lampjack::engine
