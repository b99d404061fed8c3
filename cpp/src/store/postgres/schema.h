#pragma once
// The tables of a PostgreSQL store, their version, and the way from one version to the next.
//
// Every table's key starts with the conversation's, except those of subscriptions and metadata: the rows of one
// conversation lie together wherever a database spreads them. Times named *_at are the database's, in milliseconds.

#include "store/postgres/connection.h"

#include <cstdint>
#include <span>

namespace lampjack::store::postgres {

/// The tables as one release knows them.
struct Schema {
    using Step = std::span<const char* const>;

    std::span<const Step> steps;   ///< steps[n] brings version n to n + 1; 0 is an empty database
    std::int64_t usable_from = 0;  ///< the oldest version whose release can use the newest

    std::int64_t version() const noexcept { return static_cast<std::int64_t>(steps.size()); }
};

const Schema& schema_of_this_release();

/// Refuses a database without tables of ours.
Result<void> must_have_tables(Connection& connection);
/// Makes the tables of an empty database. Refuses older tables, and newer ones that say this release cannot use them.
Result<void> check_schema(Connection& connection);
/// Brings the tables to this schema's version in one transaction; several processes may try at once.
Result<void> migrate_schema(Connection& connection,
                            const Schema& schema = schema_of_this_release());

}  // namespace lampjack::store::postgres
