#include "transport/curl_options.h"

#include "transport/request_check.h"
#include "transport/url.h"

#include <unistd.h>

namespace lampjack::transport {
namespace {

Error bad(std::string_view why) { return fail(Code::config, "HTTP client: " + std::string(why)); }

}  // namespace

Result<void> check_options(const CurlOptions& options) {
    if (!is_header_value(options.user_agent))
        return bad("user_agent holds a character that is not allowed");
    if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0)
        return bad("ca_file cannot be read");
    if (options.max_connections < 1 || options.max_connections_per_host < 1)
        return bad("a connection limit is below 1");
    if (options.idle_connection.count() < 1) return bad("idle_connection is below one second");
    if (options.proxy.empty()) return {};
    const auto proxy = split_url(options.proxy);
    if (!proxy || proxy->path != "/" || !proxy->query.empty())
        return bad("proxy must be http://host:port");
    return {};
}

}  // namespace lampjack::transport
