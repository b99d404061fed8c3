#include "engine/translation.h"

#include "model/graft.h"
#include "platforms/registry.h"

#include <algorithm>
#include <vector>

namespace lampjack::engine {
namespace {

bool names_conversation(model::Batch& batch, model::Event& event) {
    const bool exists = event.conversation != model::kNone;
    if (exists && batch.conversations[event.conversation].id) return true;
    if (event.actor == model::kNone || !batch.actors[event.actor].id) return false;
    if (!exists) {
        event.conversation = static_cast<std::uint32_t>(batch.conversations.size());
        batch.conversations.emplace_back();
    }
    batch.conversations[event.conversation].id = batch.actors[event.actor].id;
    return true;
}

}  // namespace

std::size_t name_conversations(model::Batch& batch) {
    const std::size_t before = batch.roots.size();
    const auto left = std::remove_if(batch.roots.begin(), batch.roots.end(), [&](auto root) {
        return !names_conversation(batch, batch.events[root]);
    });
    batch.roots.erase(left, batch.roots.end());
    return before - batch.roots.size();
}

model::BatchPtr array_of(const platforms::Account& account, const model::Batch& batch,
                         std::span<const std::uint32_t> events) {
    std::vector<std::uint32_t> ordered(events.begin(), events.end());
    std::sort(ordered.begin(), ordered.end());  // the order of the request, across conversations
    std::vector<platforms::Loss> losses;
    model::BatchPtr array = model::BatchPtr::make();
    array.mutate().text.assign({});
    for (const std::uint32_t index : ordered) {
        const auto one = platforms::downgrade(batch, index, account.adapter->out, losses);
        if (!one) continue;
        array.mutate().roots.push_back(
            model::Graft(array.mutate(), **one).event((*one)->roots.front()));
    }
    return array;
}

}  // namespace lampjack::engine
