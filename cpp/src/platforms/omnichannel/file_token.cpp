#include "platforms/omnichannel/file_token.h"

#include "platforms/omnichannel/kinds.h"

namespace lampjack::platforms::omnichannel {
namespace {

constexpr std::string_view kPrefix = "file:";

}  // namespace

std::string write_file_token(const FileTokenView& file) {
    std::string text(kPrefix);
    text.append(file.type).append("|").append(file.id).append("|").append(file.url);
    return text;
}

std::optional<std::string> write_file_token(const model::Batch& batch, const model::Event& event) {
    if (event.parts.count != 1 || event.warns(model::Warning::file_not_ready)) return std::nullopt;
    const model::Part& part = batch.parts[event.parts.first];
    if (part.type != model::PartType::file || !part.url) return std::nullopt;
    const model::Str id = part.vendor_id ? part.vendor_id : event.vendor_id;
    return write_file_token({model::word(part.media), batch.view(id), batch.view(part.url)});
}

std::optional<FileTokenView> read_file_token(std::string_view text) {
    if (text.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    text.remove_prefix(kPrefix.size());
    const auto first = text.find('|');
    if (first == std::string_view::npos || first == 0) return std::nullopt;
    const auto second = text.find('|', first + 1);
    if (second == std::string_view::npos || second + 1 == text.size()) return std::nullopt;
    return FileTokenView{text.substr(0, first), text.substr(first + 1, second - first - 1),
                         text.substr(second + 1)};
}

}  // namespace lampjack::platforms::omnichannel
