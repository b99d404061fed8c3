#pragma once
// SessionData: which item of the array brings which session data. The vendor's page ("Altering the session") knows data
// beside a message or an action only, so an event of kind `session` travels with another item of its user.

#include "model/batch.h"

#include <span>
#include <vector>

namespace lampjack::platforms::chatlayer_app {

class SessionData {
public:
    /// `batch` must outlive it.
    explicit SessionData(const model::Batch& batch);

    /// Whether that root is session data which another root brings.
    bool travels(std::size_t root) const noexcept { return travels_[root]; }
    /// What that root brings, later ones win; empty when it brings nothing but its own.
    std::span<const model::Chain> of(std::size_t root) const noexcept { return chains_[root]; }

private:
    std::vector<bool> travels_;
    std::vector<std::vector<model::Chain>> chains_;
};

}  // namespace lampjack::platforms::chatlayer_app
