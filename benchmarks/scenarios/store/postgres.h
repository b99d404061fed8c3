#pragma once
// Events kept for good in PostgreSQL: statements that go out together against one round trip a statement.

#include "rounds.h"

namespace bench {

struct PostgresSpeeds {
    bool sound = true;
    double one = 0;   ///< engine / one round trip a statement, from one thread each
    double many = 0;  ///< the same from many threads
};

struct DistantPostgres {
    PostgresSpeeds near, far;
};

/// Starts a server of its own with its data in the scenario's folder. Call it only where one can run.
DistantPostgres measure_postgres(const Settings& settings);

}  // namespace bench
