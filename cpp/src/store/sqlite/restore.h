#pragma once
// restore: a backup becomes the store at a path where there is none.

#include "base/result.h"

#include <string>

namespace lampjack::store::sqlite {

/// Copies the backup `from`, after it was read through, to a new file at `path`. `config` when something stands in the way
/// at `path`, its journals among it: nothing is overwritten, and a file in use is left alone.
Result<void> restore(const std::string& from, const std::string& path);

}  // namespace lampjack::store::sqlite
