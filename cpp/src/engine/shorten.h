#pragma once
// How long the strings of an event may be. What people write is shortened and says so; ids are never.

#include "base/result.h"
#include "model/batch.h"

namespace lampjack::engine {

inline constexpr std::size_t kLongestText = 64 << 10;
inline constexpr std::size_t kLongestId = 256;
inline constexpr std::size_t kLongestName = 1 << 10;
inline constexpr std::size_t kLongestUrl = 2 << 10;

// `longest_text` may be lower than kLongestText: it is a key of the configuration.

/// For what comes in: longer texts, names and addresses are cut at a character and their event is warned `shortened`.
/// Errors: too_large, when an id is longer, because a shorter one would be somebody else's.
Result<void> shorten(model::Batch& batch, std::size_t longest_text = kLongestText);

/// For what a caller gives: nothing is cut. Errors: too_large.
Result<void> check_lengths(const model::Batch& batch, std::size_t longest_text = kLongestText);

}  // namespace lampjack::engine
