#pragma once
// Reasons in words: why a line was for whom it was, and why a delivery stands as it does.

#include "store/rows.h"
#include "json/value.h"

#include <span>
#include <string>
#include <string_view>

namespace lampjack::engine {

template <class F>
void each_word(std::string_view words, F f) {
    while (!words.empty()) {
        const auto space = words.find(' ');
        f(words.substr(0, space));
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
    }
}

/// Why the line was for them. `body` is its JSON.
std::string_view reason_of(const store::ItemRow& item, const json::Value& body);
/// Why the delivery is not sent; empty when it is. `waits`: for the account's credentials.
std::string reason_of(const store::OutboxRow& row, std::span<const store::OutboxRow> all,
                      bool waits, Millis now);

}  // namespace lampjack::engine
