#pragma once
// What kind of medium a message holds. The vendor's own example contradicts itself (a .png of type "video"), so the file's
// name is believed first and the vendor's number second; the number itself is always kept.

#include "model/words.h"

#include <optional>
#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// By the extension of a file name or of a URL's path; empty when that says nothing.
std::optional<model::Media> media_of_name(std::string_view name_or_url) noexcept;
/// By the vendor's number as it stands in JSON.
std::optional<model::Media> media_of_number(std::string_view digits) noexcept;
/// The vendor's number.
int number_of(model::Media media) noexcept;

}  // namespace lampjack::platforms::chatlayer_app
