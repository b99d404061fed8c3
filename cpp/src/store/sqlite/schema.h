#pragma once
// The tables of a SQLite store, their version, and how one version becomes the next.
//
// A release writes its own version. It also reads later ones as long as their `readable_by` is not above its own, so that
// the release before keeps running while a new one is rolled out.

#include "base/result.h"
#include "store/sqlite/connection.h"

#include <cstdint>

namespace lampjack::store::sqlite {

inline constexpr std::int64_t kSchemaVersion = 1;

/// Inside a writing transaction. Creates the tables in an empty file; refuses other programs' files, newer schemas and
/// older ones, each with the next step.
Result<void> check_schema(Connection& connection);
/// Inside a writing transaction: the same, but older schemas are brought to this release's.
Result<void> migrate_schema(Connection& connection);

}  // namespace lampjack::store::sqlite
