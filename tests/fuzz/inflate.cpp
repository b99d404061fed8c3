// Compressed bodies: whatever comes, no more is kept than allowed.

#include "base/inflate.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using lampjack::fuzz::require;
    constexpr std::size_t most = 64 << 10;
    const auto text = lampjack::fuzz::text_of(data, size);
    const auto some = lampjack::inflate(text, most);
    if (!some) return 0;
    require(some->size() <= most, "what is kept is bounded");
    const auto again = lampjack::inflate(text, some->size());
    require(again.has_value() && *again == *some, "what fits, fits just as well into less room");
    if (!some->empty())
        require(!lampjack::inflate(text, some->size() - 1), "one byte too many is too many");
    return 0;
}
