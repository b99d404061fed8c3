#include "store/fork_guard.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include <pthread.h>

namespace lampjack::store {
namespace {

// Global on purpose: pthread_atfork takes plain functions. Never destroyed, because a fork may come after main() is over.
struct Registry {
    std::mutex mutex;
    std::vector<ForkListener*> listeners;
};

Registry& registry();

void before() {
    registry().mutex.lock();
    for (ForkListener* one : registry().listeners) one->before_fork();
}
void in_parent() {
    for (ForkListener* one : registry().listeners) one->after_fork_in_parent();
    registry().mutex.unlock();
}
void in_child() {
    for (ForkListener* one : registry().listeners) one->after_fork_in_child();
    registry().mutex.unlock();
}

/// call_once: a child of a fork meanwhile begins anew, where it would wait for ever for a static to be made.
Registry& registry() {
    static std::once_flag made;
    static Registry* only = nullptr;
    std::call_once(made, [] {
        only = new Registry;
        pthread_atfork(before, in_parent, in_child);
    });
    return *only;
}

}  // namespace

ForkGuard::ForkGuard(ForkListener& listener) : listener_(&listener) {
    std::lock_guard lock(registry().mutex);
    registry().listeners.push_back(listener_);
}

ForkGuard::~ForkGuard() {
    std::lock_guard lock(registry().mutex);
    std::erase(registry().listeners, listener_);
}

}  // namespace lampjack::store
