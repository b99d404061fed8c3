#include "engine/event_input.h"

#include <optional>

namespace lampjack::engine {

using conversation::Input;
using model::Event;
using model::EventKind;
using model::Role;

namespace {

std::optional<Millis> time_of(const Event& event) {
    return event.sent_at == model::kNoTime ? std::nullopt : std::optional(event.sent_at);
}

/// Who asks for a human. Where a platform names the user it tells whom the request is about: its bot's flow asks.
conversation::By by_of(Role role) noexcept {
    if (role == Role::agent) return conversation::By::agent;
    return role == Role::system ? conversation::By::rule : conversation::By::bot;
}

}  // namespace

Input input_of(const model::Batch& batch, const Event& event,
               const conversation::Decision& decision, bool echo, bool proven) {
    const auto at = time_of(event);
    switch (event.kind) {
        case EventKind::handover_requested:
            return conversation::HandoverRequested{.at = proven ? at : std::nullopt,
                                                   .by = by_of(event.role),
                                                   .decision = decision,
                                                   .proven = proven};
        case EventKind::handover:
            if (event.handover_to == model::HandoverTo::bot) return conversation::HandoverToBot{at};
            return conversation::HandoverToAgent{.at = at};
        case EventKind::session: return conversation::SessionEvent{at};
        case EventKind::unknown: return conversation::UnknownEvent{};
        case EventKind::message: break;
    }
    switch (event.role) {
        case Role::user: return conversation::UserMessage{at};
        case Role::bot: return conversation::BotMessage{.at = at, .echo = echo};
        case Role::agent: {
            conversation::AgentMessage message{.at = at, .agent = {}, .echo = echo};
            if (event.actor != model::kNone)
                message.agent = std::string(batch.view(batch.actors[event.actor].id));
            return message;
        }
        default: return conversation::UnknownEvent{};
    }
}

}  // namespace lampjack::engine
