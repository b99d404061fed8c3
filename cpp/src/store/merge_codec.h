#pragma once
// What a transcript is compared with, as a run of bytes beside its item.

#include "conversation/merge.h"

#include <optional>
#include <string>
#include <string_view>

namespace lampjack::store {

std::string encode(const conversation::MergeRecord& record);
/// None when it is empty, damaged or of a later form: the item's body says the same.
std::optional<conversation::MergeRecord> decode_merge(std::string_view bytes);

}  // namespace lampjack::store
