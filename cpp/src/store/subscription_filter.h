#pragma once
// Which items a subscription wants.

#include "store/rows.h"

#include <string_view>

namespace lampjack::store {

bool wants(const SubscriptionFilter& filter, std::string_view account, std::string_view kind,
           conversation::To to, std::string_view flags) noexcept;

}  // namespace lampjack::store
