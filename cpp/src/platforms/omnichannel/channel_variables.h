#pragma once
// The variables the platform gives a bot's script about the chat, from the page's table "Mapping channel variables".

#include "model/batch.h"

#include <string>
#include <string_view>
#include <vector>

namespace lampjack::platforms::omnichannel {

struct ChannelVariable {
    std::string_view name;  ///< static
    std::string value;

    friend bool operator==(const ChannelVariable&, const ChannelVariable&) = default;
};

/// Those the event has a value for, in the order of the table.
std::vector<ChannelVariable> channel_variables(const model::Batch& batch,
                                               const model::Event& event);

/// `<chat id>|omnichannel`, the value of `channel_chat_id`.
std::string channel_chat_id(std::string_view chat_id);
/// The chat id of such a value; any other text is a chat id as it is.
std::string_view chat_id_of(std::string_view channel_chat_id) noexcept;

}  // namespace lampjack::platforms::omnichannel
