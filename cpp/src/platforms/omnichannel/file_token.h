#pragma once
// The text a received file becomes for the bot's script: `file:{file_type}|{file_id}|{file_url}`.
//
// For those who play the platform: they write it when they hand a visitor's file to a script, and read what a script
// passes on. It must never be read from a visitor's text, where anybody can type it; the adapter's reader does not.

#include "model/batch.h"

#include <optional>
#include <string>
#include <string_view>

namespace lampjack::platforms::omnichannel {

/// Views into the text it was read from.
struct FileTokenView {
    std::string_view type;
    std::string_view id;
    std::string_view url;  ///< may hold further `|`

    friend bool operator==(const FileTokenView&, const FileTokenView&) = default;
};

std::string write_file_token(const FileTokenView& file);
/// Of an event whose only part is a file: the id is the file's, or the message's when the file has none. Empty for any
/// other event, and for a file that is not ready: the platform does not hand it on.
std::optional<std::string> write_file_token(const model::Batch& batch, const model::Event& event);
/// Splits at the first two `|` only. Empty when the whole text is not such a token.
std::optional<FileTokenView> read_file_token(std::string_view text);

}  // namespace lampjack::platforms::omnichannel
