#pragma once
// World: the parts of the outside a hub uses, so that a test or a simulation can put its own in their place.

#include "base/clock.h"
#include "base/random.h"
#include "store/store.h"
#include "transport/http_client.h"

#include <functional>
#include <memory>
#include <string_view>

namespace lampjack::engine {

/// Which background threads a process wants.
enum Run : unsigned { run_nothing = 0, run_sender = 1, run_timers = 2 };

/// The parts of the outside world a hub uses. Null members are the real ones.
struct World {
    std::shared_ptr<Clock> clock;
    /// Milliseconds of a clock that nobody sets. Without one of its own, `clock` is taken for that.
    std::function<Millis()> steady;
    std::shared_ptr<Random> random;
    std::shared_ptr<store::Store> store;
    std::shared_ptr<transport::HttpClient> http;
    /// One line for an operator: level ("info", "warning", "error") and text, as log_line.h describes. Called from any
    /// thread, never while a lock is held.
    std::function<void(std::string_view level, std::string_view text)> log;
};

}  // namespace lampjack::engine
