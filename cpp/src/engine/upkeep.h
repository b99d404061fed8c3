#pragma once
// Upkeep: what an operator does with a store as a whole, by its URL; no hub is needed and hubs may use it meanwhile.

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <string_view>

namespace lampjack::engine {

/// Brings the schema to this release's. A no-op when it is that already; a newer one is `config`, and so
/// is one that is not there, unless `create`.
Result<void> migrate_store(std::string_view url, bool create);
/// Whether there is a store, of a schema that this release works with; `config` says what is wrong.
Result<void> check_store(std::string_view url);
/// Copies what is committed to a new file, while it is in use; for stores that are files.
Result<void> backup_store(std::string_view url, std::string_view to);
/// Makes such a copy the store at that URL, where there is none.
Result<void> restore_store(std::string_view url, std::string_view from);
/// Each conversation, followed by its items, one JSON object a line; how many lines. An error of `write` ends it.
Result<std::size_t> export_store(std::string_view url,
                                 const std::function<Result<void>(std::string_view line)>& write);

}  // namespace lampjack::engine
