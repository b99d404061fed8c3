#pragma once
// A configured value against its row.

#include "platforms/setting.h"
#include "json/value.h"

namespace lampjack::platforms {

/// Whether it is an absolute http(s) address without a user name.
bool is_url(std::string_view text) noexcept;

/// Fails with the path and with what the value must be. The value itself never stands in the error.
Result<void> check_value(const Setting& setting, std::string_view path, const json::Value& value);

}  // namespace lampjack::platforms
