#pragma once
// Verdict: what a platform's answer to a request of ours means, as its adapter reads it.

#include <cstdint>

namespace lampjack::platforms {

/// What an answer to a request of ours says.
enum class Verdict : std::uint8_t {
    by_status,  ///< what its status says
    accepted,
    refused,     ///< its body says that the request was not taken
    unreadable,  ///< its body comes from something else than the platform, a proxy's page for instance
    credentials,  ///< it refuses our credentials or our configuration, not this request
};
/// What every platform means by 401, 403 and 410.
constexpr Verdict verdict_of_status(std::int32_t status) noexcept {
    return status == 401 || status == 403 || status == 410 ? Verdict::credentials
                                                           : Verdict::by_status;
}

}  // namespace lampjack::platforms
