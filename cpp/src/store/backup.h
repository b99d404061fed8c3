#pragma once
// backup: a copy of a store, made while it is in use; restore: a copy becomes the store.

#include "base/result.h"

#include <string>
#include <string_view>

namespace lampjack::store {

/// Writes what the store at that URL has committed to a new file; `sqlite:` + that file opens it. Other kinds of stores
/// say what to use instead (`config`).
Result<void> backup(std::string_view url, const std::string& to);

/// Makes a backup the store at that URL, where there is none: `config` when there is one, and for other kinds of stores.
Result<void> restore(const std::string& from, std::string_view url);

}  // namespace lampjack::store
