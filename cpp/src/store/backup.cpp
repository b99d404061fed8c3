#include "store/backup.h"

#include "store/sqlite/backup.h"

namespace lampjack::store {

Result<void> backup(std::string_view url, const std::string& to) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (url.starts_with(kSqlite))
        return sqlite::backup(std::string(url.substr(kSqlite.size())), to);
    if (url.starts_with("postgres"))
        return fail(Code::config, "backup: use pg_dump for a PostgreSQL database");
    return fail(Code::config,
                "backup: only sqlite:PATH has a file to copy; export works for every store");
}

}  // namespace lampjack::store
