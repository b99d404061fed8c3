#pragma once
// Contender: Lampjack's own bytes-to-batch, and its batch seen as the scenario's result for the check.

#include "flat.h"
#include "payloads.h"

#include "model/batch.h"
#include "platforms/registry.h"

namespace bench {

const lampjack::platforms::Adapter& adapter_of(Form form);
/// Whether the batch holds what the On-Demand loop found, field by field. `why` names the first difference.
bool same(Form form, const lampjack::model::Batch& batch, const Flat& expected, std::string& why);

}  // namespace bench
