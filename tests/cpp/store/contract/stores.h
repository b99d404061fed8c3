#pragma once
// The stores the contract is run on, and how each is opened, closed and opened again.

#include "store/store.h"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace lampjack::store::testing {

/// Where one test keeps its store. Its destruction removes whatever was kept there.
class Place {
public:
    virtual ~Place() = default;
    virtual std::string url() const = 0;
};

struct StoreKind {
    std::string name;      ///< part of the test's name
    bool durable = false;  ///< what was committed is there when it is opened again
    std::function<std::unique_ptr<Place>()> make_place;
    std::function<Result<std::unique_ptr<Store>>(const std::string& url)> open;
    /// Why it cannot run on this machine, or nothing; absent where it always can.
    std::function<std::string()> why_not = {};
};

void PrintTo(const StoreKind& kind, std::ostream* out);

/// All of them; a store of another kind is added here.
std::vector<StoreKind> store_kinds();

}  // namespace lampjack::store::testing
