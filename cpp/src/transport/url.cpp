#include "transport/url.h"

#include "base/text.h"
#include "transport/ip_address.h"

#include <algorithm>

namespace lampjack::transport {
namespace {

constexpr std::string_view kHttps = "https";
constexpr std::string_view kHttp = "http";
/// RFC 3986 section 3.3 without '%' and '/', and section 3.4 with the brackets that some services
/// use unencoded.
constexpr std::string_view kPathExtra = "-._~!$&'()*+,;=:@";
constexpr std::string_view kQueryExtra = "-._~!$&'()*+,;=:@/?[]";

Error bad_url(std::string_view why) { return fail(Code::config, "address " + std::string(why)); }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::uint16_t default_port(std::string_view scheme) noexcept { return scheme == kHttps ? 443 : 80; }

/// Whether every character is a letter, a digit, one of `extra`, or part of a well-formed percent
/// escape.
bool is_spelt_with(std::string_view text, std::string_view extra) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!is_alpha(c) && !is_digit(c) && extra.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

bool is_dots(std::string_view segment) {
    const std::string plain = percent_decode(segment, false);
    return plain == "." || plain == "..";
}

/// A name whose last label is a number is read as an IPv4 address by some resolvers, so it must be
/// a plain one.
bool is_number_in_disguise(std::string_view host) noexcept {
    const auto dot = host.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
    const bool digits = std::all_of(last.begin(), last.end(), is_digit);
    const bool hexadecimal =
        last.starts_with("0x") && std::all_of(last.begin() + 2, last.end(), is_hex);
    return (digits || hexadecimal) && !parse_address(host);
}

bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
        return false;
    return std::all_of(label.begin(), label.end(),
                       [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_name(std::string_view host) noexcept {
    if (host.size() > 253) return false;
    for (;;) {
        const auto dot = host.find('.');
        if (!is_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

Result<void> check_host(std::string_view host) {
    if (host.starts_with('[')) {
        const auto address = parse_address(host.substr(1, host.size() - 2));
        if (!address || address->is_v4()) return bad_url("has no valid IPv6 host");
        return {};
    }
    if (!is_name(host)) return bad_url("has no valid host name");
    if (is_number_in_disguise(host))
        return bad_url("has a host that is neither a name nor a plain IP address");
    return {};
}

Result<std::uint16_t> read_port(std::string_view digits) {
    const auto port = to_int(digits);
    if (!port || *port < 1 || *port > 65535) return bad_url("has no valid port");
    return static_cast<std::uint16_t>(*port);
}

Result<void> read_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos)
        return bad_url("holds a user name or password; set credentials in the account instead");
    std::size_t end = authority.find(':');
    if (authority.starts_with('[')) {
        const auto bracket = authority.find(']');
        if (bracket == std::string_view::npos) return bad_url("has no valid IPv6 host");
        end = bracket + 1 == authority.size() ? std::string_view::npos : bracket + 1;
        if (end != std::string_view::npos && authority[end] != ':')
            return bad_url("has no valid port");
    }
    url.host = to_lower(authority.substr(0, end));
    LJK_CHECK(check_host(url.host));
    url.port = default_port(url.scheme);
    if (end == std::string_view::npos) return {};
    LJK_TRY(port, read_port(authority.substr(end + 1)));
    url.port = port;
    return {};
}

Result<void> check_path(std::string_view path) {
    if (!is_spelt_with(path, std::string(kPathExtra) + "/"))
        return bad_url("has a character in its path that must be percent-encoded");
    std::string_view rest = path.substr(1);
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        const std::string_view segment = rest.substr(0, slash);
        if (segment.empty()) return bad_url("has an empty path segment");
        if (is_dots(segment)) return bad_url("has a '.' or '..' path segment");
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    return {};
}

Result<void> check_segment(std::string_view segment) {
    if (segment.empty()) return fail(Code::argument, "a path segment is empty");
    if (segment == "." || segment == "..")
        return fail(Code::argument, "a path segment is '.' or '..'");
    const bool splits = segment.find_first_of("/\\") != std::string_view::npos;
    if (splits) return fail(Code::argument, "a path segment holds a slash");
    if (std::any_of(segment.begin(), segment.end(), is_control))
        return fail(Code::argument, "a path segment holds a control character");
    return {};
}

}  // namespace

Result<Url> split_url(std::string_view text) {
    Url url;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return bad_url("does not start with https://");
    url.scheme = to_lower(text.substr(0, colon));
    if (url.scheme != kHttps && url.scheme != kHttp) return bad_url("is neither https nor http");
    if (text.find('#') != std::string_view::npos) return bad_url("has a fragment");
    text.remove_prefix(colon + 3);

    const auto authority_end = text.find_first_of("/?");
    LJK_CHECK(read_authority(text.substr(0, authority_end), url));
    text.remove_prefix(std::min(authority_end, text.size()));

    const auto question = text.find('?');
    url.path = std::string(text.substr(0, question));
    if (url.path.empty()) url.path = "/";
    LJK_CHECK(check_path(url.path));
    if (question == std::string_view::npos) return url;
    url.query = std::string(text.substr(question + 1));
    if (!is_spelt_with(url.query, kQueryExtra))
        return bad_url("has a character in its query that must be percent-encoded");
    return url;
}

std::string to_string(const Url& url) {
    std::string out = url.scheme + "://" + url.host;
    if (url.port != default_port(url.scheme)) out += ":" + std::to_string(url.port);
    out += url.path;
    if (!url.query.empty()) out += "?" + url.query;
    return out;
}

Result<std::string> join_path(std::string_view base, std::span<const std::string_view> segments,
                              TrailingSlash end) {
    LJK_TRY(url, split_url(base));
    const bool had_slash = url.path.ends_with('/') && url.path.size() > 1;
    if (url.path.ends_with('/')) url.path.pop_back();
    for (const std::string_view segment : segments) {
        LJK_CHECK(check_segment(segment));
        url.path += '/';
        url.path += percent_encode(segment);
    }
    const bool slash = end == TrailingSlash::always || (end == TrailingSlash::as_base && had_slash);
    if (slash || url.path.empty()) url.path += '/';
    return to_string(url);
}

Result<std::string> join_path(std::string_view base,
                              std::initializer_list<std::string_view> segments, TrailingSlash end) {
    return join_path(base, std::span<const std::string_view>(segments.begin(), segments.size()),
                     end);
}

Result<std::string> add_query(std::string_view base, std::string_view name,
                              std::string_view value) {
    LJK_TRY(url, split_url(base));
    if (!url.query.empty()) url.query += '&';
    url.query += percent_encode(name) + "=" + percent_encode(value);
    return to_string(url);
}

std::string redact(std::string_view text) {
    const auto url = split_url(text);
    if (!url) return "(an address that cannot be read)";
    std::string out = url->scheme + "://" + url->host;
    if (url->port != default_port(url->scheme)) out += ":" + std::to_string(url->port);
    if (url->path != "/" || !url->query.empty()) out += "/...";
    return out;
}

}  // namespace lampjack::transport
