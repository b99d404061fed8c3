#pragma once
// The tables of a PostgreSQL store, their version, and the way from one version to the next.
//
// Every table's key starts with the conversation's, except those of subscriptions and metadata: the rows of one
// conversation lie together wherever a database spreads them. Times named *_at are the database's, in milliseconds.

#include "store/postgres/connection.h"

namespace lampjack::store::postgres {

/// The version of the tables this release makes.
inline constexpr std::int64_t kSchemaVersion = 1;

/// Makes the tables of an empty database. Refuses older tables, and newer ones that say this release cannot use them.
Result<void> check_schema(Connection& connection);
/// Brings the tables to this release's version in one transaction; several processes may try at once.
Result<void> migrate_schema(Connection& connection);

}  // namespace lampjack::store::postgres
