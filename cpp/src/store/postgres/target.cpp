#include "store/postgres/target.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace lampjack::store::postgres {
namespace {

// The defaults find out within a minute that the other side is gone; libpq's own never do.
constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
    {"connect_timeout", "5"},      {"application_name", "lampjack"},
    {"client_encoding", "UTF8"},   {"keepalives_idle", "15"},
    {"keepalives_interval", "5"},  {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"}, {"target_session_attrs", "read-write"},
};

constexpr std::string_view kServerFull =
    "the server has no connection left: raise its max_connections, lower store_connections, or "
    "run fewer processes";

struct Sign {
    std::string_view text;  ///< as the server or libpq writes it, in English
    Code code;
    std::string_view meaning;
};

/// A failed connection has no SQLSTATE in libpq; what is not known here is taken for a server that is away.
constexpr Sign kSigns[] = {
    {"too many clients", Code::store, kServerFull},
    {"too many connections for ", Code::store, kServerFull},
    {"connection slots are reserved", Code::store, kServerFull},
    {"password authentication failed", Code::config,
     "the server refuses the user or the password: check the store's URL"},
    {"no password supplied", Code::config,
     "the server asks for a password: add it to the store's URL, or use a passfile"},
    {"no pg_hba.conf entry", Code::config,
     "the server does not let this user in from this machine: add a line to its pg_hba.conf"},
    {"role \"", Code::config, "the server does not know the user: check the store's URL"},
    {"database \"", Code::config,
     "the database does not exist or may not be entered: create it, or correct the store's URL"},
    {"authentication failed", Code::config,
     "the server refuses the user: check the store's URL and the server's pg_hba.conf"},
    {"server does not support SSL", Code::config,
     "the URL asks for TLS and the server has none: set it up there, or change sslmode"},
    {"certificate verify failed", Code::config,
     "the server's certificate is not trusted: set sslrootcert in the store's URL"},
    {"session is read-only", Code::store,
     "the server is read-only: is it a standby? Name all hosts in the store's URL"},
    {"the database system is", Code::store, "the server is starting or stopping"},
    {"server version", Code::config, "the server is too old: Lampjack needs release 13 or newer"},
};

}  // namespace

Result<Target> Target::read(const LibPq& pq, std::string_view url) {
    char* ignored =
        nullptr;  // libpq's message quotes the piece it stumbled over, which may be the password
    const std::unique_ptr<PQconninfoOption, decltype(&::PQconninfoFree)> options(
        pq.PQconninfoParse(std::string(url).c_str(), &ignored), pq.PQconninfoFree);
    if (ignored != nullptr) pq.PQfreemem(ignored);
    if (!options)
        return fail(Code::config,
                    "the store's URL cannot be read; its form is "
                    "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full, with signs "
                    "other than letters and digits in the password percent-encoded");
    Target target;
    for (const PQconninfoOption* one = options.get(); one->keyword != nullptr; ++one) {
        if (one->val == nullptr || one->val[0] == '\0') continue;
        target.set(one->keyword, one->val);
    }
    for (const auto& [keyword, value] : kDefaults) target.set_default(keyword, value);
    return target;
}

void Target::set(std::string keyword, std::string value) {
    keywords_.push_back(std::move(keyword));
    values_.emplace_back(std::move(value));
}

void Target::set_default(std::string_view keyword, std::string_view value) {
    if (!has(keyword)) set(std::string(keyword), std::string(value));
}

bool Target::has(std::string_view keyword) const noexcept {
    return std::find(keywords_.begin(), keywords_.end(), keyword) != keywords_.end();
}

std::vector<const char*> Target::keywords() const {
    std::vector<const char*> pointers;
    for (const std::string& one : keywords_) pointers.push_back(one.c_str());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<const char*> Target::values() const {
    std::vector<const char*> pointers;
    for (const Secret& one : values_) pointers.push_back(one.reveal().data());  // ends in a NUL
    pointers.push_back(nullptr);
    return pointers;
}

Error connect_error(std::string_view text) {
    for (const Sign& sign : kSigns)
        if (text.find(sign.text) != std::string_view::npos)
            return fail(sign.code, "PostgreSQL: " + std::string(sign.meaning));
    return fail(Code::store, "PostgreSQL cannot be reached: is the server running, and do host and "
                             "port in the store's URL lead to it?");
}

bool is_server_full(const Error& error) noexcept {
    return std::string_view(error.message).ends_with(kServerFull);
}

}  // namespace lampjack::store::postgres
