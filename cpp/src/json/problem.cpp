#include "json/problem.h"

namespace lampjack::json {
namespace {

/// With a comma before every three digits.
std::string grouped(std::uint32_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
    return out;
}

}  // namespace

std::string describe(Problem problem, const Limits& limits) {
    switch (problem) {
        case Problem::none: return "no problem";
        case Problem::syntax: return "the body is not JSON";
        case Problem::depth:
            return "the JSON is nested deeper than " + std::to_string(limits.levels) + " levels";
        case Problem::escape: return "a string holds an invalid escape or a lone surrogate";
        case Problem::number: return "a number or literal is malformed";
        case Problem::trailing: return "there are bytes behind the JSON document";
        case Problem::duplicate_key: return "a key of the envelope stands there twice";
        case Problem::mismatch: return "a field has another type than documented";
        case Problem::too_many_members:
            return "an object has more than " + grouped(limits.members) + " members";
        case Problem::too_many_values:
            return "the JSON has more than " + grouped(limits.values) + " values";
    }
    return "the body is not JSON";
}

Code code_of(Problem problem) noexcept {
    switch (problem) {
        case Problem::mismatch: return Code::payload;
        case Problem::too_many_members:
        case Problem::too_many_values: return Code::too_large;
        default: return Code::json;
    }
}

}  // namespace lampjack::json
