#include "engine/why_words.h"

#include "base/text.h"
#include "conversation/policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lampjack::engine {

using conversation::State;
using conversation::To;
using store::DeliveryStatus;
using store::OutboxRow;

namespace {

/// Flags that explain more than the state, the first that is there counts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFlagReasons{{
    {"unattributed", "it names no conversation"},
    {"late", "it is older than what was handled before"},
    {"echo", "it is our own message, sent back by the platform"},
    {"rerouted", "it had not reached the bot when a human was to read it, so the desk gets it"},
    {"transcript", "it came with the transcript of a handover request"},
    {"talk_over", "the bot wrote while an agent owns the conversation"},
    {"bot_line", "the bot wrote while a human is requested"},
}};

std::string_view reason_of_words(const store::ItemRow& item) {
    if (item.to == To::bot) return "the bot owns the conversation";
    if (has_word(item.flags, store::kBotToo))
        return "a human is requested, and the bot is not muted";
    switch (item.state) {
        case State::requested: return "a human is requested, and the bot is muted";
        case State::agent: return "an agent owns the conversation";
        case State::returning: return "the platform has not confirmed the return to the bot";
        default: return "it was for the desk";
    }
}

std::string_view role_of(const json::Value& body) {
    const json::Object* event = body.if_object();
    const auto* actor = event == nullptr ? nullptr : event->if_contains("actor");
    return actor != nullptr && actor->is_object() ? json::text_of(actor->get_object(), "role")
                                                  : std::string_view{};
}

}  // namespace

std::string_view reason_of(const store::ItemRow& item, const json::Value& body) {
    if (item.is_fact) return "the engine recorded it";
    for (const auto& [flag, reason] : kFlagReasons)
        if (has_word(item.flags, flag)) return reason;
    const std::string_view role = role_of(body);
    if (item.kind != "message") return "the platform told it";
    if (role == "user" && item.to != To::nobody) return reason_of_words(item);
    if (role == "bot") return "the bot wrote it";
    if (role == "agent" || role == "system") return "it is written to the customer";
    return "it is for the record";
}

std::string reason_of(const OutboxRow& row, std::span<const OutboxRow> all, bool waits,
                      Millis now) {
    if (row.status == DeliveryStatus::sent) return {};
    if (row.status != DeliveryStatus::pending) return row.last_error;
    const auto before = std::ranges::find_if(all, [&](const OutboxRow& other) {
        return other.oseq < row.oseq && other.to_sink == row.to_sink &&
               other.status == DeliveryStatus::pending;
    });
    if (before != all.end()) return "behind delivery " + before->id;
    if (!row.last_error.empty()) return row.last_error;
    if (waits && !row.to_sink) return "the platform refuses the account's credentials";
    if (row.ready_at > now) return "an attempt is under way, or its outcome is not recorded";
    return row.ready_at + conversation::kMinute < now ? "due, and no process has sent it" : "due";
}

}  // namespace lampjack::engine
