// Stores as a whole: schema, backup, restore, export.

#include "engine/upkeep.h"

#include "capi/handles.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;

namespace engine = lampjack::engine;

ljk_status ljk_store_migrate(ljk_str url, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_TRY(store, need_utf8(url, "url"));
        return engine::migrate_store(store, false);
    });
}

ljk_status ljk_store_create(ljk_str url, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_TRY(store, need_utf8(url, "url"));
        return engine::migrate_store(store, true);
    });
}

ljk_status ljk_store_backup(ljk_str url, ljk_str to, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_TRY(store, need_utf8(url, "url"));
        LJK_TRY(file, need_utf8(to, "to"));
        return engine::backup_store(store, file);
    });
}

ljk_status ljk_store_restore(ljk_str url, ljk_str from, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_TRY(store, need_utf8(url, "url"));
        LJK_TRY(file, need_utf8(from, "from"));
        return engine::restore_store(store, file);
    });
}

ljk_status ljk_store_export(ljk_str url, ljk_line_fn line, void* user, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        if (line == nullptr) return lampjack::fail(Code::argument, "line must not be NULL");
        LJK_TRY(store, need_utf8(url, "url"));
        LJK_CHECK(engine::export_store(store, [&](std::string_view text) -> Result<void> {
            if (line(user, ljk_str{text.data(), text.size()}) == 0) return {};
            return lampjack::fail(Code::argument, "the export was ended by its reader");
        }));
        return {};
    });
}
