#pragma once
// The rows of `holder`.

#include "store/holders.h"
#include "store/sqlite/connection.h"

namespace lampjack::store::sqlite {

/// All of them, the dead ones too.
Result<std::vector<Holder>> read_holders(Connection& db);

}  // namespace lampjack::store::sqlite
