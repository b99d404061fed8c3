#include "base/plain_name.h"

#include <algorithm>

namespace lampjack {
namespace {

constexpr std::size_t kLongest = 40;

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::string_view plain_name(std::string_view key) noexcept {
    const bool plain = !key.empty() && key.size() <= kLongest && is_letter(key.front()) &&
                       std::ranges::all_of(key, [](char c) {
                           return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
                       });
    return plain ? key : "?";
}

}  // namespace lampjack
