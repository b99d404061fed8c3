#pragma once
// The words for what an item of a conversation's log may be: the events, and the facts of the engine.

#include <span>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// Facts that no conversation::FactKind names, too.
std::span<const std::string_view> fact_kinds() noexcept;
bool is_item_kind(std::string_view word) noexcept;
/// The known word that is closest to a mistyped one; empty when none is.
std::string_view close_item_kind(std::string_view word);

}  // namespace lampjack::engine
