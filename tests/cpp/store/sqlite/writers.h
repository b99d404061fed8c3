#pragma once
// Writers: processes of their own that change conversations of one file and say afterwards what they were told is stored.

#include "store/store.h"
#include "support/forked_process.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lampjack::store::testing {

/// One change: which writer made it and its number there.
struct Change {
    std::uint32_t writer = 0;
    std::uint32_t number = 0;

    std::string name() const { return std::to_string(writer) + "/" + std::to_string(number); }
    /// The conversation it goes to: few, so that writers meet.
    std::string ref() const { return "shop:live:u" + std::to_string(number % 5); }
};

/// Carries acknowledgements out of processes that may be killed at any moment.
class Acknowledgements {
public:
    Acknowledgements();
    ~Acknowledgements();
    Acknowledgements(const Acknowledgements&) = delete;
    Acknowledgements& operator=(const Acknowledgements&) = delete;

    /// In the writer. One write of few bytes: all of it arrives or nothing.
    void say(Change change) const;
    /// In the parent: what has arrived so far is added to `all`; waits for more until there are at least `count`.
    void collect(std::vector<Change>& all, std::size_t count) const;

private:
    int read_end_ = -1;
    int write_end_ = -1;
};

using Process = support::ForkedProcess;

/// Commits one change with an item and an outgoing row; calls `before_commit` inside the transaction.
Result<void> commit_change(Store& store, Change change,
                           const std::function<void()>& before_commit = {});

/// What is wrong with the file after that: lost changes, changes stored twice, gaps, damage.
struct Damage {
    std::size_t lost = 0;
    std::size_t twice = 0;
    std::size_t gaps = 0;
    std::string integrity;  ///< "ok"

    bool none() const { return lost == 0 && twice == 0 && gaps == 0 && integrity == "ok"; }
};
std::ostream& operator<<(std::ostream& out, const Damage& damage);
Damage inspect(const std::string& path, const std::vector<Change>& acknowledged);

}  // namespace lampjack::store::testing
