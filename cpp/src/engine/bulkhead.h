#pragma once
// Bulkhead: how many requests each account may have under way, so that those whose platform hangs fill their own places
// and not everybody's. Beyond a few places that are an account's own, all draw on a shared stock, and nobody takes more
// of it than he leaves free: the fuller it is, the less goes to one. Pure; used by the sender's thread only.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

/// Counted in requests under way at one time.
struct Places {
    std::size_t each = 0;    ///< an account's, when there is room
    std::size_t own = 0;     ///< an account's whatever the others do
    std::size_t shared = 0;  ///< the stock
    std::size_t most = 0;    ///< of all together, because each takes a file descriptor

    /// What follows from the setting `in_flight` for so many accounts.
    static Places of(std::size_t in_flight, std::size_t accounts) noexcept;
};

class Bulkhead {
public:
    Bulkhead() = default;
    explicit Bulkhead(Places places) noexcept : places_(places) {}

    void take(std::string_view account);
    void give_back(std::string_view account) noexcept;
    std::size_t taken() const noexcept { return taken_; }

    /// Accounts that can be asked for together: none of them has room for fewer than `limit` requests.
    struct Group {
        std::vector<std::string> accounts;
        std::size_t limit = 0;
    };
    /// Those of `accounts` that have the most room, or none. `kept` is what else holds places of the stock.
    Group next(const std::vector<std::string>& accounts, std::size_t kept) const;
    std::size_t room(std::string_view account, std::size_t kept) const noexcept;

private:
    std::size_t busy(std::string_view account) const noexcept;

    Places places_;
    std::map<std::string, std::size_t, std::less<>> busy_;
    std::size_t taken_ = 0;
};

}  // namespace lampjack::engine
