#pragma once
// The pieces of a visitor's message: sender, files and place. What they cannot write back they report, and the caller
// keeps the vendor's fields as they stood.

#include "model/batch_builder.h"

#include <cstdint>

namespace lampjack::platforms::chatlayer_offloading {

/// What became of a message; all but `known` leave it as raw JSON with a warning.
enum class Verdict : std::uint8_t { known, unknown, malformed, out_of_range };

/// Reads the sender object at the cursor into the event's actor.
bool read_sender(model::BatchBuilder& build, std::uint32_t event);

/// Reads {"lat":…,"long":…} at the cursor as a location part; `plain` tells whether it is written back like that.
/// May leave the cursor anywhere.
Verdict read_coordinates(model::BatchBuilder& build, std::uint32_t event, bool& plain);

struct UploadFields {
    json::Cursor::Mark urls, url, data;
};
/// Reads the files of an upload as one part each. `plain` tells whether `urls` and `data` follow from the parts.
/// May leave the cursor anywhere.
Verdict read_upload(model::BatchBuilder& build, std::uint32_t event, const UploadFields& fields,
                    bool& plain);

}  // namespace lampjack::platforms::chatlayer_offloading
