#pragma once
// Whom an item is for, at the moment it is committed. Nothing that a user says is for nobody, except in `closed`.

#include "conversation/effects.h"
#include "conversation/policy.h"
#include "conversation/situation.h"

namespace lampjack::conversation {

/// Who gets a user's words in the state that the conversation has now.
struct Recipients {
    To to = To::nobody;
    bool bot_too = false;

    bool reaches_bot() const noexcept { return to == To::bot || bot_too; }
    friend bool operator==(const Recipients&, const Recipients&) = default;
};

Recipients recipients_of_user_words(const Conversation& conversation,
                                    const Policy& policy) noexcept;

/// Sets `effects.to` and the flags that go with it, once the next state is known.
void address(Step& step);

}  // namespace lampjack::conversation
