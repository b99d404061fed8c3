#include "store/postgres/sql_error.h"

#include <string>

namespace lampjack::store::postgres {
namespace {

struct Meaning {
    std::string_view prefix;  ///< of the SQLSTATE; the first match counts
    Code code;
    std::string_view next;  ///< the step to take, or nothing
};

constexpr Meaning kMeanings[] = {
    // Nothing of the transaction took effect; the next try may.
    {"40", Code::conflict, ""},     // serialisation failure, deadlock
    {"55P03", Code::conflict, ""},  // the lock was not free in time
    {"57014", Code::conflict, ""},  // took too long
    {"25P0", Code::conflict, ""},   // idle in a transaction for too long; a failed transaction
    // The connection is gone, and with it what was open on it; a COMMIT under way may have taken effect.
    {"08", Code::conflict, ""},
    {"57P01", Code::conflict, ""},
    {"57P02", Code::conflict, ""},
    {"57P05", Code::conflict, ""},
    {"57P03", Code::store, ""},  // starting up or shutting down
    {"25006", Code::store, "the server is read-only: is it a standby?"},
    {"53", Code::store, ""},  // out of connections, memory or disk
    {"58", Code::store, ""},
    {"28", Code::config, "check the user and the password in the store's URL"},
    {"3D", Code::config, "create the database, or correct its name in the store's URL"},
    {"42501", Code::config, "grant this role the rights on Lampjack's tables"},
    {"42P01", Code::config, "run `lampjack migrate` for this store"},
    {"3F", Code::config, "correct search_path in the store's URL"},
    {"22", Code::argument, ""},
};

}  // namespace

Error connection_lost() { return fail(Code::conflict, "the connection to PostgreSQL was lost"); }

Error error_of(std::string_view sqlstate, std::string_view text) {
    const Meaning* meaning = nullptr;
    for (const Meaning& one : kMeanings)
        if (meaning == nullptr && sqlstate.starts_with(one.prefix)) meaning = &one;
    std::string message = "PostgreSQL: ";
    // Class 22 and 23 may quote the value that was refused.
    const bool quotes = sqlstate.starts_with("22") || sqlstate.starts_with("23");
    message.append(quotes || text.empty() ? "a value was refused" : text);
    if (!sqlstate.empty()) message.append(" (").append(sqlstate).append(")");
    if (meaning != nullptr && !meaning->next.empty()) message.append(": ").append(meaning->next);
    for (char& one : message)
        if (one == '\n' || one == '\r') one = ' ';
    return fail(meaning == nullptr ? Code::store : meaning->code, std::move(message));
}

bool ends_connection(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
           sqlstate.starts_with("25P03") || sqlstate.starts_with("25006");
}

}  // namespace lampjack::store::postgres
