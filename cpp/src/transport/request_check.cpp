#include "transport/request_check.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace lampjack::transport {
namespace {

using namespace std::string_view_literals;

constexpr std::array kMethods{"GET"sv, "POST"sv, "PUT"sv, "PATCH"sv, "DELETE"sv};

/// Set by the client itself, or about the connection: a second opinion on these is how requests get
/// smuggled.
constexpr std::array kReserved{
    "connection"sv, "content-length"sv,      "expect"sv,           "host"sv,
    "keep-alive"sv, "proxy-authorization"sv, "proxy-connection"sv, "te"sv,
    "trailer"sv,    "transfer-encoding"sv,   "upgrade"sv};

/// A token, RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
    });
}

Result<void> check_header(const std::string& name, const std::string& value) {
    if (name.size() + value.size() > kMaxHeaderBytes)
        return fail(Code::argument, "a request header is too long");
    if (!is_token(name)) return fail(Code::argument, "a request header's name is not a token");
    const bool reserved =
        std::any_of(kReserved.begin(), kReserved.end(),
                    [&](std::string_view word) { return equals_ignoring_case(word, name); });
    if (reserved)
        return fail(Code::argument, "request header '" + name + "' is the client's to set");
    if (!is_header_value(value))
        return fail(Code::argument,
                    "request header '" + name + "' holds a character that is not allowed");
    return {};
}

}  // namespace

bool is_header_value(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || (c >= 0x20 && c <= 0x7e); });
}

Result<void> check_request(const model::HttpRequest& request) {
    if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
        return fail(Code::argument,
                    "the request's method is not one of GET, POST, PUT, PATCH, DELETE");
    if (request.method == "GET" && !request.body.empty())
        return fail(Code::argument, "a GET request carries a body");
    if (request.url.size() > kMaxUrlBytes)
        return fail(Code::argument, "the request's address is too long");
    if (request.headers.size() > kMaxRequestHeaders)
        return fail(Code::argument, "too many request headers");
    for (const auto& [name, value] : request.headers) LJK_CHECK(check_header(name, value));
    return {};
}

Result<Url> check_url(std::string_view text, const AddressPolicy& policy) {
    LJK_TRY(url, split_url(text));
    if (!url.is_https() && !policy.allows_http())
        return fail(Code::argument,
                    "plain http is not allowed; use https or list the network in allow_networks");
    std::string_view host = url.host;
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const auto address = parse_address(host);
    if (address && !policy.allows(*address, url.is_https() ? AddressPolicy::Scheme::https
                                                           : AddressPolicy::Scheme::http))
        return fail(Code::argument,
                    "the address is in a network that is not allowed (allow_networks)");
    return url;
}

}  // namespace lampjack::transport
