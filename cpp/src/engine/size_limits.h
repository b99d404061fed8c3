#pragma once
// SizeLimits: how large what comes in may be. Each is a key of the configuration that lowers its default: the defaults are
// what is tested, so none can be raised.

#include "engine/shorten.h"
#include "platforms/adapter.h"
#include "transport/curl_options.h"
#include "json/limits.h"

#include <algorithm>
#include <cstdint>

namespace lampjack::engine {

struct SizeLimits {
    /// Bytes of a request's body, uncompressed. An endpoint's own bound stays where it is smaller.
    std::int64_t max_body = 8 << 20;
    std::int64_t max_depth = json::Limits{}.levels;     ///< levels of a request's JSON
    std::int64_t max_members = json::Limits{}.members;  ///< of one object in it
    std::int64_t max_values = json::Limits{}.values;    ///< of all of it
    /// Messages or lines of a transcript in a request. A reader's own bound stays where it is smaller.
    std::int64_t max_items = 5'000;
    /// Bytes of a text. Messages without an id are told apart by what is kept of them.
    std::int64_t max_text = std::int64_t{kLongestText};
    /// Bytes read of the body of a platform's answer, by the client that ships.
    std::int64_t max_response = std::int64_t{transport::CurlOptions::kResponseBytes};

    std::size_t body_at(const platforms::Endpoint& endpoint) const noexcept {
        return std::min(endpoint.max_body, static_cast<std::size_t>(max_body));
    }
    std::size_t text() const noexcept { return static_cast<std::size_t>(max_text); }
    std::size_t response() const noexcept { return static_cast<std::size_t>(max_response); }
    platforms::ReadLimits read() const noexcept {
        return {.json = {.levels = static_cast<int>(max_depth),
                         .members = static_cast<std::uint32_t>(max_members),
                         .values = static_cast<std::uint32_t>(max_values)},
                .items = static_cast<std::uint32_t>(max_items)};
    }
};

}  // namespace lampjack::engine
