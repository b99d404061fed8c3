#include "platforms/chatlayer_app/session_data.h"

#include <optional>

namespace lampjack::platforms::chatlayer_app {
namespace {

using model::Batch;
using model::Event;
using model::EventKind;

std::string_view user_of(const Batch& batch, const Event& event) noexcept {
    const bool named =
        event.conversation != model::kNone && batch.conversations[event.conversation].id;
    if (named) return batch.view(batch.conversations[event.conversation].id);
    return event.actor == model::kNone ? std::string_view{}
                                       : batch.view(batch.actors[event.actor].id);
}

bool becomes_an_item(const Event& event) noexcept {
    if (event.kind == EventKind::message) return event.parts.count != 0;
    return event.kind == EventKind::handover || event.kind == EventKind::handover_requested;
}

/// The next item of the same user, so that the bot has the data before the words; else the one before.
std::optional<std::size_t> carrier_of(const Batch& batch, std::size_t data) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < batch.size() && !(found && *found > data); ++i) {
        const bool fits = becomes_an_item(batch.root(i)) &&
                          user_of(batch, batch.root(i)) == user_of(batch, batch.root(data));
        if (fits) found = i;
    }
    return found;
}

}  // namespace

SessionData::SessionData(const Batch& batch) : travels_(batch.size()), chains_(batch.size()) {
    std::vector<std::vector<std::size_t>> brought(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch.root(i).kind != EventKind::session) continue;
        const auto carrier = carrier_of(batch, i);
        travels_[i] = carrier.has_value();
        if (carrier) brought[*carrier].push_back(i);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (brought[i].empty()) continue;
        for (const std::size_t data : brought[i])
            if (data < i) chains_[i].push_back(batch.root(data).session);
        chains_[i].push_back(batch.root(i).session);
        for (const std::size_t data : brought[i])
            if (data > i) chains_[i].push_back(batch.root(data).session);
    }
}

}  // namespace lampjack::platforms::chatlayer_app
