#pragma once
// The bundle around everything that Chatlayer passes to an app. Vendor pages name few of its members, so it is read by
// what is there, and the user is looked for at the places that `user_path` lists.

#include "platforms/chatlayer_app/read.h"

#include <array>
#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// Reads a bundle's members while checking that no name stands there twice, and remembers where their values are.
class Envelope {
public:
    explicit Envelope(model::BatchBuilder& build) noexcept : build_(build) {}

    enum class Level : std::uint8_t { bundle, input };

    /// Walks the object at the cursor; `member(Key)` consumes the value.
    template <class Member>
    bool walk(Level level, Member&& member) {
        return build_.cursor.object([&](json::Key key) { return note(level, key) && member(key); });
    }

    /// The value of that member; absent when it was not seen.
    Mark find(Level level, std::string_view name) const noexcept;

    /// The user's id at the first path that leads to one; the cursor stays where it is. False when none does.
    bool find_user(const Account* account, model::Str& id, bool& was_number);

private:
    /// Trivial: most of the entries are never written.
    struct Entry {
        const json::Token* at;
        Level level;
    };

    bool note(Level level, json::Key key);
    bool find_at(std::string_view path, model::Str& id, bool& was_number);
    bool descend(std::string_view path, model::Str& id, bool& was_number);

    /// One object of each level may be walked.
    static constexpr std::size_t kMaxKeys = 2 * std::size_t{json::Limits{}.members};

    model::BatchBuilder& build_;
    std::array<Entry, kMaxKeys> entries_;
    std::size_t count_ = 0;
};

/// Whether the setting is a list of dotted paths.
bool is_user_path(std::string_view paths) noexcept;

}  // namespace lampjack::platforms::chatlayer_app
