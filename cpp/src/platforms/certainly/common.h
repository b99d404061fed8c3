#pragma once
// What the readers share: rules for ids and for keys that stand twice.

#include "base/result.h"
#include "model/batch_builder.h"

#include <string_view>

namespace lampjack::platforms::certainly {

using model::is_id;

/// Whether two entries of that scope have one name. Meant for envelopes: cheap for a few keys, and not
/// quadratic for many.
bool has_twins(const model::Batch& batch, model::Chain chain, model::Scope scope);

/// Turns a mismatch at the field that `what` names into the error to return, and any other problem of the
/// cursor into success, for which the caller of the reader answers.
Result<void> refuse_field(json::Cursor& cursor, std::string_view what);

/// A key in the vendor's spelling for a leftover that has none of its own in the body.
inline model::Str key_of(model::BatchBuilder& build, std::string_view name) {
    return build.add(name);
}

}  // namespace lampjack::platforms::certainly
