#include "engine/request_event.h"

#include "base/timestamp.h"
#include "engine/views.h"
#include "model/canonical.h"
#include "model/identity.h"
#include "json/writer.h"

namespace lampjack::engine {
namespace {

using conversation::By;

model::Role role_of(By by) noexcept {
    switch (by) {
        case By::agent: return model::Role::agent;
        case By::user: return model::Role::user;
        case By::bot: return model::Role::bot;
        case By::rule:
        case By::desk:
        case By::platform: break;
    }
    return model::Role::system;
}

}  // namespace

Result<std::string> request_event_json(const store::ConversationRow& row,
                                       const conversation::Command& command,
                                       std::string_view account, Millis now) {
    const bool of_user = command.by == By::user && !row.user.empty();
    std::string text;
    json::Writer out(text);
    out.begin_object().key("v").raw("1").key("kind").string(
        word(model::EventKind::handover_requested));
    out.key("conversation").begin_object();
    if (!row.bot.empty()) out.key("bot").string(row.bot);
    out.key("mode").string(word(row.mode)).key("id").string(row.id).end_object();
    out.key("actor");
    if (of_user) {
        out.raw(row.user);
    } else {
        out.begin_object().key("role").string(word(role_of(command.by)));
        if (!command.agent.empty()) out.key("id").string(command.agent);
        out.end_object();
    }
    out.key("sent_at").string(format_time(now).view());
    out.key("handover").begin_object().key("to").string("agent").end_object().end_object();
    LJK_TRY(batch, model::read_events(text));
    return event_json(*batch, 0, account, model::identify(*batch, account));
}

}  // namespace lampjack::engine
