#pragma once
// FaultyDisk: the disk below SQLite while this lives. Every file that is opened then counts its writes, syncs and
// truncations in one row, and one of them fails, or all from there on, or the power goes. A failed sync loses what was
// written since the last good one, as a kernel may that drops the pages it could not write.

#include <cstddef>
#include <cstdint>
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
    /// What a power cut leaves of that which no good sync followed. Some: any of the writes, not in their order. Torn: any
    /// sectors of them.
    enum class Remains { nothing, everything, some, torn };
    /// Counts from 1 again; at the operation of that number the power goes. Nothing reaches the disk then until repair().
    void cut_power_at(std::size_t number, Remains remains, std::uint32_t seed);
    bool is_off() const;

    void repair();
    /// The controls: a sync that fails says that all is well; every sync does nothing and says so.
    void hide_failed_syncs();
    void ignore_syncs();

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
