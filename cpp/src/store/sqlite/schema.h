#pragma once
// The tables of a SQLite store, their version, and how one version becomes the next.
//
// A release writes its own version. It also reads later ones as long as their `readable_by` is not above its own, so that
// the release before keeps running while a new one is rolled out.

#include "base/result.h"
#include "store/sqlite/connection.h"

#include <cstdint>
#include <span>

namespace lampjack::store::sqlite {

/// The tables as one release knows them.
struct Schema {
    std::span<const char* const> steps;  ///< steps[n] brings version n to n + 1
    std::int64_t readable_by = 0;        ///< the oldest version whose release can use the newest

    std::int64_t version() const noexcept { return static_cast<std::int64_t>(steps.size()); }
};

const Schema& schema_of_this_release();

/// Refuses other programs' files, whatever version ours have.
Result<void> check_owner(Connection& connection);
/// Inside a writing transaction. Creates the tables in an empty file; refuses other programs' files, newer schemas and
/// older ones, each with the next step.
Result<void> check_schema(Connection& connection);
/// Inside a writing transaction: the same, but older schemas are brought up to this one.
Result<void> migrate_schema(Connection& connection,
                            const Schema& schema = schema_of_this_release());

}  // namespace lampjack::store::sqlite
