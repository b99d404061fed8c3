// Opening a SqliteStore, and reading from it.
#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/file_check.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_tx.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <sqlite3.h>

namespace lampjack::store::sqlite {
namespace {

/// Strict tables, the newest thing the schema needs.
constexpr int kOldestLibrary = 3'037'000;

Error no_conversation() { return fail(Code::not_found, "no such conversation"); }
Error no_delivery() { return fail(Code::not_found, "no such delivery"); }

Result<void> check_place(const std::string& path) {
    if (sqlite3_libversion_number() < kOldestLibrary)
        return fail(Code::config, "store sqlite: SQLite " + std::string(library_version()) +
                                      " is too old: install 3.37 or later");
    return check_file(path);
}

Result<bool> exists(Connection& db, const ConversationKey& key) {
    LJK_TRY(found, db.query("SELECT 1 FROM conversation WHERE key = ? AND state >= 0"));
    return found.blob(key).next();
}

void keep_newest(std::vector<ConversationRow>& rows, std::size_t limit) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.touched > b.touched; });
    if (rows.size() > limit) rows.resize(limit);
}

Result<void> add_conversations(Statement& found, std::vector<ConversationRow>& rows) {
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) break;
        LJK_TRY(row, read_conversation(found));
        rows.push_back(std::move(row));
    }
    found.rewind();
    return {};
}

/// One look into the index for each account: the conversations of others are not passed over.
Result<void> add_newest(Connection& db, conversation::State state, std::size_t limit,
                        const OfAccounts& of, std::vector<ConversationRow>& rows) {
    if (!of) {
        LJK_TRY(all,
                db.query("SELECT " LJK_CONVERSATION_COLUMNS " FROM conversation WHERE state = ? "
                         "ORDER BY touched_minute DESC, touched DESC LIMIT ?"));
        return add_conversations(all.word(state).integer(sql_limit(limit)), rows);
    }
    LJK_TRY(own, db.query("SELECT " LJK_CONVERSATION_COLUMNS
                          " FROM conversation INDEXED BY conversation_account "
                          "WHERE account = ? AND state = ? "
                          "ORDER BY touched_minute DESC, touched DESC LIMIT ?"));
    for (const std::string& account : *of) {
        LJK_CHECK(add_conversations(own.text(account).word(state).integer(sql_limit(limit)), rows));
        if (rows.size() > limit) keep_newest(rows, limit);
    }
    return {};
}

Result<void> add_deliveries(Statement& found, const OfAccounts& of, std::size_t limit,
                            std::vector<Delivery>& rows) {
    while (rows.size() < limit) {
        LJK_TRY(more, found.next());
        if (!more) break;
        std::string account = found.string_at(kOutboxColumns + 1);
        if (is_of(of, account))
            rows.push_back(
                {found.string_at(kOutboxColumns), std::move(account), read_outbox(found)});
    }
    found.rewind();
    return {};
}

/// What is pending of these accounts, by the index of each.
Result<std::vector<Delivery>> pending_of(Connection& db, std::span<const std::string> accounts,
                                         std::size_t limit) {
    LJK_TRY(found, db.query("SELECT " LJK_OUTBOX_COLUMNS ", ref, outbox.account "
                            "FROM outbox INDEXED BY outbox_pending "
                            "JOIN conversation ON key = conversation "
                            "WHERE outbox.account = ? AND status = 0 "
                            "ORDER BY created, ref, oseq LIMIT ?"));
    const auto oldest_first = [](const Delivery& a, const Delivery& b) {
        return std::tie(a.row.created, a.ref, a.row.oseq) <
               std::tie(b.row.created, b.ref, b.row.oseq);
    };
    std::vector<Delivery> all;
    for (const std::string& account : accounts) {
        std::vector<Delivery> own;
        found.text(account).integer(sql_limit(limit));
        LJK_CHECK(add_deliveries(found, {}, limit, own));
        std::move(own.begin(), own.end(), std::back_inserter(all));
        std::sort(all.begin(), all.end(), oldest_first);
        if (all.size() > limit) all.resize(limit);
    }
    return all;
}

/// A damaged file is no use waiting for: at the start that is a matter of configuration.
Error at_start(Error error) {
    if (error.message.find("damaged") != std::string::npos) error.code = Code::config;
    return error;
}

}  // namespace

Journal journal_in_use() noexcept { return journal_for(sqlite3_libversion_number()); }
std::string_view library_version() noexcept { return sqlite3_libversion(); }

Result<std::unique_ptr<Store>> open(std::string path) {
    return open(std::move(path), journal_in_use());
}

Result<std::unique_ptr<Store>> open(std::string path, Journal journal,
                                    std::chrono::milliseconds patience) {
    LJK_CHECK(check_place(path));
    auto store = std::make_unique<SqliteStore>(std::move(path), journal, patience);
    if (Result<void> usable = store->check(); !usable) return at_start(usable.error());
    return std::unique_ptr<Store>(std::move(store));
}

Result<void> migrate(std::string path, const Schema& schema) {
    LJK_CHECK(check_place(path));
    Session session(std::move(path), journal_in_use());
    LJK_TRY(access, session.write());
    LJK_TRY(db, access.connection());
    LJK_CHECK(migrate_schema(*db, schema));
    return access.commit();
}

Result<void> SqliteStore::check() {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_CHECK(check_schema(*db));
    return access.commit();
}

std::uint64_t SqliteStore::new_token() {
    return (random_.next() >> 1) | 1;  // never 0, and positive in SQL
}

Result<std::unique_ptr<Tx>> SqliteStore::begin() {
    LJK_TRY(access, session_.write());
    return std::unique_ptr<Tx>(std::make_unique<SqliteTx>(std::move(access)));
}

Result<ConversationRow> SqliteStore::conversation(const ConversationKey& key) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT " LJK_CONVERSATION_COLUMNS
                             " FROM conversation WHERE key = ? AND state >= 0"));
    LJK_TRY(there, found.blob(key).next());
    if (!there) return no_conversation();
    LJK_TRY(row, read_conversation(found));
    if (!row.state.seen()) return no_conversation();
    return std::move(row);
}

Result<std::vector<ConversationRow>> SqliteStore::conversations(std::string_view state,
                                                                std::size_t limit, OfAccounts of) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    std::vector<ConversationRow> rows;
    for (std::size_t one = 0; one < conversation::kStateCount; ++one) {
        const auto wanted = static_cast<conversation::State>(one);
        if (!state.empty() && conversation::name_of(wanted) != state) continue;
        LJK_CHECK(add_newest(*db, wanted, limit, of, rows));
    }
    keep_newest(rows, limit);
    return rows;
}

Result<std::vector<std::string>> SqliteStore::accounts() {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(next, db->query("SELECT min(account) FROM conversation INDEXED BY conversation_account "
                            "WHERE account > ?"));
    std::vector<std::string> names{std::string{}};
    for (;;) {
        LJK_TRY(row, next.text(names.back()).next());
        if (!row || next.is_null(0)) break;
        std::string name = next.string_at(0);
        next.rewind();
        names.push_back(std::move(name));
    }
    names.erase(names.begin());
    return names;
}

Result<std::vector<std::string>> SqliteStore::conversations_of(const UserKey& user) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT ref FROM conversation WHERE user = ? ORDER BY ref"));
    found.blob(user);
    std::vector<std::string> refs;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return refs;
        refs.push_back(found.string_at(0));
    }
}

Result<std::vector<ItemRow>> SqliteStore::items(const ConversationKey& key, std::uint64_t after,
                                                std::size_t limit) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(there, exists(*db, key));
    if (!there) return no_conversation();
    LJK_TRY(found, db->query("SELECT " LJK_ITEM_COLUMNS " FROM item "
                             "WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?"));
    found.blob(key).number(after).integer(sql_limit(limit));
    std::vector<ItemRow> items;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return items;
        items.push_back(read_item(found));
    }
}

Result<OutboxRow> SqliteStore::delivery(std::string_view id, std::string& ref) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS ", ref FROM outbox "
                             "JOIN conversation ON key = conversation WHERE id = ?"));
    LJK_TRY(there, found.text(id).next());
    if (!there) return no_delivery();
    ref = found.string_at(kOutboxColumns);
    return read_outbox(found);
}

Result<std::vector<OutboxRow>> SqliteStore::deliveries(const ConversationKey& key) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(there, exists(*db, key));
    if (!there) return no_conversation();
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE conversation = ? ORDER BY oseq"));
    found.blob(key);
    std::vector<OutboxRow> rows;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return rows;
        rows.push_back(read_outbox(found));
    }
}

Result<std::vector<Delivery>> SqliteStore::deliveries_by(DeliveryStatus status, std::size_t limit,
                                                         OfAccounts of) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    if (of && status == DeliveryStatus::pending) return pending_of(*db, *of, limit);
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS ", ref, outbox.account FROM outbox "
                             "JOIN conversation ON key = conversation WHERE status = ? "
                             "ORDER BY created, ref, oseq LIMIT ?"));
    found.word(status).integer(of ? -1 : sql_limit(limit));
    std::vector<Delivery> deliveries;
    LJK_CHECK(add_deliveries(found, of, limit, deliveries));
    return deliveries;
}

Result<std::size_t> SqliteStore::pending_count(std::string_view account) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT count(*) FROM outbox WHERE account = ? AND status = 0"));
    LJK_TRY(row, found.text(account).next());
    return row ? static_cast<std::size_t>(found.integer_at(0)) : std::size_t{0};
}

}  // namespace lampjack::store::sqlite
