// Which store a URL names. A new kind of store is one line in kSchemes.
#include "store/backup.h"
#include "store/memory_store.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/file_check.h"
#include "store/sqlite/restore.h"
#include "store/sqlite/sqlite_store.h"

#include <array>

namespace lampjack::store {
namespace {

struct Scheme {
    std::string_view prefix;
    std::string_view form;  ///< as it is written in a configuration
    Result<std::unique_ptr<Store>> (*open)(std::string_view url, const OpenOptions& options);
    Result<std::unique_ptr<Store>> (*open_existing)(std::string_view url,
                                                    const OpenOptions& options);
    Result<void> (*migrate)(std::string_view url, bool create);
    Result<void> (*backup)(std::string_view url, const std::string& to);
    Result<void> (*restore)(const std::string& from, std::string_view url);
};

Result<std::unique_ptr<Store>> open_memory(std::string_view url, const OpenOptions&) {
    if (url != "memory:") return fail(Code::config, "\"memory:\" takes no path");
    return std::unique_ptr<Store>(std::make_unique<MemoryStore>());
}

Result<std::string> path_of(std::string_view url) {
    std::string path(url.substr(url.find(':') + 1));
    if (path.starts_with("//"))  // as others write it; here it would be a file in the root folder
        return fail(Code::config,
                    "sqlite: takes a path behind the colon, without slashes before it: "
                    "sqlite:handover.db or sqlite:/folder/handover.db");
    return path;
}

Result<std::unique_ptr<Store>> open_sqlite(std::string_view url, const OpenOptions&) {
    LJK_TRY(path, path_of(url));
    return sqlite::open(path);
}

Result<std::unique_ptr<Store>> open_existing_sqlite(std::string_view url, const OpenOptions&) {
    LJK_TRY(path, path_of(url));
    LJK_CHECK(sqlite::check_existing(path));
    return sqlite::open(path);
}

Result<void> migrate_sqlite(std::string_view url, bool create) {
    LJK_TRY(path, path_of(url));
    if (!create && !path.empty() && !sqlite::check_existing(path))
        return fail(Code::config,
                    "there is no store at that path yet: the first hub makes it, and so does "
                    "`lampjack migrate --create`; a path without a slash in front begins in the "
                    "working folder");
    return sqlite::migrate(path);
}

Result<void> nothing_to_migrate(std::string_view, bool) { return {}; }

Result<void> backup_sqlite(std::string_view url, const std::string& to) {
    LJK_TRY(path, path_of(url));
    return sqlite::backup(path, to);
}

Result<void> point_to_pg_dump(std::string_view, const std::string&) {
    return fail(Code::config, "backup: use pg_dump for a PostgreSQL database");
}

Result<void> nothing_to_copy(std::string_view, const std::string&) {
    return fail(Code::config,
                "backup: only sqlite:PATH has a file to copy; export works for every store");
}

Result<void> restore_sqlite(const std::string& from, std::string_view url) {
    LJK_TRY(path, path_of(url));
    return sqlite::restore(from, path);
}

Result<void> point_to_pg_restore(const std::string&, std::string_view) {
    return fail(Code::config, "restore: use pg_restore for a PostgreSQL database");
}

Result<void> nothing_to_restore(const std::string&, std::string_view) {
    return fail(Code::config, "restore: only sqlite:PATH is a file that can be restored");
}

constexpr std::array kSchemes{
    Scheme{"memory:", "memory:", open_memory, open_memory, nothing_to_migrate, nothing_to_copy,
           nothing_to_restore},
    Scheme{"sqlite:", "sqlite:PATH", open_sqlite, open_existing_sqlite, migrate_sqlite,
           backup_sqlite, restore_sqlite},
    Scheme{"postgresql://", "postgresql://HOST/DATABASE", postgres::PostgresStore::open,
           postgres::PostgresStore::open_existing, postgres::PostgresStore::migrate,
           point_to_pg_dump, point_to_pg_restore},
    Scheme{"postgres://", "postgres://HOST/DATABASE", postgres::PostgresStore::open,
           postgres::PostgresStore::open_existing, postgres::PostgresStore::migrate,
           point_to_pg_dump, point_to_pg_restore},
};

Result<const Scheme*> scheme_of(std::string_view url) {
    std::string known;
    for (const Scheme& scheme : kSchemes) {
        if (url.starts_with(scheme.prefix)) return &scheme;
        known.append(known.empty() ? "\"" : ", \"").append(scheme.form).append("\"");
    }
    if (url.empty())
        return fail(Code::config,
                    "store is required, so that nobody loses data by default; known: " + known +
                        " (memory: loses everything at the process's end)");
    return fail(Code::config, "unknown store; this release knows " + known);
}

}  // namespace

Result<std::unique_ptr<Store>> open(std::string_view url, const OpenOptions& options) {
    LJK_TRY(scheme, scheme_of(url));
    return scheme->open(url, options);
}

Result<std::unique_ptr<Store>> open_existing(std::string_view url) {
    LJK_TRY(scheme, scheme_of(url));
    return scheme->open_existing(url, {});
}

Result<void> migrate(std::string_view url, bool create) {
    LJK_TRY(scheme, scheme_of(url));
    return scheme->migrate(url, create);
}

Result<void> backup(std::string_view url, const std::string& to) {
    LJK_TRY(scheme, scheme_of(url));
    return scheme->backup(url, to);
}

Result<void> restore(const std::string& from, std::string_view url) {
    LJK_TRY(scheme, scheme_of(url));
    return scheme->restore(from, url);
}

}  // namespace lampjack::store
