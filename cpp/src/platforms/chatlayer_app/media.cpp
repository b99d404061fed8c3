#include "platforms/chatlayer_app/media.h"

#include "base/text.h"
#include "platforms/chatlayer_app/words.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using model::Media;

constexpr std::array kExtensions{
    Word<Media>{"jpg", Media::image},  Word<Media>{"jpeg", Media::image},
    Word<Media>{"png", Media::image},  Word<Media>{"gif", Media::image},
    Word<Media>{"webp", Media::image}, Word<Media>{"heic", Media::image},
    Word<Media>{"bmp", Media::image},  Word<Media>{"svg", Media::image},
    Word<Media>{"mp4", Media::video},  Word<Media>{"mov", Media::video},
    Word<Media>{"webm", Media::video}, Word<Media>{"avi", Media::video},
    Word<Media>{"3gp", Media::video},  Word<Media>{"mp3", Media::audio},
    Word<Media>{"ogg", Media::audio},  Word<Media>{"wav", Media::audio},
    Word<Media>{"m4a", Media::audio},  Word<Media>{"aac", Media::audio},
    Word<Media>{"amr", Media::audio},  Word<Media>{"opus", Media::audio},
    Word<Media>{"pdf", Media::file},   Word<Media>{"zip", Media::file},
    Word<Media>{"doc", Media::file},   Word<Media>{"docx", Media::file},
    Word<Media>{"xls", Media::file},   Word<Media>{"xlsx", Media::file},
    Word<Media>{"txt", Media::file},   Word<Media>{"csv", Media::file},
    Word<Media>{"ppt", Media::file},   Word<Media>{"pptx", Media::file},
};

}  // namespace

std::optional<Media> media_of_name(std::string_view name) noexcept {
    if (const auto scheme = name.find("://"); scheme != std::string_view::npos) {
        name = name.substr(0, name.find_first_of("?#"));
        const auto path = name.find('/', scheme + 3);
        if (path == std::string_view::npos)
            return std::nullopt;  // only a host: "example.mov" is none
        name.remove_prefix(path);
    }
    const auto dot = name.find_last_of("./");
    if (dot == std::string_view::npos || name[dot] != '.') return std::nullopt;
    for (const auto& row : kExtensions)
        if (equals_ignoring_case(row.text, name.substr(dot + 1))) return row.value;
    return std::nullopt;
}

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
