#pragma once
// The vendor's number for a medium. Its own example contradicts itself (a .png of type "video"); what decides is in
// model/media.h. The number itself is always kept.

#include "model/words.h"

#include <optional>
#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// By the vendor's number as it stands in JSON.
std::optional<model::Media> media_of_number(std::string_view digits) noexcept;
/// The vendor's number.
int number_of(model::Media media) noexcept;

}  // namespace lampjack::platforms::chatlayer_app
