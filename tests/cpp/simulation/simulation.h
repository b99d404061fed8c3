#pragma once
// Simulation: the real engine, several hubs on one store, under a virtual clock, a virtual network, store faults and crashes.
// One thread, every choice from one seed: the same seed is the same run, step for step.

#include "fault_store.h"
#include "network.h"
#include "vendor.h"

#include "engine/hub.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lampjack::simulation {

struct Options {
    std::uint64_t seed = 1;
    std::size_t steps = 400;
    std::size_t hubs = 2;
    std::size_t sessions = 3;  ///< of each of the two accounts
    std::size_t tail = 60;     ///< how many lines of what happened are kept
    bool store_faults = true;  ///< also processes that are cut off for a while
    bool crashes = true;
    /// The store under test, opened once for the run; memory when empty.
    std::function<std::shared_ptr<store::Store>()> open_store;
    Sabotage sabotage =
        Sabotage::none;  ///< switches a protection off: the run must then find a violation
};

struct Outcome {
    std::string violation;          ///< empty: all invariants held after every step
    std::size_t step = 0;           ///< at which it was found
    std::uint64_t trace = 0;        ///< a hash of everything that happened
    std::vector<std::string> tail;  ///< the last lines of what happened
    std::string event_log;          ///< every item of every conversation, for comparing stores
    std::size_t acknowledged = 0, replies = 0, effects = 0, crashes = 0, faults = 0, partitions = 0,
                operations = 0, erased = 0, refusals = 0, stops = 0;
    std::size_t muted = 0;  ///< bots that were found muted when everything had healed for a while
};

Outcome run(const Options& options);

}  // namespace lampjack::simulation
