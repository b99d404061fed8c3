#pragma once
// SqliteTx: a writing transaction of SQLite. The file has one writer, so to hold it is to hold every conversation's lock.

#include "store/sqlite/session.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::store::sqlite {

class SqliteTx final : public Tx {
public:
    explicit SqliteTx(Session::Access access) noexcept : access_(std::move(access)) {}

    Result<bool> lock(const ConversationKey& key, ConversationRow& out) override;
    Result<std::vector<std::uint64_t>> known(const ConversationKey& key,
                                             std::span<const model::ItemKey> keys) override;
    Result<void> append(const ConversationKey& key, const ItemRow& item,
                        std::span<const model::ItemKey> keys) override;
    Result<void> alias(const ConversationKey& key, const model::ItemKey& item,
                       std::uint64_t seq) override;
    Result<std::optional<KnownCommand>> known_command(const ConversationKey& key,
                                                      const model::ItemKey& command) override;
    Result<void> remember_command(const ConversationKey& key, const model::ItemKey& command,
                                  std::uint64_t seq, const model::ItemKey& content) override;
    Result<void> readdress(const ConversationKey& key, std::uint64_t seq, conversation::To to,
                           std::string_view flags) override;
    Result<void> name_delivery(const ConversationKey& key, std::uint64_t seq,
                               std::string_view delivery) override;
    Result<void> put(const ConversationRow& row) override;
    Result<void> set_user(const ConversationKey& key, const UserKey& user) override;
    Result<ItemRow> item(const ConversationKey& key, std::uint64_t seq) override;
    Result<std::vector<ItemRow>> newest(const ConversationKey& key, std::size_t limit) override;
    Result<std::vector<MergeRow>> newest_merge(const ConversationKey& key,
                                               std::size_t limit) override;
    Result<void> put_merge(const ConversationKey& key, std::uint64_t seq,
                           const conversation::MergeRecord& record) override;
    Result<void> enqueue(const ConversationKey& key, const OutboxRow& row) override;
    Result<OutboxRow> find_command(const ConversationKey& key,
                                   std::string_view command_key) override;
    Result<std::vector<OutboxRow>> fence(const ConversationKey& key, std::uint64_t epoch) override;
    Result<std::vector<OutboxRow>> pending(const ConversationKey& key) override;
    Result<std::vector<OutboxRow>> deliveries_of(const ConversationKey& key,
                                                 std::uint64_t item_seq) override;
    Result<std::vector<OutboxRow>> unsent_forwards(const ConversationKey& key) override;
    Result<bool> is_lane_leased(const ConversationKey& key) override;
    Result<OutboxRow> delivery(const ConversationKey& key, std::uint64_t oseq) override;
    Result<void> record(const ConversationKey& key, const OutboxRow& row,
                        std::uint64_t token) override;
    Result<model::Answer> answer_of(const ConversationKey& key,
                                    const model::ItemKey& request) override;
    Result<void> put_answer(const ConversationKey& key, const model::ItemKey& request,
                            const model::Answer& answer) override;
    Result<void> erase(const ConversationKey& key) override;
    Result<void> savepoint() override;
    Result<void> rollback_to_savepoint() override;
    Result<void> commit() override;

private:
    struct Appended {
        ConversationKey key;
        std::uint64_t seq;
        conversation::To to;
        std::string kind;
        std::string flags;
    };
    /// For whom an item was before this transaction.
    struct Addressed {
        conversation::To to;
        std::string kind;
        std::string flags;
    };
    using Readdressed = std::map<std::pair<ConversationKey, std::uint64_t>, Addressed>;
    /// The columns of a stored conversation that indexes or other tables repeat.
    struct Indexed {
        std::string account;
        int state = 0;
        Millis minute = 0;
        std::optional<Millis> timer_at;

        friend bool operator==(const Indexed&, const Indexed&) = default;
    };
    using Place =
        std::pair<ConversationKey, bool>;  ///< a conversation and whether its rows go to a sink

    /// The account as far as this transaction knows it; empty before the first put().
    Result<std::string> account_of(Connection& db, const ConversationKey& key);
    static Indexed indexed(const ConversationRow& row);
    /// Writes all of a row.
    Result<void> put_whole(Connection& db, const ConversationRow& row, const Indexed& now);
    Result<void> replace(Connection& db, const ConversationKey& key, const OutboxRow& row);
    Result<void> settle_lane(Connection& db, const Place& place);
    Result<void> feed_subscriptions(Connection& db);
    Result<void> take_up_again(Connection& db);

    Session::Access access_;
    std::map<ConversationKey, std::string> accounts_;
    std::map<ConversationKey, Indexed> indexed_;  ///< as they are stored, of those that were locked
    std::vector<Appended> appended_;              ///< for the subscriptions, at the end
    Readdressed readdressed_;                     ///< the same
    Readdressed saved_readdressed_;
    std::vector<Place> changed_lanes_;  ///< to be looked at again, at the end
    std::size_t saved_appended_ = 0;    ///< how many there were at the savepoint
    /// Which of those changed since, each as it was before.
    std::vector<std::pair<std::size_t, Appended>> saved_changes_;
    bool has_savepoint_ = false;
};

}  // namespace lampjack::store::sqlite
