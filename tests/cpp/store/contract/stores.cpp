#include "store/contract/stores.h"

#include "store/sqlite/sqlite_store.h"
#include "support/postgres_server.h"
#include "support/temporary_folder.h"

namespace lampjack::store::testing {
namespace {

class Memory final : public Place {
public:
    std::string url() const override { return "memory:"; }
};

class SqliteFile final : public Place {
public:
    std::string url() const override { return "sqlite:" + folder_.path("store.db"); }

private:
    lampjack::testing::TemporaryFolder folder_;
};

/// A database of its own on the server that all tests of this program share.
class PostgresDatabase final : public Place {
public:
    ~PostgresDatabase() override { server_.empty_database(name_); }
    std::string url() const override { return server_.url(name_); }

private:
    support::PostgresServer& server_ = support::PostgresServer::shared();
    std::string name_ = server_.make_database();
};

template <class P>
std::unique_ptr<Place> make() {
    return std::make_unique<P>();
}

Result<std::unique_ptr<Store>> open_by_url(const std::string& url) { return open(url); }

/// The journal that store::open() does not choose with this machine's SQLite must keep the contract as well. One
/// connection at a time writes here, so the bug of older versions cannot show.
template <sqlite::Journal journal>
Result<std::unique_ptr<Store>> open_with(const std::string& url) {
    return sqlite::open(url.substr(url.find(':') + 1), journal);
}

}  // namespace

void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

std::vector<StoreKind> store_kinds() {
    return {
        {"memory", false, make<Memory>, open_by_url},
        {"sqlite", true, make<SqliteFile>, open_by_url},
        {"sqlite_rollback", true, make<SqliteFile>, open_with<sqlite::Journal::rollback>},
        {"sqlite_wal", true, make<SqliteFile>, open_with<sqlite::Journal::wal>},
        {"postgresql", true, make<PostgresDatabase>, open_by_url, support::PostgresServer::why_not},
    };
}

}  // namespace lampjack::store::testing
