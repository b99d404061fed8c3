#pragma once
// What the tests of the Omnichannel adapter share: bodies in, lines and bodies out.

#include "model/canonical.h"
#include "platforms/registry.h"

#include <string>
#include <string_view>

namespace lampjack::platforms::omnichannel::test {

inline const Adapter& adapter() { return *find("omnichannel"); }

inline Result<model::BatchPtr> read_body(std::string_view body, std::string_view path = {}) {
    ReadInput input{};
    input.path = path;
    return parse(adapter(), input, body);
}

inline std::string lines(const Result<model::BatchPtr>& batch) {
    return batch ? model::write_event_lines(**batch, "golden") : "error: " + batch.error().message;
}

inline std::string written(const Result<model::BatchPtr>& batch, Direction direction) {
    if (!batch) return "error: " + batch.error().message;
    const auto body = adapter().write(**batch, direction);
    return body ? *body : "error: " + body.error().message;
}

/// An event of another platform, from canonical JSON.
inline std::string written_foreign(std::string_view members, Direction direction) {
    const std::string event =
        R"({"v":1,"id":"00112233445566778899aabbccddeeff","platform":"certainly",)" +
        std::string(members) + "}";
    return written(model::read_events(event), direction);
}

}  // namespace lampjack::platforms::omnichannel::test
