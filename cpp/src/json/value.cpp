#include "json/value.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace lampjack::json {

Result<Value> parse_value(std::string_view text, std::string_view what) {
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::error_code error;
    Value value = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (error) return fail(Code::json, std::string(what) + " is not JSON: " + error.message());
    return value;
}

std::string to_text(const Value& value) { return boost::json::serialize(value); }

std::string_view text_of(const Object& object, std::string_view key) noexcept {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr || !value->is_string()) return {};
    return view(value->get_string());
}

std::int64_t integer_of(const Object& object, std::string_view key,
                        std::int64_t fallback) noexcept {
    const Value* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return fallback;
    if (value->is_int64()) return value->get_int64();
    if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
    return fallback;
}

bool boolean_of(const Object& object, std::string_view key, bool fallback) noexcept {
    const Value* value = object.if_contains({key.data(), key.size()});
    return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

}  // namespace lampjack::json
