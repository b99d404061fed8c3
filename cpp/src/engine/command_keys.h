#pragma once
// CommandKey: what a command is known by, so that it happens once, and what it asks for, so that another command under the
// same key is told from the same one again.

#include "engine/command_words.h"
#include "engine/core.h"
#include "store/tx.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::engine {

class CommandKey {
public:
    /// The caller's key, a handler's, or, where a change may run again after a commit of unknown outcome, one of its own.
    static CommandKey of(const Core& core, conversation::CommandKind kind, std::string_view ref,
                         const CommandRequest& request, const CommandWords& words);

    const std::string& text() const noexcept { return text_; }  ///< empty: none
    bool is_given() const noexcept { return given_; }           ///< by the caller or a handler
    bool is_a_handlers() const noexcept { return !handler_.empty(); }
    const std::string& handler() const noexcept { return handler_; }

    /// An earlier command under the key.
    struct Earlier {
        std::uint64_t seq = 0;  ///< the item it made
        bool differs = false;   ///< it asked for something else
    };
    /// The conversation is locked.
    Result<std::optional<Earlier>> find(store::Tx& tx,
                                        const store::ConversationKey& conversation) const;
    /// The command has made this item.
    Result<void> remember(store::Tx& tx, const store::ConversationKey& conversation,
                          std::uint64_t seq) const;

private:
    std::string text_;
    std::string handler_;
    bool given_ = false;
    std::array<model::ItemKey, 2> places_{};  ///< of the command under its key, and of the key
    model::ItemKey asked_{};                  ///< hash of what the command asks for
};

}  // namespace lampjack::engine
