// The conversation's side of a transaction: its row, its items, its answers.
#include "store/sqlite/sqlite_tx.h"

#include "store/row_codec.h"
#include "store/sqlite/rows.h"

#include <algorithm>
#include <ranges>

namespace lampjack::store::sqlite {
namespace {

constexpr std::int64_t kErased = -1;
constexpr Millis kMinute = 60'000;

/// A statement without values, prepared once.
Result<void> step(Connection& db, const char* sql) {
    LJK_TRY(statement, db.query(sql));
    LJK_CHECK(statement.next());
    return {};
}

}  // namespace

Result<bool> SqliteTx::lock(const ConversationKey& key, ConversationRow& out) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_CONVERSATION_COLUMNS
                             ", state FROM conversation WHERE key = ?"));
    out = ConversationRow{};
    LJK_TRY(exists, found.blob(key).next());
    if (!exists) return false;
    if (found.integer_at(8) == kErased) {
        out.next_seq = found.number_at(4);
        out.next_out = found.number_at(5);
        out.retired_epoch = found.number_at(6);
        return false;
    }
    LJK_TRY(row, read_conversation(found));
    out = std::move(row);
    accounts_[key] = out.account;
    indexed_[key] = indexed(out);
    return true;
}

Result<std::string> SqliteTx::account_of(Connection& db, const ConversationKey& key) {
    if (const auto known = accounts_.find(key); known != accounts_.end()) return known->second;
    LJK_TRY(found, db.query("SELECT account FROM conversation WHERE key = ?"));
    LJK_TRY(exists, found.blob(key).next());
    return accounts_[key] = exists ? found.string_at(0) : std::string{};
}

Result<std::vector<std::uint64_t>> SqliteTx::known(const ConversationKey& key,
                                                   std::span<const model::ItemKey> keys) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT seq FROM item_key WHERE conversation = ? AND item = ?"));
    std::vector<std::uint64_t> seqs(keys.size(), 0);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        LJK_TRY(exists, found.blob(key).blob(keys[i]).next());
        if (exists) seqs[i] = found.number_at(0);
        found.rewind();
    }
    return seqs;
}

Result<void> SqliteTx::append(const ConversationKey& key, const ItemRow& item,
                              std::span<const model::ItemKey> keys) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(insert, db->query("INSERT INTO item (conversation, " LJK_ITEM_COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.blob(key);
    bind(insert, item);
    LJK_CHECK(insert.run());
    if (item.merge) LJK_CHECK(put_merge(key, item.seq, *item.merge));
    LJK_TRY(name, db->query("INSERT INTO item_key (conversation, item, seq, seen) "
                            "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"));
    for (const model::ItemKey& one : keys) {
        LJK_CHECK(name.blob(key).blob(one).number(item.seq).integer(item.received).run());
        name.rewind();
    }
    appended_.push_back({key, item.seq, item.to, item.kind, item.flags});
    return {};
}

Result<void> SqliteTx::alias(const ConversationKey& key, const model::ItemKey& item,
                             std::uint64_t seq) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(name, db->query("INSERT INTO item_key (conversation, item, seq, seen) "
                            "VALUES (?1, ?2, ?3, coalesce("
                            "(SELECT received FROM item WHERE conversation = ?1 AND seq = ?3), "
                            "(SELECT touched FROM conversation WHERE key = ?1), 0)) "
                            "ON CONFLICT DO NOTHING"));
    LJK_CHECK(name.blob(key).blob(item).number(seq).run());
    return {};
}

Result<std::optional<KnownCommand>> SqliteTx::known_command(const ConversationKey& key,
                                                            const model::ItemKey& command) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT seq, hash FROM item_key WHERE conversation = ? AND item = ?"));
    LJK_TRY(exists, found.blob(key).blob(command).next());
    if (!exists) return std::optional<KnownCommand>{};
    KnownCommand known{found.number_at(0), {}};
    if (!found.is_null(1)) known.content = key_at(found, 1);
    return std::optional(known);
}

Result<void> SqliteTx::remember_command(const ConversationKey& key, const model::ItemKey& command,
                                        std::uint64_t seq, const model::ItemKey& content) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(name, db->query("INSERT INTO item_key (conversation, item, seq, hash, seen) "
                            "VALUES (?1, ?2, ?3, ?4, coalesce("
                            "(SELECT received FROM item WHERE conversation = ?1 AND seq = ?3), "
                            "(SELECT touched FROM conversation WHERE key = ?1), 0)) "
                            "ON CONFLICT DO NOTHING"));
    LJK_CHECK(name.blob(key).blob(command).number(seq).blob(content).run());
    return {};
}

Result<void> SqliteTx::readdress(const ConversationKey& key, std::uint64_t seq, conversation::To to,
                                 std::string_view flags) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT audience, kind, flags FROM item "
                             "WHERE conversation = ? AND seq = ?"));
    LJK_TRY(exists, found.blob(key).number(seq).next());
    if (!exists) return fail(Code::not_found, "no such item");
    Addressed before{static_cast<conversation::To>(found.integer_at(0)), found.string_at(1),
                     found.string_at(2)};
    found.rewind();
    LJK_TRY(change, db->query("UPDATE item SET audience = ?, flags = ? "
                              "WHERE conversation = ? AND seq = ?"));
    LJK_CHECK(change.word(to).text(flags).blob(key).number(seq).run());
    for (std::size_t at = 0; at < appended_.size(); ++at) {  // not handed to anybody yet
        Appended& one = appended_[at];
        if (one.key != key || one.seq != seq) continue;
        if (at < saved_appended_) saved_changes_.emplace_back(at, one);
        one.to = to;
        one.flags = std::string(flags);
        return {};
    }
    readdressed_.try_emplace({key, seq}, std::move(before));
    return {};
}

Result<void> SqliteTx::name_delivery(const ConversationKey& key, std::uint64_t seq,
                                     std::string_view delivery) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(change, db->query("UPDATE item SET delivery = ? WHERE conversation = ? AND seq = ?"));
    LJK_CHECK(change.text(delivery).blob(key).number(seq).run());
    return {};
}

SqliteTx::Indexed SqliteTx::indexed(const ConversationRow& row) {
    return {row.account, static_cast<int>(row.state.state), row.touched / kMinute, timers_at(row)};
}

Result<void> SqliteTx::put(const ConversationRow& row) {
    LJK_TRY(db, access_.connection());
    const Indexed now = indexed(row);
    const auto before = indexed_.find(row.key);
    if (before == indexed_.end() || before->second != now) return put_whole(*db, row, now);
    LJK_TRY(put, db->query("UPDATE conversation SET touched = ?, next_seq = ?, next_out = ?, "
                           "retired_epoch = ?, body = ? WHERE key = ?"));
    const std::string body = encode(row);
    put.integer(row.touched).number(row.next_seq).number(row.next_out).number(row.retired_epoch);
    LJK_CHECK(put.blob(body).blob(row.key).run());
    return {};
}

Result<void> SqliteTx::put_whole(Connection& db, const ConversationRow& row, const Indexed& now) {
    LJK_TRY(put,
            db.query("INSERT INTO conversation (" LJK_CONVERSATION_COLUMNS
                     ", state, touched_minute, timer_at) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
                     "ref = excluded.ref, account = excluded.account, touched = excluded.touched, "
                     "next_seq = excluded.next_seq, next_out = excluded.next_out, "
                     "retired_epoch = excluded.retired_epoch, body = excluded.body, "
                     "state = excluded.state, touched_minute = excluded.touched_minute, "
                     "timer_at = excluded.timer_at"));
    const std::string body = encode(row);
    put.blob(row.key).text(row.ref).text(row.account).integer(row.touched);
    put.number(row.next_seq).number(row.next_out).number(row.retired_epoch).blob(body);
    put.integer(now.state).integer(now.minute);
    if (now.timer_at)
        put.integer(*now.timer_at);
    else
        put.null();
    LJK_CHECK(put.run());
    indexed_[row.key] = now;
    std::string& account = accounts_[row.key];
    if (account == row.account) return {};
    account = row.account;
    LJK_TRY(rename, db.query("UPDATE outbox SET account = ?1 "
                             "WHERE conversation = ?2 AND account <> ?1"));
    LJK_CHECK(rename.text(row.account).blob(row.key).run());
    return {};
}

Result<void> SqliteTx::set_user(const ConversationKey& key, const UserKey& user) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(set, db->query("UPDATE conversation SET user = ? WHERE key = ?"));
    LJK_CHECK(set.blob(user).blob(key).run());
    return {};
}

Result<ItemRow> SqliteTx::item(const ConversationKey& key, std::uint64_t seq) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found,
            db->query("SELECT " LJK_ITEM_COLUMNS " FROM item WHERE conversation = ? AND seq = ?"));
    LJK_TRY(exists, found.blob(key).number(seq).next());
    if (!exists) return fail(Code::not_found, "no such item");
    return read_item(found);
}

Result<std::vector<ItemRow>> SqliteTx::newest(const ConversationKey& key, std::size_t limit) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_ITEM_COLUMNS
                             " FROM item WHERE conversation = ? ORDER BY seq DESC LIMIT ?"));
    found.blob(key).integer(sql_limit(limit));
    std::vector<ItemRow> items;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) break;
        items.push_back(read_item(found));
    }
    std::reverse(items.begin(), items.end());
    return items;
}

Result<model::Answer> SqliteTx::answer_of(const ConversationKey& key,
                                          const model::ItemKey& request) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT body FROM answer WHERE conversation = ? AND request = ?"));
    model::Answer answer;
    LJK_TRY(exists, found.blob(key).blob(request).next());
    if (!exists) {
        answer.status = 0;
        return answer;
    }
    LJK_CHECK(decode(found.text_at(0), answer));
    return answer;
}

Result<void> SqliteTx::put_answer(const ConversationKey& key, const model::ItemKey& request,
                                  const model::Answer& answer) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(put, db->query("INSERT INTO answer (conversation, request, body, given) VALUES "
                           "(?1, ?2, ?3, "
                           "coalesce((SELECT touched FROM conversation WHERE key = ?1), 0)) "
                           "ON CONFLICT DO NOTHING"));
    const std::string body = encode(answer);
    LJK_CHECK(put.blob(key).blob(request).blob(body).run());
    return {};
}

Result<void> SqliteTx::erase(const ConversationKey& key) {
    ConversationRow row;
    LJK_TRY(exists, lock(key, row));
    if (!exists) return {};
    LJK_TRY(db, access_.connection());
    for (const char* sql :
         {"DELETE FROM item WHERE conversation = ?", "DELETE FROM item_key WHERE conversation = ?",
          "DELETE FROM answer WHERE conversation = ?", "DELETE FROM outbox WHERE conversation = ?",
          "DELETE FROM lane WHERE conversation = ?", "DELETE FROM item_lane WHERE conversation = ?",
          "DELETE FROM item_aside WHERE conversation = ?"}) {
        LJK_TRY(gone, db->query(sql));
        LJK_CHECK(gone.blob(key).run());
    }
    LJK_TRY(bury,
            db->query(
                "UPDATE conversation SET ref = '', account = '', state = ?, body = x'', "
                "touched = 0, touched_minute = 0, timer_at = NULL, user = NULL, retired_epoch = ? "
                "WHERE key = ?"));
    const std::uint64_t epoch = std::max(row.retired_epoch, row.state.epoch);
    LJK_CHECK(bury.integer(kErased).number(epoch).blob(key).run());
    accounts_.erase(key);
    indexed_.erase(key);
    std::erase_if(readdressed_, [&](const auto& one) { return one.first.first == key; });
    return {};
}

Result<void> SqliteTx::savepoint() {
    LJK_TRY(db, access_.connection());
    if (has_savepoint_) LJK_CHECK(step(*db, "RELEASE change"));
    LJK_CHECK(step(*db, "SAVEPOINT change"));
    has_savepoint_ = true;
    saved_appended_ = appended_.size();
    saved_changes_.clear();
    saved_readdressed_ = readdressed_;
    return {};
}

Result<void> SqliteTx::rollback_to_savepoint() {
    LJK_TRY(db, access_.connection());
    if (!has_savepoint_) return fail(Code::internal, "no savepoint was set");
    LJK_CHECK(step(*db, "ROLLBACK TO change"));
    appended_.resize(saved_appended_);
    for (auto& [at, before] : std::views::reverse(saved_changes_))
        appended_[at] = std::move(before);
    saved_changes_.clear();
    readdressed_ = saved_readdressed_;
    accounts_.clear();
    indexed_.clear();
    return {};
}

Result<void> SqliteTx::commit() {
    LJK_TRY(db, access_.connection());
    for (const Place& place : changed_lanes_) LJK_CHECK(settle_lane(*db, place));
    LJK_CHECK(feed_subscriptions(*db));
    LJK_CHECK(take_up_again(*db));
    LJK_CHECK(access_.commit());
    access_.release();
    return {};
}

}  // namespace lampjack::store::sqlite
