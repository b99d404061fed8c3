#pragma once
// Events kept for good in a SQLite file: shared commits against one commit an event, and against plain Python.

#include "rounds.h"

namespace bench {

struct SqliteSpeeds {
    bool sound = true;  ///< each contender kept what it acknowledged
    double group = 0;   ///< many threads / one
    double plain = 0;   ///< many threads / Python
    double sync = 0;    ///< seconds of an fsync
};

SqliteSpeeds measure_sqlite(const Settings& settings);

}  // namespace bench
