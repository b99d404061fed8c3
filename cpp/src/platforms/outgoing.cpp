// What becomes of an event on its way out, and what a bot's script at the platform gets of one.

#include "platforms/registry.h"

#include "model/graft.h"

#include "model/canonical.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::platforms {

Result<model::BatchPtr> make_ready(const model::Batch& batch, std::uint32_t event,
                                   const Adapter& to, std::vector<Loss>& losses) {
    std::vector<std::uint32_t> origins;
    LJK_TRY(ready, downgrade(batch, event, to.out, losses, &origins));
    complete(ready, to, origins, losses);
    return std::move(ready);
}

bool leaves_as_it_is(const model::Batch& batch, std::uint32_t event, const Adapter& to) {
    const auto is_text = [](const model::Part& part) {
        return part.type == model::PartType::text;  // of which a platform can miss nothing
    };
    const bool complete =
        to.complete == nullptr || std::ranges::all_of(batch.parts_of(batch.events[event]), is_text);
    return complete && carries_all(batch, event, to.out);
}

void complete(model::BatchPtr& batch, const Adapter& to, std::span<const std::uint32_t> origins,
              std::vector<Loss>& losses) {
    if (to.complete == nullptr) return;
    std::vector<Loss> made_up;
    to.complete(batch.mutate(), batch->roots.front(), made_up);
    for (Loss& loss : made_up) {
        if (loss.part && *loss.part < origins.size()) loss.part = origins[*loss.part];
        losses.push_back(std::move(loss));
    }
}

Result<std::string> script_view(const model::Batch& batch, std::uint32_t event) {
    const Adapter* adapter = find(batch.platform());
    if (adapter == nullptr || adapter->script_view == nullptr)
        return fail(Code::unsupported, "the event's platform documents nothing about scripts");
    return adapter->script_view(batch, batch.events[event]);
}

Result<std::string> part_of_script(const Adapter& adapter, std::string_view text) {
    std::string json;
    json::Writer out(json);
    if (adapter.part_of_script != nullptr) {
        if (const auto part = adapter.part_of_script(text)) {
            model::write_content(**part, (*part)->root(0), out);
            return json.substr(1, json.size() - 2);  // the one part of the array
        }
    }
    out.begin_object().key("type").string("text").key("text").string(text).end_object();
    return json;
}

std::vector<model::BatchPtr> split_parts(const model::Batch& batch, std::uint32_t event) {
    std::vector<model::BatchPtr> singles;
    for (const model::Part& part : batch.parts_of(batch.events[event])) {
        model::BatchPtr single = model::BatchPtr::make();
        model::Batch& to = single.mutate();
        to.text.assign({});
        to.reader = batch.reader;
        if (batch.reader.empty() && batch.platform_name)
            to.platform_name = to.text.add(batch.view(batch.platform_name));
        model::Graft graft(to, batch);
        const std::uint32_t index = graft.event_without_parts(event);
        const model::Part copy = graft.part(part);
        to.parts.push_back(copy);
        to.events[index].parts.count = 1;
        to.roots.push_back(index);
        singles.push_back(std::move(single));
    }
    return singles;
}

}  // namespace lampjack::platforms
