#pragma once
// backup: a copy of a SQLite store, made while it is in use. A plain copy of the file is none: it may catch half of a
// transaction, and it drops the locks of the process that makes it.

#include "base/result.h"

#include <string>

namespace lampjack::store::sqlite {

/// Writes everything committed so far to a new file at `to`, for which `to` + ".part" is used meanwhile. With a rollback
/// journal writers wait until it is done.
Result<void> backup(const std::string& path, const std::string& to);

}  // namespace lampjack::store::sqlite
