#pragma once
// Contender: a plainly written simdjson On-Demand loop over all fields, strings as views of simdjson's buffer.

#include "flat.h"
#include "payloads.h"

#include <simdjson.h>

namespace bench {

class OndemandLoop {
public:
    /// The payload must be padded by simdjson::SIMDJSON_PADDING. False for anything it does not understand.
    bool read(Form form, simdjson::padded_string_view body, Flat& out);
    /// A Chatlayer user text by name in the documented order: the tightest On-Demand code for one kind.
    bool read_user_text_in_order(simdjson::padded_string_view body, Flat& out);

private:
    simdjson::ondemand::parser parser_;
};

}  // namespace bench
