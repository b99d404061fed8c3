#pragma once
// MemoryTx: holds the store's mutex from begin to end and keeps an undo list for everything it changed.

#include "store/memory_store.h"

#include <functional>

namespace lampjack::store {

class MemoryTx final : public Tx {
public:
    MemoryTx(MemoryStore& store, std::unique_lock<std::mutex> lock)
        : store_(store),
          lock_(std::move(lock)) {}
    ~MemoryTx() override;

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
    using Record = MemoryStore::Record;

    using Work = MemoryStore::Work;

    Record& touch(const ConversationKey& key);
    const Record* find(const ConversationKey& key) const;
    /// Comes right after the step, or before one that may fail in the middle. `undo` needs no memory.
    template <class Undo>
    void on_rollback(Undo undo) {
        try {
            undo_.emplace_back(std::move(undo));
        } catch (...) {
            undo();  // whoever fails to note a step has not made it
            throw;
        }
    }
    void undo_down_to(std::size_t size);

    MemoryStore& store_;
    std::unique_lock<std::mutex> lock_;
    std::vector<std::function<void()>> undo_;
    Work work_;                  ///< nobody else sees it before the commit
    std::size_t savepoint_ = 0;  ///< length of the undo list there
    Work saved_work_;
    bool committed_ = false;
};

}  // namespace lampjack::store
