#include "support/paths.h"

namespace lampjack::test {

std::filesystem::path test_data() { return LJK_TEST_DATA; }

std::filesystem::path corpora() { return LJK_CORPORA; }

}  // namespace lampjack::test
