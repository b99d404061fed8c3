#include "store/migration/tables.h"

#include "support/postgres_server.h"

namespace lampjack::store::testing {

std::ostream& operator<<(std::ostream& out, const Found& found) {
    return out << "version " << found.version << (found.has_column ? ", column" : "")
               << (found.has_index ? ", index" : "") << (found.has_table ? ", table" : "") << ", "
               << found.rows << " rows, " << found.filled << " filled";
}

Found old_tables(std::int64_t version) { return {version, false, false, false, kRows, 0}; }
Found new_tables(std::int64_t version) { return {version + 1, true, true, true, kRows, kRows}; }

void PrintTo(const TablesKind& kind, std::ostream* out) { *out << kind.name; }

std::vector<TablesKind> tables_kinds() {
    return {{"sqlite", make_sqlite_tables, [] { return std::string(); }},
            {"postgresql", make_postgres_tables, support::PostgresServer::why_not}};
}

}  // namespace lampjack::store::testing
