#include "platforms/chatlayer_app/media.h"

#include "platforms/chatlayer_app/words.h"

namespace lampjack::platforms::chatlayer_app {

using model::Media;

std::optional<Media> media_of_number(std::string_view digits) noexcept {
    if (digits.size() != 1 || digits[0] < '0' || digits[0] > '3') return std::nullopt;
    return kMediaNumbers[static_cast<std::size_t>(digits[0] - '0')];
}

int number_of(Media media) noexcept {
    for (std::size_t i = 0; i < kMediaNumbers.size(); ++i)
        if (kMediaNumbers[i] == media) return static_cast<int>(i);
    return -1;
}

}  // namespace lampjack::platforms::chatlayer_app
