#pragma once
// Erasing one end user: the conversation goes back to its bot first, then everything about it is removed.

#include "engine/core.h"

#include <chrono>
#include <optional>

namespace lampjack::engine {

class Erasure {
public:
    /// Waits a part of `timeout` for readers of the store's log.
    Erasure(Core& core, std::string_view account, std::string_view user, bool force,
            std::chrono::milliseconds timeout);

    /// One step: orders what is still to be returned, erases what can go. The report when all is gone, else absent: call
    /// again when something has changed.
    Result<std::optional<std::string>> step();

private:
    struct Erased {
        std::string ref;
        std::optional<std::uint64_t> first_seq = {};  ///< of the items kept
        std::size_t items = 0, deliveries = 0, dead_letters = 0;
        std::uint64_t epoch = 0;
    };

    Result<void> find_conversations();
    Result<bool> step(const std::string& ref);
    Result<bool> erase_in(class Change& change, Erased& erased) const;
    store::LogState empty_log() const;
    std::string report() const;

    Core& core_;
    const platforms::Account* account_;
    std::string name_;
    std::string user_;
    bool force_;
    std::chrono::milliseconds timeout_;
    bool is_looked_up_ = false;
    std::vector<std::string> left_;  ///< refs that may still be there
    std::vector<Erased> erased_;
};

}  // namespace lampjack::engine
