#include "engine/translation.h"

#include "base/utf8.h"
#include "engine/part_check.h"
#include "engine/shorten.h"
#include "model/graft.h"
#include "platforms/registry.h"

#include <algorithm>
#include <vector>

namespace lampjack::engine {
namespace {

/// Whether a conversation can have that id. One that is too long is refused with the whole translation.
bool is_usable(std::string_view id) {
    const bool is_long = id.size() > kLongestId;
    return !is_blank(id) && id != kUnattributed && (is_long || model::is_id(id));
}

bool names_conversation(model::Batch& batch, model::Event& event) {
    const bool exists = event.conversation != model::kNone;
    const model::Str given = exists ? batch.conversations[event.conversation].id : model::Str{};
    if (given.size != 0) return is_usable(batch.view(given));
    if (event.actor == model::kNone || !is_usable(batch.view(batch.actors[event.actor].id)))
        return false;
    if (!exists) {
        event.conversation = static_cast<std::uint32_t>(batch.conversations.size());
        batch.conversations.emplace_back();
    }
    batch.conversations[event.conversation].id = batch.actors[event.actor].id;
    return true;
}

}  // namespace

std::vector<std::size_t> name_conversations(model::Batch& batch) {
    std::vector<std::uint32_t> named;
    std::vector<std::size_t> unnamed;
    for (std::size_t i = 0; i < batch.roots.size(); ++i) {
        if (names_conversation(batch, batch.events[batch.roots[i]]))
            named.push_back(batch.roots[i]);
        else
            unnamed.push_back(i);
    }
    batch.roots.swap(named);
    return unnamed;
}

std::vector<Error> drop_incomplete(model::Batch& batch) {
    std::vector<Error> faults;
    std::erase_if(batch.roots, [&](std::uint32_t root) {
        const model::Event& event = batch.events[root];
        // With an `extra` it is a platform's own, which is kept however little of it is understood.
        if (event.kind != model::EventKind::message || !event.extra.empty()) return false;
        const auto complete = check_parts_of(batch, event);
        if (!complete) faults.push_back(complete.error());
        return !complete;
    });
    return faults;
}

std::vector<const PreparedEvent*> take_lone_sessions(const PreparedRequest& request,
                                                     std::vector<std::uint32_t>& to_bot) {
    using model::EventKind;
    const auto goes = [&](const PreparedEvent& one) {
        return std::find(to_bot.begin(), to_bot.end(), one.index) != to_bot.end();
    };
    const auto is_alone = [&](const PreparedEvent& data) {
        return std::ranges::none_of(request.events(), [&](const PreparedEvent& one) {
            const model::Event& event = request.event_of(one);
            const bool empty = event.kind == EventKind::message && event.parts.count == 0;
            return event.kind != EventKind::session && !empty && one.ref == data.ref && goes(one);
        });
    };
    std::vector<const PreparedEvent*> alone;
    for (const PreparedEvent& one : request.events())
        if (request.event_of(one).kind == EventKind::session && goes(one) && is_alone(one))
            alone.push_back(&one);
    for (const PreparedEvent* one : alone) std::erase(to_bot, one->index);
    return alone;
}

model::BatchPtr array_of(const platforms::Account& account, const model::Batch& batch,
                         std::span<const std::uint32_t> events) {
    std::vector<std::uint32_t> ordered(events.begin(), events.end());
    std::sort(ordered.begin(), ordered.end());  // the order of the request, across conversations
    model::BatchPtr array = model::BatchPtr::make();
    array.mutate().text.assign({});
    for (const std::uint32_t index : ordered) {
        const auto one = platforms::downgrade(batch, index, account.adapter->out);
        if (!one) continue;
        array.mutate().roots.push_back(
            model::Graft(array.mutate(), **one).event((*one)->roots.front()));
    }
    return array;
}

}  // namespace lampjack::engine
