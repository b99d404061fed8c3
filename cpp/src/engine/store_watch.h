#pragma once
// StoreWatch: tells an operator when the store itself needs attention, and when that is over.

#include "engine/core.h"

namespace lampjack::engine {

class StoreWatch {
public:
    explicit StoreWatch(Core& core) noexcept : core_(core) {}
    /// Asks the store once a minute. A warning that stands is repeated once an hour.
    void look();

private:
    Core& core_;
    Millis looked_ = 0, told_ = 0;
    bool warns_ = false;
};

}  // namespace lampjack::engine
