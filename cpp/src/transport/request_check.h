#pragma once
// The last look at a request before it leaves: everything that could split, smuggle or overload is
// refused here, because HTTP libraries put header strings on the wire as they are.

#include "base/result.h"
#include "model/http_message.h"
#include "transport/address_policy.h"
#include "transport/url.h"

#include <cstddef>
#include <string_view>

namespace lampjack::transport {

constexpr std::size_t kMaxRequestHeaders = 64;
constexpr std::size_t kMaxHeaderBytes = 8 * 1024;
constexpr std::size_t kMaxUrlBytes = 8 * 1024;

/// Checks method, headers and body; the address is split_url's business. Errors: Code::argument,
/// naming the header but never its value.
Result<void> check_request(const model::HttpRequest& request);

/// Checks the address before any name is resolved: it can be read, its scheme is allowed, and a
/// host given as a number is allowed. Errors: as split_url, and Code::argument.
Result<Url> check_url(std::string_view url, const AddressPolicy& policy);

/// Whether a text may be a header's value: 0x20 to 0x7E and tab only.
bool is_header_value(std::string_view text) noexcept;

}  // namespace lampjack::transport
