// What the bot's script at the platform gets of a user's message: its text ("Supported message content") and the channel
// variables.
#include "platforms/omnichannel/adapter_functions.h"
#include "platforms/omnichannel/channel_variables.h"
#include "platforms/omnichannel/file_token.h"

#include "json/writer.h"

namespace lampjack::platforms::omnichannel {
namespace {

using model::PartType;

std::optional<std::string> text_of(const model::Batch& batch, const model::Event& event) {
    if (auto token = write_file_token(batch, event)) return token;
    if (event.kind != model::EventKind::message || event.parts.count != 1) return std::nullopt;
    const model::Part& part = batch.parts_of(event).front();
    // "Clicking the button comes as button label text."
    if (part.type == PartType::postback && part.title) return std::string(batch.view(part.title));
    if (part.type == PartType::text) return std::string(batch.view(part.text));
    return std::nullopt;
}

}  // namespace

std::string script_view(const model::Batch& batch, const model::Event& event) {
    std::string json;
    json::Writer out(json);
    out.begin_object();
    if (const auto text = text_of(batch, event)) out.key("text").string(*text);
    out.key("variables").begin_object();
    for (const ChannelVariable& variable : channel_variables(batch, event))
        out.key(variable.name).string(variable.value);
    out.end_object().end_object();
    return json;
}

std::optional<model::BatchPtr> part_of_script(std::string_view text) {
    const auto token = read_file_token(text);
    if (!token) return std::nullopt;
    model::BatchPtr batch = model::BatchPtr::make();
    model::Batch& made = batch.mutate();
    made.text.assign({});
    made.events.emplace_back();
    made.roots.push_back(0);
    made.parts.emplace_back();
    made.events.front().parts = {0, 1};
    model::Part& part = made.parts.front();
    part.type = PartType::file;
    part.media = model::from_word<model::Media>(token->type).value_or(model::Media::file);
    part.url = made.text.add(token->url);
    if (!token->id.empty()) part.vendor_id = made.text.add(token->id);
    return batch;
}

}  // namespace lampjack::platforms::omnichannel
