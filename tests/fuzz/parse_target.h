#pragma once
// One body through one platform: whatever is accepted has a canonical form that reads back to itself,
// can be written, and can be converted to every platform.

#include "model/canonical.h"
#include "platforms/registry.h"
#include "require.h"

#include <string>
#include <string_view>

namespace lampjack::fuzz {

/// Some bodies are told apart by the path they come to.
inline bool is_readable(const platforms::Adapter& adapter, std::string_view body) {
    if (platforms::parse(adapter, body)) return true;
    for (const auto& endpoint : adapter.endpoints) {
        platforms::ReadInput input;
        input.path = endpoint.path;
        if (platforms::parse(adapter, input, body)) return true;
    }
    return false;
}

/// A request that names nobody is kept, but there is no one to pass it on for.
inline bool names_a_conversation(const model::Batch& batch, const model::Event& event) {
    return event.conversation != model::kNone &&
           !batch.view(batch.conversations[event.conversation].id).empty();
}

inline void converts_to_every_platform(const model::Batch& batch) {
    for (const auto* other : platforms::all()) {
        for (const auto root : batch.roots) {
            if (!names_a_conversation(batch, batch.events[root])) continue;
            const auto converted = platforms::convert(batch, root, *other);
            if (!converted) continue;
            require(is_readable(*other, converted->body),
                    "a converted body is readable by the platform it is for");
        }
    }
}

inline int parse_and_check(std::string_view platform, std::string_view body) {
    const auto* adapter = platforms::find(platform);
    require(adapter != nullptr, "the platform is registered");
    const auto batch = platforms::parse(*adapter, body);
    if (!batch) {
        require(batch.error().code != Code::internal, "bad input is no bug of ours");
        return 0;
    }
    const auto canonical = model::write_events(**batch, "shop");
    const auto read = model::read_events(canonical);
    require(read.has_value(), "the canonical form is readable");
    require(model::write_events(**read, "shop") == canonical,
            "the canonical form reads back to itself");
    for (const auto direction : {platforms::Direction::in, platforms::Direction::out}) {
        const auto written = adapter->write(**batch, direction);
        require(written.has_value() || written.error().code != Code::internal,
                "writing has no bug");
    }
    converts_to_every_platform(**batch);
    return 0;
}

}  // namespace lampjack::fuzz
