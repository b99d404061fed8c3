#pragma once
// The one rule that says what a file is shown as, the same for every platform.

#include "model/words.h"

#include <optional>
#include <string_view>

namespace lampjack::model {

/// What is known of a file; empty where nothing is.
struct MediaHints {
    std::string_view mime = {};
    std::string_view name = {};
    std::string_view url = {};
    std::optional<Media> word = {};  ///< what the vendor calls it
};

/// The first hint that says something decides: the Internet Media Type, the extension of the name, that of the address,
/// the vendor's word. The vendor's word is last, because documented examples call a `.png` a video. Without any: `file`.
Media media_of(const MediaHints& hints) noexcept;

/// By the extension of a file's name or of an address's path; nothing when it has none that is known.
std::optional<Media> media_of_name(std::string_view name) noexcept;

}  // namespace lampjack::model
