#pragma once
// Where the data of the tests lies.

#include <filesystem>

namespace lampjack::test {

/// tests/data of this checkout.
std::filesystem::path test_data();
/// Corpora of other projects: tests that need one skip where the folder is not there.
std::filesystem::path corpora();

}  // namespace lampjack::test
