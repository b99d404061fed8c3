#pragma once
// Which journal a version of SQLite may be trusted with.

#include <cstdint>

namespace lampjack::store::sqlite {

enum class Journal {
    rollback,  ///< TRUNCATE, synchronous=EXTRA
    wal,       ///< synchronous=FULL
};

/// A write-ahead log that is larger cannot be emptied; that is worth a warning.
inline constexpr std::int64_t kLargestLog = 64 << 20;
/// Pages of a log from which on they are moved into the file, as many as SQLite takes by itself.
inline constexpr int kPagesOfLog = 1000;

/// Versions 3.7.0 to 3.51.2 may lose commits when a checkpoint meets a restart of the write-ahead log
/// (https://sqlite.org/wal.html, "The WAL-reset bug"). The rollback journal is not affected.
constexpr Journal journal_for(int library_version) noexcept {
    constexpr int kFirstSound = 3'051'003, kWithdrawn = 3'052'000;
    constexpr int kBackports[] = {3'044'006, 3'050'007};
    for (const int backport : kBackports)
        if (library_version >= backport && library_version / 1000 == backport / 1000)
            return Journal::wal;
    const bool sound = library_version >= kFirstSound && library_version != kWithdrawn;
    return sound ? Journal::wal : Journal::rollback;
}

}  // namespace lampjack::store::sqlite
