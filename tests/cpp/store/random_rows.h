#pragma once
// Random but repeatable rows for property tests: every field takes every kind of value it can have.

#include "base/random.h"
#include "store/rows.h"

#include <string>

namespace lampjack::store::testing {

class RandomRows {
public:
    explicit RandomRows(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return random_.next() % limit; }
    bool coin() { return below(2) == 0; }
    /// Small numbers mostly, and the ends of the range.
    std::uint64_t number();
    Millis time();
    /// Any bytes, also NUL and what is not UTF-8: the codec must not care.
    std::string text();

    conversation::Conversation conversation();
    conversation::EchoGuard echo();
    ConversationRow row();
    model::Answer answer();
    SubscriptionFilter filter();

private:
    template <class Enum>
    Enum word(std::uint64_t count) {
        return static_cast<Enum>(below(count));
    }
    conversation::Target target();

    SeededRandom random_;
};

}  // namespace lampjack::store::testing
