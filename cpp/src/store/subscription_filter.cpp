#include "store/subscription_filter.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::store {
namespace {

bool accepts(const std::vector<std::string>& wanted, std::string_view value) noexcept {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool is_for(const SubscriptionFilter& filter, conversation::To to,
            std::string_view flags) noexcept {
    using conversation::To;
    if (!filter.to || *filter.to == to) return true;
    if (*filter.to == To::bot) return to == To::desk && has_word(flags, kBotToo);
    return *filter.to == To::desk && filter.include_bot && has_word(flags, kBotLine);
}

}  // namespace

bool wants(const SubscriptionFilter& filter, std::string_view account, std::string_view kind,
           conversation::To to, std::string_view flags) noexcept {
    if (!is_for(filter, to, flags)) return false;
    return accepts(filter.kinds, kind) && accepts(filter.accounts, account);
}

}  // namespace lampjack::store
