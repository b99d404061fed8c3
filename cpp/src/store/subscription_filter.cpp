#include "store/subscription_filter.h"

#include <algorithm>

namespace lampjack::store {
namespace {

bool accepts(const std::vector<std::string>& wanted, std::string_view value) noexcept {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool wants(const SubscriptionFilter& filter, std::string_view account, std::string_view kind,
           conversation::To to) noexcept {
    if (filter.to && *filter.to != to) return false;
    return accepts(filter.kinds, kind) && accepts(filter.accounts, account);
}

}  // namespace lampjack::store
