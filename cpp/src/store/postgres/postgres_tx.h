#pragma once
// PostgresTx: one transaction on one connection. What asks nothing waits until something is asked, or until commit, and
// goes out with it in one round trip.

#include "store/postgres/database_clock.h"
#include "store/postgres/pool.h"
#include "store/store.h"

#include <array>
#include <map>
#include <set>

namespace lampjack::store::postgres {

/// What leads a lane's row back from its lease, or offers it: for commit and for giving back.
extern const Statement kOfferLane;
extern const Statement kDropLane;
Params lane_params(const ConversationKey& key, bool sink, std::uint64_t token);

class PostgresTx final : public Tx {
public:
    PostgresTx(Pool::Loan connection, DatabaseClock& clock);

    Result<bool> lock(const ConversationKey& key, ConversationRow& out) override;
    void will_ask(std::span<const model::ItemKey> keys) override;
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
    /// What commit has to announce.
    struct Work {
        std::map<ConversationKey, std::uint64_t> first_seq;  ///< of the items appended
        /// Items that have another recipient, with the recipient and the flags before.
        std::map<std::pair<ConversationKey, std::uint64_t>, std::pair<std::int64_t, std::string>>
            readdressed;
        /// Lanes whose rows changed, with the token under which one of them was recorded, or 0.
        std::map<std::pair<ConversationKey, bool>, std::uint64_t> lanes;
    };

    /// What lock() asked on behalf of the known() to come. Void as soon as an item is written.
    struct Foreseen {
        ConversationKey conversation{};
        std::vector<model::ItemKey> keys;
        std::vector<std::uint64_t> seqs;  ///< of the keys; empty before the answer is there
    };

    void later(const Statement& statement, Params params);
    /// Sends what waits and the lock, and with it the question foreseen; the lock's rows.
    Result<Rows> ask_lock(const Statement& statement, const ConversationKey& key);
    /// Sends what waits and this, and gives this one's rows.
    Result<Rows> ask(const Statement& statement, Params params);
    Result<void> send_waiting();
    /// Changes come only under the conversation's lock.
    void ensure_locked(const ConversationKey& key);
    void changed_lane(const ConversationKey& key, bool sink, std::uint64_t token = 0);
    void announce();

    Pool::Loan connection_;
    DatabaseClock& clock_;
    std::vector<Call> waiting_;
    Foreseen foreseen_;
    std::set<ConversationKey> locked_;
    Work work_;
    Work saved_work_;
    std::set<ConversationKey> saved_locked_;
    bool has_savepoint_ = false;
};

}  // namespace lampjack::store::postgres
