#include "common/report.h"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

bool holds(const char* what, double value, const char* bound, double limit, bool good) {
    std::printf("gate %-62s %8.2f  (%s %.2f)  %s\n", what, value, bound, limit,
                good ? "holds" : "MISSED");
    return good;
}

}  // namespace

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

bool at_least(const char* what, double value, double limit) {
    return holds(what, value, "at least", limit, value >= limit);
}

bool at_most(const char* what, double value, double limit) {
    return holds(what, value, "at most", limit, value <= limit);
}

}  // namespace bench
