// The canonical form as the store and the shells read it: events, and content that users supply.

#include "model/canonical.h"
#include "require.h"

#include <string>

namespace {

using lampjack::fuzz::require;

void read_as_events(std::string_view text) {
    const auto batch = lampjack::model::read_events(text);
    if (!batch) return;
    const auto written = lampjack::model::write_events(**batch, "shop");
    const auto again = lampjack::model::read_events(written);
    require(again.has_value(), "what we write is readable");
    require(lampjack::model::write_events(**again, "shop") == written, "writing is stable");
}

void read_as_content(std::string_view text) {
    const auto batch = lampjack::model::read_content(text, lampjack::model::Role::agent);
    if (!batch) return;
    std::string written;
    lampjack::json::Writer out(written);
    lampjack::model::write_content(**batch, (*batch)->root(0), out);
    require(lampjack::model::read_content(written, lampjack::model::Role::agent).has_value(),
            "content we write is readable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = lampjack::fuzz::text_of(data, size);
    read_as_events(text);
    read_as_content(text);
    return 0;
}
