#include "engine/return_facts.h"

#include "base/timestamp.h"
#include "conversation/effects.h"
#include "json/value.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// How far back the beginning of the handover is looked for.
constexpr std::size_t kLookedThrough = 1000;

std::string agent_of(const json::Object& fact, std::string_view side) {
    const auto* owner = fact.if_contains(side);
    if (owner == nullptr || !owner->is_object()) return {};
    return std::string(json::text_of(owner->get_object(), "agent"));
}

struct Handover {
    std::string agent;
    std::string reason;
    Millis from = 0;
    Millis to = 0;

    void add(const json::Object& fact, Millis at) {
        const std::string now = agent_of(fact, "to");
        if (!now.empty()) {
            if (from == 0) from = at;
            agent = now;
            return;
        }
        to = at;
        reason = std::string(json::text_of(fact, "reason"));
    }
};

std::string write(const Handover& handover) {
    if (handover.to == 0) return {};
    std::string text;
    json::Writer out(text);
    out.begin_object();
    if (!handover.agent.empty()) {
        out.key("agent").string(handover.agent);
        out.key("from").string(format_time(handover.from).view());
    }
    out.key("to").string(format_time(handover.to).view());
    out.key("reason").string(handover.reason).end_object();
    return text;
}

}  // namespace

Result<std::string> return_facts(Core& core, const store::ConversationRow& row) {
    const std::uint64_t last = row.next_seq - 1;
    const std::uint64_t after = last - std::min<std::uint64_t>(last, kLookedThrough);
    LJK_TRY(items, core.store->items(row.key, after, kLookedThrough));
    const std::string_view changed = name_of(conversation::FactKind::owner_changed);
    Handover handover;
    for (const store::ItemRow& item : items) {
        if (!item.is_fact || item.kind != changed || item.episode != row.state.episode) continue;
        LJK_TRY(fact, json::parse_value(item.body, "a fact"));
        if (fact.is_object()) handover.add(fact.get_object(), item.received);
    }
    return write(handover);
}

}  // namespace lampjack::engine
