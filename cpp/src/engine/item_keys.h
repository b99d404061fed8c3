#pragma once
// Item keys: what an item is looked up by among those that are stored, and what it will be known by itself.

#include "base/clock.h"
#include "model/identity.h"

#include <array>
#include <vector>

namespace lampjack::engine {

/// An id decides alone; a fingerprint decides where one of the two carries no id, as in transcripts. Two ids with one
/// fingerprint are two messages. Nothing to ask: the item carries neither id nor time, and the same words may be said twice.
struct ItemKeys {
    std::vector<model::ItemKey> asked;   ///< known already if one of them is
    std::vector<model::ItemKey> stored;  ///< with the item
};
ItemKeys item_keys(const model::Identity& identity, bool coarse_times);

/// For items with neither: the same content in this minute and in the one before. The first is stored with the item.
std::array<model::ItemKey, 2> doubt_keys(const model::ItemKey& fingerprint, Millis now);

}  // namespace lampjack::engine
