#include "model/http_message.h"

#include "base/text.h"

namespace lampjack::model {

std::string_view header(std::span<const HeaderView> headers, std::string_view name) noexcept {
    for (const auto& [key, value] : headers)
        if (equals_ignoring_case(key, name)) return value;
    return {};
}

std::string_view only_header(std::span<const HeaderView> headers, std::string_view name) noexcept {
    const HeaderView* found = nullptr;
    for (const HeaderView& one : headers) {
        if (!equals_ignoring_case(one.name, name)) continue;
        if (found != nullptr) return {};
        found = &one;
    }
    return found != nullptr ? found->value : std::string_view{};
}

std::string_view header(const Headers& headers, std::string_view name) noexcept {
    for (const auto& [key, value] : headers)
        if (equals_ignoring_case(key, name)) return value;
    return {};
}

}  // namespace lampjack::model
