#include "base/text_hash.h"

namespace lampjack {
namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::uint64_t text_hash(std::string_view text) noexcept {
    // FNV-1a, 64 bits.
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](char c) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    bool started = false;
    bool gap = false;
    for (const char c : text) {
        if (is_space(c)) {
            gap = started;
            continue;
        }
        if (gap) add(' ');
        add(c);
        started = true;
        gap = false;
    }
    return hash;
}

}  // namespace lampjack
