#pragma once
// BodyBudget: how many bytes of requests' bodies this process holds at a time: of all accounts, and of each one. Bodies
// without a token share an eighth of both, so that nobody who is unknown can use them up.

#include "base/clock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// Each is a key of the configuration.
struct BodySettings {
    Millis timeout = 10'000;           ///< from the head to the last byte of the body
    std::int64_t all = 64 << 20;       ///< bytes, of all accounts together
    std::int64_t account = 16 << 20;   ///< bytes, of one account
    std::int64_t anonymous = 1 << 20;  ///< bytes of one body without a token
};

/// Whose body it is.
struct BodyOwner {
    std::string_view account;
    bool anonymous = false;  ///< it came without a token
};

class BodyBudget {
public:
    /// The most that one body may take when nothing else is held.
    static std::size_t most(const BodySettings& settings, bool anonymous) noexcept;

    bool has_room(const BodySettings& settings, BodyOwner owner, std::uint64_t bytes) const;
    /// False when there is no room: nothing is taken then.
    bool take(const BodySettings& settings, BodyOwner owner, std::size_t bytes);
    void give_back(BodyOwner owner, std::size_t bytes) noexcept;
    std::size_t held() const;

private:
    struct Held {
        std::size_t bytes = 0;
        std::size_t anonymous = 0;  ///< of these
    };
    bool fits(const BodySettings& settings, BodyOwner owner, std::uint64_t bytes) const;

    mutable std::mutex mutex_;
    Held all_;
    std::map<std::string, Held, std::less<>> accounts_;  ///< those that hold any
};

}  // namespace lampjack::engine
