#pragma once
// The hub's keys: one row each, with the member of Config that it sets.

#include "engine/config.h"
#include "platforms/setting.h"
#include "json/value.h"

#include <span>

namespace lampjack::engine {

struct HubKey {
    platforms::Setting row;
    /// Puts a checked value into its member. Null for `account`: its tables have rows of their own.
    void (*set)(Config&, const json::Value&) = nullptr;
    /// The member as a row's `fallback` is written; by it a test holds the table's defaults against Config's.
    std::string (*get)(const Config&) = nullptr;
};

std::span<const HubKey> hub_keys() noexcept;

}  // namespace lampjack::engine
