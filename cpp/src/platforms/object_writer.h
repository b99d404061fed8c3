#pragma once
// The writer of vendor objects lives in model/, where the dialects can reach it too.

#include "model/object_writer.h"

namespace lampjack::platforms {
using model::ObjectWriter;
}  // namespace lampjack::platforms
