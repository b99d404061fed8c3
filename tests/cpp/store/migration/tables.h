#pragma once
// Tables: one durable store whose schema is taken a version further. There is no next version yet, so it is made up: this
// release's steps and one more, which adds a column, fills it for every row, and makes an index and a table.

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace lampjack::store::testing {

/// How many items the old tables hold.
inline constexpr std::int64_t kRows = 10'000;

/// What is there.
struct Found {
    std::int64_t version = 0;
    bool has_column = false;
    bool has_index = false;
    bool has_table = false;
    std::int64_t rows = 0;
    std::int64_t filled = 0;

    bool operator==(const Found&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Found& found);

/// `version` is this release's; the new one follows it.
Found old_tables(std::int64_t version);
Found new_tables(std::int64_t version);

class Tables {
public:
    virtual ~Tables() = default;

    virtual std::string url() const = 0;
    virtual std::int64_t version_of_this_release() const = 0;
    /// The old tables with their rows, as they were before the first migration.
    virtual void reset() = 0;
    /// As the next release would. `usable_by_this_release`: its tables still serve the release before it.
    virtual Result<void> migrate(bool usable_by_this_release) = 0;
    /// The same statements, each on its own.
    virtual Result<void> migrate_without_a_transaction() = 0;
    virtual Found look() = 0;
};

struct TablesKind {
    std::string name;
    std::function<std::unique_ptr<Tables>()> make;
    std::function<std::string()> why_not;
};
void PrintTo(const TablesKind& kind, std::ostream* out);

std::unique_ptr<Tables> make_sqlite_tables();
std::unique_ptr<Tables> make_postgres_tables();
std::vector<TablesKind> tables_kinds();

}  // namespace lampjack::store::testing
