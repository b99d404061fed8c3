#include "store/sqlite/statement.h"

#include "store/sqlite/connection.h"

#include <sqlite3.h>

namespace lampjack::store::sqlite {

Statement::~Statement() {
    if (prepared_ != nullptr) rewind();
}

void Statement::rewind() noexcept {
    sqlite3_reset(prepared_);
    sqlite3_clear_bindings(prepared_);
    bound_ = 0;
    bind_error_ = 0;
}

Statement& Statement::integer(std::int64_t value) {
    note(sqlite3_bind_int64(prepared_, ++bound_, value));
    return *this;
}

Statement& Statement::text(std::string_view value) {
    const char* data = value.data() != nullptr ? value.data() : "";
    note(sqlite3_bind_text64(prepared_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::blob(std::string_view value) {
    const char* data = value.data() != nullptr ? value.data() : "";
    note(sqlite3_bind_blob64(prepared_, ++bound_, data, value.size(), SQLITE_STATIC));
    return *this;
}

Statement& Statement::null() {
    note(sqlite3_bind_null(prepared_, ++bound_));
    return *this;
}

Result<bool> Statement::next() {
    if (bind_error_ != 0) return connection_->error(bind_error_);
    const int result = sqlite3_step(prepared_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return connection_->error(result);
}

Result<std::int64_t> Statement::run() {
    LJK_TRY(row, next());
    static_cast<void>(row);
    return connection_->changes();
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(prepared_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer_at(int column) const {
    return sqlite3_column_int64(prepared_, column);
}

std::string_view Statement::text_at(int column) const {
    const void* data = sqlite3_column_blob(prepared_, column);
    const int size = sqlite3_column_bytes(prepared_, column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

}  // namespace lampjack::store::sqlite
