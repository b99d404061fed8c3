#pragma once
// Player: works on a store by a schedule drawn from a seed and writes down all it was told. The same seed must give the
// same log on every store.

#include "store/contract/store_contract.h"
#include "store/random_rows.h"

#include <string>
#include <vector>

namespace lampjack::store::testing {

class Player {
public:
    Player(Store& store, std::uint64_t seed) : store_(store), random_(seed) {}

    void play(int steps);
    const std::vector<std::string>& log() const { return log_; }

private:
    void step();
    void change();
    void edit_once(Edit& edit);
    void fence();
    void put_back();
    void erase();
    void readdress();
    void lease();
    void finish_lease();
    void lease_items();
    void finish_item();
    void settle_dead();
    void prune();
    void look();

    std::string some_ref() { return ref_of("u" + std::to_string(random_.below(5)), account()); }
    std::string account() { return random_.coin() ? "shop" : "bank"; }
    std::string subscription() { return random_.coin() ? "desk" : "bot"; }
    void note(std::string text) { log_.push_back(std::move(text)); }
    template <class T>
    void note(const std::string& what, const Result<T>& result) {
        note(what + " " + std::string(name_of(code_of(result))));
    }

    Store& store_;
    RandomRows random_;
    Millis now_ = 10'000;
    std::vector<LeasedDelivery> leases_;
    std::vector<std::pair<std::string, LeasedItem>> items_;
    std::vector<std::string> log_;
};

/// Plays, and then does what a player does not: for tests of how the store finds its rows.
void use_all(Store& store, int steps);

}  // namespace lampjack::store::testing
