#pragma once
// The words of a list of words.def as text, for errors that say what is allowed.

#include "model/words.h"

#include <string>

namespace lampjack::model {

/// With a comma between.
template <class Enum>
std::string all_words();

}  // namespace lampjack::model
