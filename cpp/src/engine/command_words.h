#pragma once
// CommandWords: what a command says. It is read once, on the caller's thread; the transaction adds whose conversation it is.

#include "base/result.h"
#include "conversation/input.h"
#include "model/batch.h"
#include "platforms/adapter.h"
#include "store/rows.h"

#include <string>
#include <string_view>

namespace lampjack::engine {

/// Whether the command says something.
bool speaks(conversation::CommandKind kind) noexcept;

/// Content that a caller gives: what is wrong with it is Code::argument, or too_large, and quoted nowhere.
Result<model::BatchPtr> read_given(std::string_view content, model::Role role);

class CommandWords {
public:
    /// `content` must outlive it.
    CommandWords(conversation::CommandKind kind, std::string_view content,
                 std::size_t longest_text);

    /// Refuses what cannot be read, says nothing or lacks what makes a part one, and a user's words that the platform would
    /// not take. Comes before the other calls, and before anything is stored.
    Result<void> check_for(const platforms::Adapter& adapter) const;
    /// The same text for the same words, however they were spelled.
    std::string canonical() const;
    /// A message event of that conversation: an agent's, the service's, or the end user's as last seen. The next call
    /// may change it: a transaction that runs again asks again.
    Result<model::BatchPtr> event(const store::ConversationRow& row, std::string_view agent,
                                  Millis now);

private:
    Result<model::BatchPtr> event_of_user(const store::ConversationRow& row, Millis now) const;

    conversation::CommandKind kind_;
    std::string_view content_;
    std::size_t longest_text_;
    Result<model::BatchPtr> batch_;
};

}  // namespace lampjack::engine
