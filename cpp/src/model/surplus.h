#pragma once
// Surplus: what comes behind the last item that a reader takes. All of it is one `unknown` event, however many items there are:
// {"too_many_items":N,"first":[…]}, with those of the N that fit into 256 KiB. Kind, N and these bytes are its identity.

#include "model/batch_builder.h"
#include "json/writer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lampjack::model {

inline constexpr std::size_t kSurplusBytes = 256 << 10;

/// One message is as a vendor documents it with a few hundred values. One of more than these is kept raw: each value could
/// become a part, an option or a card, which are larger than what they are made of.
inline constexpr std::uint32_t kMessageValues = 4096;

struct Surplus {
    std::uint32_t event = 0;  ///< its place in the batch
    std::uint32_t kept = 0;   ///< how many items it holds, from the one at the cursor on
};

/// Makes the event of the items from the one at the cursor to the end of `array`. The cursor stays where it is.
Surplus add_surplus(BatchBuilder& build, json::Cursor::Mark array);

/// Whether the request has more parts, options and cards than any documented one of its size: the next item is surplus.
bool is_full(const Batch& batch) noexcept;

/// For writers: the items as they stood there, commas between them; another raw value as it is.
std::string_view surplus_items(std::string_view raw) noexcept;
/// Writes the raw value of an unknown part of an event into the list that it stood in.
void write_raw_item(const Batch& batch, const Event& event, const Part& part, json::Writer& out);

}  // namespace lampjack::model
