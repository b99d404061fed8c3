// What the page requires of a message and its author may not have said. What follows from other values is made up and told;
// what only the author knows is asked for, before anything is kept.
#include "platforms/omnichannel/adapter_functions.h"
#include "platforms/omnichannel/kinds.h"

#include "base/text.h"
#include "platforms/registry.h"

#include <array>

namespace lampjack::platforms::omnichannel {
namespace {

using model::Part;
using model::PartType;

struct MediaType {
    std::string_view extension, mime;
};

/// Types that an extension names without doubt, as registered with IANA.
constexpr std::array kTypes{
    MediaType{"jpg", "image/jpeg"},
    MediaType{"jpeg", "image/jpeg"},
    MediaType{"png", "image/png"},
    MediaType{"gif", "image/gif"},
    MediaType{"webp", "image/webp"},
    MediaType{"svg", "image/svg+xml"},
    MediaType{"heic", "image/heic"},
    MediaType{"mp4", "video/mp4"},
    MediaType{"mov", "video/quicktime"},
    MediaType{"webm", "video/webm"},
    MediaType{"mp3", "audio/mpeg"},
    MediaType{"ogg", "audio/ogg"},
    MediaType{"wav", "audio/wav"},
    MediaType{"m4a", "audio/mp4"},
    MediaType{"pdf", "application/pdf"},
    MediaType{"zip", "application/zip"},
    MediaType{"json", "application/json"},
    MediaType{"txt", "text/plain"},
    MediaType{"csv", "text/csv"},
    MediaType{"doc", "application/msword"},
    MediaType{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    MediaType{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};
constexpr std::string_view kAnyType = "application/octet-stream";
constexpr std::string_view kAnyName = "file";

std::string name_of_address(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    if (const auto host = url.find("://"); host != std::string_view::npos) {
        const auto path = url.find('/', host + 3);
        url = path == std::string_view::npos ? std::string_view{} : url.substr(path);
    }
    std::string name = percent_decode(url.substr(url.rfind('/') + 1), false);
    return model::is_id(name) ? name : std::string(kAnyName);
}

std::string_view type_of_name(std::string_view name) noexcept {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return kAnyType;
    for (const MediaType& row : kTypes)
        if (equals_ignoring_case(row.extension, name.substr(dot + 1))) return row.mime;
    return kAnyType;
}

class Completion {
public:
    Completion(model::Batch& batch, std::vector<Loss>& losses) : batch_(batch), losses_(losses) {}

    void users(Part& part, std::size_t number) {
        number_ = number;
        if (part.type == PartType::file) file(part);
        if (part.type == PartType::postback && !part.payload) made_up("payload");
        if (part.type == PartType::postback && !part.title) made_up("title");
    }

    void bots(const Part& part, std::size_t number) {
        number_ = number;
        if (part.type != PartType::choice) return;
        bool has_ids = true;
        for (const model::Option& option : batch_.options_of(part.options))
            has_ids = has_ids && option.payload.present();
        if (!has_ids) made_up("options.payload");
    }

private:
    void file(Part& part) {
        if (!part.vendor_id) made_up("vendor_id");  // the message's own id stands for it
        if (!part.name) {
            part.name = batch_.text.add(name_of_address(batch_.view(part.url)));
            made_up("name");
        }
        if (!part.mime) {
            part.mime = batch_.text.add(type_of_name(batch_.view(part.name)));
            made_up("mime");
        }
        if (part.size == model::kNoSize) tell("size", "missing");
        if (part.state && batch_.view(part.state) != kReady) tell("state", "file_not_ready");
    }

    void made_up(std::string_view field) { tell(field, "made_up"); }
    void tell(std::string_view field, std::string_view what) {
        losses_.push_back(
            {.part = number_, .field = std::string(field), .what = std::string(what)});
    }

    model::Batch& batch_;
    std::vector<Loss>& losses_;
    std::size_t number_ = 0;
};

Error lacks(std::size_t index, std::string_view member, std::string_view why) {
    std::string message = "content[" + std::to_string(index) + "].";
    return fail(Code::argument, message.append(member).append(": ").append(why));
}

Result<void> check_part(const Part& part, std::size_t index) {
    switch (part.type) {
        case PartType::file:
            if (part.url.size == 0) return lacks(index, "url", "a file needs its address");
            if (part.size != model::kNoSize) return {};
            return lacks(index, "size", "a file needs its size in bytes: the platform requires it");
        case PartType::postback:
            if (part.title.size != 0 || part.payload.size != 0) return {};
            return lacks(index, "title", "a pressed button needs its title or its payload");
        case PartType::choice:
            return fail(Code::unsupported, "a user cannot send a choice: only a bot offers one");
        default: return {};
    }
}

}  // namespace

Result<void> check_words(const model::Batch& batch, const model::Event& event) {
    std::size_t index = 0;
    for (const Part& part : batch.parts_of(event)) LJK_CHECK(check_part(part, index++));
    return {};
}

void complete(model::Batch& batch, std::uint32_t event, std::vector<Loss>& losses) {
    Completion completion(batch, losses);
    const bool users = batch.events[event].role == model::Role::user;
    const model::Range parts = batch.events[event].parts;
    for (std::uint32_t i = 0; i < parts.count; ++i) {
        Part& part = batch.parts[parts.first + i];
        users ? completion.users(part, i) : completion.bots(part, i);
    }
}

}  // namespace lampjack::platforms::omnichannel
