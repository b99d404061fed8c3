// Stores as a whole: schema, backup, restore, export.

#include "engine/upkeep.h"

#include "capi/handles.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;

ljk_status ljk_store_migrate(ljk_str url, ljk_error* err) {
    return guard(err, [&] { return lampjack::engine::migrate_store(view(url), false); });
}

ljk_status ljk_store_create(ljk_str url, ljk_error* err) {
    return guard(err, [&] { return lampjack::engine::migrate_store(view(url), true); });
}

ljk_status ljk_store_backup(ljk_str url, ljk_str to, ljk_error* err) {
    return guard(err, [&] { return lampjack::engine::backup_store(view(url), view(to)); });
}

ljk_status ljk_store_restore(ljk_str url, ljk_str from, ljk_error* err) {
    return guard(err, [&] { return lampjack::engine::restore_store(view(url), view(from)); });
}

ljk_status ljk_store_export(ljk_str url, ljk_line_fn line, void* user, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        if (line == nullptr) return lampjack::fail(Code::argument, "line must not be NULL");
        LJK_CHECK(
            lampjack::engine::export_store(view(url), [&](std::string_view text) -> Result<void> {
                if (line(user, ljk_str{text.data(), text.size()}) == 0) return {};
                return lampjack::fail(Code::argument, "the export was ended by its reader");
            }));
        return {};
    });
}
