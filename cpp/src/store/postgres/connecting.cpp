#include "store/postgres/connecting.h"

#include "store/fork_guard.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>

namespace lampjack::store::postgres {
namespace {

/// As long as a connection takes at most, unless the store's URL says otherwise.
constexpr std::chrono::seconds kForkPatience{5};

class Gate final : public ForkListener {
public:
    void enter() {
        std::unique_lock lock(state_->mutex);
        state_->changed.wait(lock, [&] { return !state_->forking; });
        ++state_->inside;
    }
    void leave() noexcept {
        const std::lock_guard lock(state_->mutex);
        --state_->inside;
        state_->changed.notify_all();
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        unsigned inside = 0;
        bool forking = false;
    };

    void before_fork() noexcept override {
        std::unique_lock lock(state_->mutex);
        state_->forking = true;
        state_->changed.wait_for(lock, kForkPatience, [&] { return state_->inside == 0; });
    }
    void after_fork_in_parent() noexcept override {
        const std::lock_guard lock(state_->mutex);
        state_->forking = false;
        state_->changed.notify_all();
    }
    /// The threads that held or waited for it do not exist here: it is made anew in its place.
    void after_fork_in_child() noexcept override { new (state_) State; }

    State* const state_ = new State;
    ForkGuard guard_{*this};
};

/// Global on purpose: the libraries' locks belong to the process. Never destroyed, as the registry of fork guards is not.
/// call_once: a child of a fork meanwhile begins anew, where it would wait for ever for a static to be made.
Gate& gate() {
    static std::once_flag made;
    static Gate* only = nullptr;
    std::call_once(made, [] { only = new Gate; });
    return *only;
}

}  // namespace

Connecting::Connecting() { gate().enter(); }

Connecting::~Connecting() { gate().leave(); }

}  // namespace lampjack::store::postgres
