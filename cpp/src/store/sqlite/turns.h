#pragma once
// Turns: numbers that rise with every use of a store. They decide who goes first among those ready at the same time.

#include "store/sqlite/connection.h"

#include <cstdint>

namespace lampjack::store::sqlite {

/// Inside a writing transaction. A counter and no clock, so that a run can be repeated.
Result<std::int64_t> next_turn(Connection& db);

}  // namespace lampjack::store::sqlite
