#pragma once
// Merge records: what a transcript is compared with. Each item keeps its own beside its body, so that no body is read.

#include "base/result.h"
#include "model/batch.h"
#include "model/identity.h"
#include "store/tx.h"

#include <optional>
#include <string_view>
#include <vector>

namespace lampjack::engine {

/// Of one event of a batch.
conversation::MergeRecord merge_record(const model::Batch& batch, std::uint32_t index,
                                       const model::Identity& identity);
/// The same from an item's body; none when it cannot be read.
std::optional<conversation::MergeRecord> merge_record(std::string_view body,
                                                      std::string_view account);
/// What the body of that event will say once it stands alone; none when only the body can tell, for one of several that are
/// alike in everything.
std::optional<conversation::MergeRecord>
record_to_store(const model::Batch& batch, std::uint32_t index, const model::Identity& identity);

/// The newest items, oldest first. Those of release 13949c8 have no record: it is made from the body, and written.
Result<std::vector<store::MergeRow>> compared_items(store::Tx& tx,
                                                    const store::ConversationKey& key,
                                                    std::size_t limit, std::string_view account);

}  // namespace lampjack::engine
