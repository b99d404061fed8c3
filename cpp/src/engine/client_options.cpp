#include "engine/client_options.h"

#include "engine/bulkhead.h"
#include "transport/ca_bundle.h"
#include "transport/curl_client.h"

#include <algorithm>
#include <fstream>

namespace lampjack::engine {
namespace {

constexpr std::size_t kMostConnections = 1 << 20;

}  // namespace

transport::CurlOptions client_options(const Config& config) {
    transport::CurlOptions options;
    // How many go to one account is the sender's to say. Beyond limits of its own libcurl keeps requests back while their
    // time runs: those behind a platform that hangs would count as failed.
    const Places places = Places::of(config.in_flight, config.accounts.size());
    options.max_connections = static_cast<int>(std::min(places.most, kMostConnections));
    options.max_connections_per_host = options.max_connections;
    options.proxy = config.proxy;
    options.ca_file = config.ca_file;
    options.max_response_bytes = config.sizes.response();
    if (options.ca_file.empty())
        options.ca_file =
            transport::pick_ca_bundle(transport::known_ca_bundles(), [](std::string_view path) {
                return std::ifstream(std::string(path)).good();
            });
    return options;
}

Result<std::shared_ptr<transport::HttpClient>> make_client(const Config& config) {
    LJK_TRY(client, transport::CurlClient::make(client_options(config)));
    return std::shared_ptr<transport::HttpClient>(std::move(client));
}

}  // namespace lampjack::engine
