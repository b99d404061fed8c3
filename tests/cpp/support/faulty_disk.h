#pragma once
// FaultyDisk: the disk below SQLite while this lives. Every file that is opened then counts its writes, syncs and
// truncations in one row, and one of them fails, or all from there on. A failed sync loses what was written since the
// last good one, as a kernel may that drops the pages it could not write.

#include <cstddef>
#include <memory>

namespace lampjack::support {

class FaultyDisk {
public:
    /// How a write fails. Syncs and truncations have one way only.
    enum class Failure { io_error, short_write, full };

    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    /// Counts from 1 again; the operation of that number fails.
    void fail_at(std::size_t number, Failure failure, bool for_good);
    void repair();
    /// The control: a sync that fails says that all is well.
    void hide_failed_syncs();

    std::size_t operations() const;
    std::size_t failures() const;
    std::size_t failed_syncs() const;
    /// Open files whose sync failed: nobody may rely on them any more.
    std::size_t distrusted_files() const;

private:
    struct State;
    struct Methods;
    std::unique_ptr<State> state_;
};

}  // namespace lampjack::support
