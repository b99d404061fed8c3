#include "json/limits.h"

#include "json/scan.h"

namespace lampjack::json {

bool has_more_members(const Token* container, std::uint32_t limit) noexcept {
    if (container->shape.first != '{') return false;
    const Token* const behind = container + container->shape.span;
    std::uint32_t members = 0;
    for (const Token* value = container + 1; value != behind; value += value->shape.span)
        if (++members > limit) return true;
    return false;
}

bool has_more_values(const Token* root, std::uint32_t limit) noexcept {
    std::uint32_t values = 0;
    for (const Token* token = root; token != root + root->shape.span; ++token)
        values += token->shape.span != 0 ? 1U : 0U;  // an escaped string's second token is no value
    return values > limit;
}

}  // namespace lampjack::json
