#include "engine/core.h"

#include "base/digest.h"
#include "base/text.h"

#include <cstring>

namespace lampjack::engine {

std::string Core::new_id() const {
    std::array<std::uint64_t, 2> bits{random->next(), random->next()};
    return hex({reinterpret_cast<const char*>(bits.data()), sizeof bits});
}

std::string Core::tag(std::string_view ref) const {
    const Digest digest = hmac_sha256(config.log_key, ref);
    return hex({reinterpret_cast<const char*>(digest.data()), 6});
}

}  // namespace lampjack::engine
