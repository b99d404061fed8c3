#pragma once
// Whether a path is a place SQLite can keep data safe in. It looks at names and modes only: to open and close the file
// itself would drop the locks this process holds on it.

#include "base/result.h"

#include <string>
#include <string_view>

namespace lampjack::store::sqlite {

/// The name of a network file system by its statfs type, empty for any other: locks do not work there.
std::string_view network_file_system(unsigned long type) noexcept;

/// For who only reads: the file must be there. `whose`: how the error begins.
Result<void> check_existing(const std::string& path, std::string_view whose = "store sqlite");
/// Creates the file (mode 0600) when it is missing. `config` errors name the next step.
Result<void> check_file(const std::string& path);
/// A warning in one line when the file's mode lets others than its owner read or write it; else empty.
std::string readable_by_others(const std::string& path);

}  // namespace lampjack::store::sqlite
