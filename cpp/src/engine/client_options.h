#pragma once
// What a hub asks of the HTTP client that ships, by its configuration.

#include "engine/config.h"
#include "transport/curl_options.h"

#include <memory>

namespace lampjack::engine {

/// Looks for the system's CA bundle where none is configured.
transport::CurlOptions client_options(const Config& config);
Result<std::shared_ptr<transport::HttpClient>> make_client(const Config& config);

}  // namespace lampjack::engine
