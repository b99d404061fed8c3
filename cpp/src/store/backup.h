#pragma once
// backup: a copy of a store, made while it is in use.

#include "base/result.h"

#include <string>
#include <string_view>

namespace lampjack::store {

/// Writes what the store at that URL has committed to a new file; `sqlite:` + that file opens it. Other kinds of stores
/// say what to use instead (`config`).
Result<void> backup(std::string_view url, const std::string& to);

}  // namespace lampjack::store
