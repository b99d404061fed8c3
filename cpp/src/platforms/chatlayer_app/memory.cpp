#include "platforms/chatlayer_app/memory.h"

#include "json/value.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

/// A JSON string as plain text; empty when it is another value.
std::string text_in(std::string_view raw) {
    const auto value = json::parse_value(raw, "the value");
    return value && value->is_string() ? std::string(json::view(value->get_string()))
                                       : std::string{};
}

}  // namespace

Result<std::string> told_by(const model::Batch& batch) {
    for (const std::uint32_t root : batch.roots) {
        const model::Str raw =
            batch.find(batch.events[root].extra, model::Scope::field, "targetUrl");
        if (raw) return std::string(batch.view(raw));
    }
    return fail(Code::payload, "targetUrl is missing");
}

std::string address_of(std::string_view remembered) { return text_in(remembered); }

std::optional<std::string> returned_delivery(const model::Batch& batch) {
    if (batch.size() == 0) return std::nullopt;
    const model::Str raw = batch.find(batch.root(0).extra, model::Scope::request, "lampjack");
    if (!raw) return std::nullopt;
    std::string id = text_in(batch.view(raw));
    return id.empty() ? std::nullopt : std::optional(std::move(id));
}

}  // namespace lampjack::platforms::chatlayer_app
