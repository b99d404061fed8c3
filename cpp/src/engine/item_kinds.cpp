#include "engine/item_kinds.h"

#include "base/text.h"
#include "model/words.h"

#include <algorithm>
#include <array>
#include <vector>

namespace lampjack::engine {
namespace {

/// The same as the classes of facts of the Python package: its tests compare.
constexpr std::array<std::string_view, 12> kFacts{
    "owner_changed",   "handover_ended", "mute_failed", "draining", "delivery_changed",
    "notice",          "command",        "erased",      "alarm",    "item_dead",
    "transcript_full", "address_changed"};

constexpr std::array kEvents{model::EventKind::message, model::EventKind::handover_requested,
                             model::EventKind::handover, model::EventKind::session,
                             model::EventKind::unknown};

}  // namespace

std::span<const std::string_view> fact_kinds() noexcept { return kFacts; }

bool is_item_kind(std::string_view word) noexcept {
    return std::ranges::find(kFacts, word) != kFacts.end() ||
           std::ranges::any_of(kEvents,
                               [word](model::EventKind kind) { return model::word(kind) == word; });
}

std::string_view close_item_kind(std::string_view word) {
    std::vector<std::string_view> known(kFacts.begin(), kFacts.end());
    for (const model::EventKind kind : kEvents) known.push_back(model::word(kind));
    return did_you_mean(word, known);
}

}  // namespace lampjack::engine
