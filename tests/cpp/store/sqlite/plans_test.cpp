// Every statement that runs in the course of the day finds its rows by an index, also in a file of years.

#include "store/contract/player.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <set>
#include <sstream>

#include <sqlite3.h>

namespace lampjack::store::testing {
namespace {

/// The statements of all connections opened while it lives.
class Statements {
public:
    Statements() {
        all().clear();
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
    }
    ~Statements() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
    static std::set<std::string>& all() {
        static std::set<std::string> statements;
        return statements;
    }

private:
    static int watch(sqlite3* handle, char**, const void*) {
        return sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, note, nullptr);
    }
    static int note(unsigned, void*, void* statement, void*) {
        if (const char* sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement))) all().insert(sql);
        return 0;
    }
};

/// The steps of its plan, one a line.
std::string plan_of(sqlite3* handle, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const std::string asked = "EXPLAIN QUERY PLAN " + sql;
    if (sqlite3_prepare_v2(handle, asked.c_str(), -1, &statement, nullptr) != SQLITE_OK) return {};
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW)
        plan +=
            std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3))) + "\n";
    sqlite3_finalize(statement);
    return plan;
}

/// Tables with few rows, and what a new subscription asks for once.
bool may_scan(const std::string& sql, const std::string& step) {
    for (const char* few : {"SCAN subscription", "SCAN holder", "SCAN account_fact",
                            "SCAN lampjack_meta", "SCAN sqlite_schema", "SCAN CONSTANT ROW"})
        if (step.starts_with(few)) return true;
    return sql.find("min(seq), 0, 0, min(received)") != std::string::npos;
}

/// The first step that reads a whole table; empty when there is none.
std::string scan_in(const std::string& sql, const std::string& plan) {
    std::istringstream steps(plan);
    for (std::string step; std::getline(steps, step);) {
        const bool whole = step.starts_with("SCAN") && step.find(" USING ") == std::string::npos;
        if (whole && !may_scan(sql, step)) return step;
    }
    return {};
}

TEST(SqlitePlans, no_statement_reads_a_whole_table) {
    const lampjack::testing::TemporaryFolder folder;
    const std::string path = folder.path("store.db");
    const Statements statements;
    const auto store = must(sqlite::open(path));
    use_all(*store, 1500);
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    const std::set<std::string> seen = Statements::all();
    EXPECT_GT(seen.size(), 60U) << "the store did next to nothing";
    for (const std::string& sql : seen) {
        const std::string plan = plan_of(handle, sql);
        EXPECT_EQ(scan_in(sql, plan), "") << sql << "\n" << plan;
    }
    const std::string whole = "SELECT * FROM item_lane WHERE token = 1";
    EXPECT_NE(scan_in(whole, plan_of(handle, whole)), "") << "the control: a scan would be seen";
    sqlite3_close(handle);
}

}  // namespace
}  // namespace lampjack::store::testing
