#include "model/media.h"

#include "base/text.h"

#include <array>

namespace lampjack::model {
namespace {

struct Extension {
    std::string_view text;
    Media media;
};

constexpr std::array kExtensions{
    Extension{"jpg", Media::image},  Extension{"jpeg", Media::image},
    Extension{"png", Media::image},  Extension{"gif", Media::image},
    Extension{"webp", Media::image}, Extension{"heic", Media::image},
    Extension{"bmp", Media::image},  Extension{"svg", Media::image},
    Extension{"mp4", Media::video},  Extension{"mov", Media::video},
    Extension{"webm", Media::video}, Extension{"avi", Media::video},
    Extension{"3gp", Media::video},  Extension{"mp3", Media::audio},
    Extension{"ogg", Media::audio},  Extension{"wav", Media::audio},
    Extension{"m4a", Media::audio},  Extension{"aac", Media::audio},
    Extension{"amr", Media::audio},  Extension{"opus", Media::audio},
    Extension{"pdf", Media::file},   Extension{"zip", Media::file},
    Extension{"doc", Media::file},   Extension{"docx", Media::file},
    Extension{"xls", Media::file},   Extension{"xlsx", Media::file},
    Extension{"txt", Media::file},   Extension{"csv", Media::file},
    Extension{"ppt", Media::file},   Extension{"pptx", Media::file},
};

/// By the major part. `application/octet-stream` and `*/*` say only that nobody looked.
std::optional<Media> media_of_mime(std::string_view mime) noexcept {
    const std::string_view type = trim(mime.substr(0, mime.find(';')));
    const auto slash = type.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view major = type.substr(0, slash);
    if (equals_ignoring_case(major, "image")) return Media::image;
    if (equals_ignoring_case(major, "video")) return Media::video;
    if (equals_ignoring_case(major, "audio")) return Media::audio;
    const bool unseen = major == "*" || equals_ignoring_case(type, "application/octet-stream");
    return unseen ? std::nullopt : std::optional(Media::file);
}

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
        if (equals_ignoring_case(row.text, name.substr(dot + 1))) return row.media;
    return std::nullopt;
}

Media media_of(const MediaHints& hints) noexcept {
    if (const auto media = media_of_mime(hints.mime)) return *media;
    if (const auto media = media_of_name(hints.name)) return *media;
    if (const auto media = media_of_name(hints.url)) return *media;
    return hints.word.value_or(Media::file);
}

}  // namespace lampjack::model
