#pragma once
// A JSON document inside a string of another one. It has an index, a batch and lower limits of its own, and is never opened
// more than one level deep.

#include "model/batch_builder.h"
#include "json/index.h"

#include <string_view>

namespace lampjack::platforms::chatlayer_app {

inline constexpr std::size_t kNestedBytes = 64 << 10;
inline constexpr json::Limits kNestedLimits{.levels = 16};

/// Reads the text with `read(BatchBuilder&)` into a batch that lives as long as `use(const Batch&)` runs; `use` is called
/// only when the whole text was read. False when it was not.
template <class Read, class Use>
bool read_nested(std::string_view text, Read&& read, Use&& use) {
    if (text.size() > kNestedBytes) return false;
    json::BorrowedIndex index(text.size());  // another one serves the document around this one
    model::BatchPtr inner = model::BatchPtr::make(text.size());
    model::Batch& batch = inner.mutate();
    batch.text.assign(text);
    if (!index->build(batch.text.body(), batch.text.body_size(), kNestedLimits)) return false;
    json::Cursor cursor(batch.text, *index, kNestedLimits);
    if (!cursor.ok()) return false;
    model::BatchBuilder build(batch, cursor);
    if (!read(build) || !cursor.ok() || !cursor.end()) return false;
    use(batch);
    return true;
}

}  // namespace lampjack::platforms::chatlayer_app
