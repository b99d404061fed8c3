#include "platforms/omnichannel/channel_variables.h"

#include <array>

namespace lampjack::platforms::omnichannel {
namespace {

constexpr std::string_view kSuffix = "|omnichannel";

struct Row {
    std::string_view name;
    model::Str model::Actor::*from;
};

// The table's row `channel_visitor_lastname` has no source: the channel has one name only.
constexpr std::array<Row, 5> kFields{{
    {"channel_visitor_firstname", &model::Actor::first_name},
    {"channel_visitor_account", &model::Actor::login},
    {"channel_visitor_phone", &model::Actor::phone},
    {"channel_visitor_email", &model::Actor::email},
    {"channel_visitor_source", &model::Actor::site},
}};

}  // namespace

std::vector<ChannelVariable> channel_variables(const model::Batch& batch,
                                               const model::Event& event) {
    std::vector<ChannelVariable> variables;
    const auto add = [&](std::string_view name, model::Str value) {
        if (value) variables.push_back({name, std::string(batch.view(value))});
    };
    static const model::Actor kNobody;
    const bool known = event.actor != model::kNone;
    const model::Actor& actor = known ? batch.actors[event.actor] : kNobody;
    const model::Str chat_id = event.conversation == model::kNone
                                   ? model::Str{}
                                   : batch.conversations[event.conversation].id;

    add("channel_visitor_id", actor.id);
    add("channel_conversation_id", chat_id);
    for (const Row& row : kFields) add(row.name, actor.*row.from);
    if (chat_id) variables.push_back({"channel_chat_id", channel_chat_id(batch.view(chat_id))});
    return variables;
}

std::string channel_chat_id(std::string_view chat_id) {
    return std::string(chat_id).append(kSuffix);
}

std::string_view chat_id_of(std::string_view channel_chat_id) noexcept {
    if (channel_chat_id.size() >= kSuffix.size() &&
        channel_chat_id.substr(channel_chat_id.size() - kSuffix.size()) == kSuffix)
        channel_chat_id.remove_suffix(kSuffix.size());
    return channel_chat_id;
}

}  // namespace lampjack::platforms::omnichannel
