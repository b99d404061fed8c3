#pragma once
// ForkGuard: tells who holds files or sockets of a fork, because a child must not share them. SQLite's handles, its table
// of locks and the lock file would be corrupted (https://sqlite.org/howtocorrupt.html, 2.6): the parent gives them back
// first, and both sides open them again when they are needed. A session with a server is closed in the child.

namespace lampjack::store {

/// What has to be told. Called on the forking thread.
class ForkListener {
public:
    virtual void before_fork() noexcept = 0;
    virtual void after_fork_in_parent() noexcept = 0;
    virtual void after_fork_in_child() noexcept = 0;

protected:
    ~ForkListener() = default;
};

/// Registers a listener for its own lifetime.
class ForkGuard {
public:
    explicit ForkGuard(ForkListener& listener);
    ~ForkGuard();
    ForkGuard(const ForkGuard&) = delete;
    ForkGuard& operator=(const ForkGuard&) = delete;

private:
    ForkListener* listener_;
};

}  // namespace lampjack::store
