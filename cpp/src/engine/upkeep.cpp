#include "engine/upkeep.h"

#include "store/backup.h"
#include "store/export.h"
#include "store/store.h"

namespace lampjack::engine {

Result<void> migrate_store(std::string_view url, bool create) {
    return store::migrate(url, create);
}

Result<void> check_store(std::string_view url) {
    LJK_TRY(opened, store::open_existing(url));
    (void)opened;
    return {};
}

Result<void> backup_store(std::string_view url, std::string_view to) {
    if (to.empty()) return fail(Code::argument, "the backup needs a file to be written to");
    return store::backup(url, std::string(to));
}

Result<void> restore_store(std::string_view url, std::string_view from) {
    if (from.empty()) return fail(Code::argument, "restore needs the backup's file");
    return store::restore(std::string(from), url);
}

Result<std::size_t> export_store(std::string_view url,
                                 const std::function<Result<void>(std::string_view)>& write) {
    LJK_TRY(opened, store::open_existing(url));
    return store::export_lines(*opened, write);
}

}  // namespace lampjack::engine
