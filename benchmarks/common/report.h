#pragma once
// Figures and gates: how a scenario ends.

#include <vector>

namespace bench {

/// The middle of them; there is at least one.
double median(std::vector<double> values);

// Gates: each prints its line; false when it is missed.
bool at_least(const char* what, double value, double limit);
bool at_most(const char* what, double value, double limit);

}  // namespace bench
