#pragma once
// Strict URLs for the addresses we send to: http and https only, plain ASCII, nothing that two
// parsers could read in two ways. Errors are Code::config and never repeat the address, which may
// hold a secret in its path or query.

#include "base/result.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::transport {

struct Url {
    std::string scheme;      ///< "https" or "http"
    std::string host;        ///< lower case; a numeric IPv6 host keeps its brackets
    std::uint16_t port = 0;  ///< as given, else the scheme's
    std::string path;        ///< starts with '/', percent-encoded as given
    std::string query;       ///< without '?', as given

    bool is_https() const noexcept { return scheme == "https"; }
    friend bool operator==(const Url&, const Url&) = default;
};

/// Splits an absolute address. Refused: other schemes, user names and passwords, fragments, control
/// characters, spaces, non-ASCII, empty and dot segments, and hosts that are numbers in disguise
/// (`127.1`, `0x7f.1`, `2130706433`).
Result<Url> split_url(std::string_view text);

/// The address in one piece; the scheme's own port is left out.
std::string to_string(const Url& url);

enum class TrailingSlash : std::uint8_t {
    none,     ///< never ends in '/'
    as_base,  ///< ends in '/' when the base's path does
    always,
};

/// Appends path segments to a base address: each is percent-encoded exactly once, exactly one '/'
/// stands between, and the base's query stays behind the path. A segment that is empty, a dot
/// segment, or holds a slash, a backslash or a control character is refused (Code::argument),
/// because servers that decode twice or normalise would read another path.
Result<std::string> join_path(std::string_view base, std::span<const std::string_view> segments,
                              TrailingSlash end = TrailingSlash::none);
Result<std::string> join_path(std::string_view base,
                              std::initializer_list<std::string_view> segments,
                              TrailingSlash end = TrailingSlash::none);

/// Adds `name=value`, both percent-encoded, behind the query the address has.
Result<std::string> add_query(std::string_view base, std::string_view name, std::string_view value);

/// The address as messages may show it: scheme, host and port; path and query only as "/...".
std::string redact(std::string_view url);

}  // namespace lampjack::transport
