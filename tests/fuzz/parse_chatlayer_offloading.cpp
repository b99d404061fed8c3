#include "parse_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return lampjack::fuzz::parse_and_check("chatlayer_offloading",
                                           lampjack::fuzz::text_of(data, size));
}
