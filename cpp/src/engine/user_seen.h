#pragma once
// UserSeen: what is known of a conversation's end user, with what a new event tells of them.

#include "model/batch.h"

#include <array>
#include <string>
#include <string_view>

namespace lampjack::engine {

class UserSeen {
public:
    /// @param known canonical JSON of an actor, or nothing; it outlives this
    explicit UserSeen(std::string_view known) noexcept : known_(known) {}

    /// The event's author, when that is the user: each value replaces the one known before.
    void see(const model::Batch& batch, const model::Event& event) { note(batch, event, true); }
    /// The same of an older event: a value is taken only where none is known.
    void recall(const model::Batch& batch, const model::Event& event) { note(batch, event, false); }

    /// Whether something is known that was not before.
    bool is_news() const noexcept { return is_news_; }
    /// The actor as canonical JSON. `extra` stays with the event that has it.
    std::string json() const;
    /// The vendor's id of the user; empty when none is known.
    std::string_view id() const noexcept { return values_.front(); }

    static constexpr std::size_t kFields = 9;
    /// The members that are known of a user.
    static bool has_field(std::string_view name) noexcept;
    static std::string all_fields();  ///< with a comma between, for errors

private:
    void note(const model::Batch& batch, const model::Event& event, bool replaces);
    void read_known();

    std::string_view known_;
    std::array<std::string, kFields> values_;
    bool is_read_ = false;
    bool is_news_ = false;
};

}  // namespace lampjack::engine
