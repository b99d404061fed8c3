#pragma once
// HTTP as values. Nothing here opens a socket.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lampjack::model {

struct HeaderView {
    std::string_view name;
    std::string_view value;
};

/// One request that reached the host's web server. Borrowed: valid for the call it is passed to.
struct Request {
    std::string_view method;              ///< upper case, e.g. "POST"
    std::string_view path = "/";          ///< below `{prefix}/{account}`, percent-decoded by nobody
    std::string_view query;               ///< raw, without '?'
    std::span<const HeaderView> headers;  ///< names in any case
    std::string_view body;                ///< raw bytes
    std::string_view peer = {};           ///< the sender's IP address; empty where nobody tells
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What the host's web server must answer.
struct Answer {
    std::int32_t status = 200;
    Headers headers;
    std::string body;

    friend bool operator==(const Answer&, const Answer&) = default;
};

/// One request that we send.
struct HttpRequest {
    std::string method = "POST";
    std::string url;  ///< absolute; may hold a secret: never log it
    Headers headers;
    std::string body;
};

struct HttpResponse {
    std::int32_t status = 0;
    Headers headers;
    std::string body;
};

/// The first header of that name, compared without case; empty when there is none.
std::string_view header(std::span<const HeaderView> headers, std::string_view name) noexcept;
std::string_view header(const Headers& headers, std::string_view name) noexcept;
/// The only header of that name; empty when there is none or more than one. For credentials: who sends two is not believed.
std::string_view only_header(std::span<const HeaderView> headers, std::string_view name) noexcept;

}  // namespace lampjack::model
