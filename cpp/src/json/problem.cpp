#include "json/problem.h"

namespace lampjack::json {

std::string_view describe(Problem problem) noexcept {
    switch (problem) {
        case Problem::none: return "no problem";
        case Problem::syntax: return "the body is not JSON";
        case Problem::depth: return "the JSON is nested deeper than 64 levels";
        case Problem::escape: return "a string holds an invalid escape or a lone surrogate";
        case Problem::number: return "a number or literal is malformed";
        case Problem::trailing: return "there are bytes behind the JSON document";
        case Problem::duplicate_key: return "a key of the envelope stands there twice";
        case Problem::mismatch: return "a field has another type than documented";
        case Problem::too_many_members: return "an object has more than 256 members";
        case Problem::too_many_values: return "the JSON has more than 500,000 values";
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
