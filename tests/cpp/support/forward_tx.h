#pragma once
// ForwardTx: a transaction that passes everything on to another one, for tests that let steps fail.

#include "store/store.h"

namespace lampjack::support {

class ForwardTx : public store::Tx {
public:
    using Key = store::ConversationKey;
    using Keys = std::span<const model::ItemKey>;

    explicit ForwardTx(std::unique_ptr<store::Tx> to) : to_(std::move(to)) {}

    Result<bool> lock(const Key& key, store::ConversationRow& out) override {
        LJK_CHECK(before());
        return to_->lock(key, out);
    }
    Result<std::vector<std::uint64_t>> known(const Key& key, Keys keys) override {
        LJK_CHECK(before());
        return to_->known(key, keys);
    }
    Result<void> append(const Key& key, const store::ItemRow& item, Keys keys) override {
        LJK_CHECK(before());
        return to_->append(key, item, keys);
    }
    Result<void> alias(const Key& key, const model::ItemKey& item, std::uint64_t seq) override {
        LJK_CHECK(before());
        return to_->alias(key, item, seq);
    }
    Result<std::optional<store::KnownCommand>>
    known_command(const Key& key, const model::ItemKey& command) override {
        LJK_CHECK(before());
        return to_->known_command(key, command);
    }
    Result<void> remember_command(const Key& key, const model::ItemKey& command, std::uint64_t seq,
                                  const model::ItemKey& content) override {
        LJK_CHECK(before());
        return to_->remember_command(key, command, seq, content);
    }
    Result<void> readdress(const Key& key, std::uint64_t seq, conversation::To to,
                           std::string_view flags) override {
        LJK_CHECK(before());
        return to_->readdress(key, seq, to, flags);
    }
    Result<void> name_delivery(const Key& key, std::uint64_t seq,
                               std::string_view delivery) override {
        LJK_CHECK(before());
        return to_->name_delivery(key, seq, delivery);
    }
    Result<void> put(const store::ConversationRow& row) override {
        LJK_CHECK(before());
        return to_->put(row);
    }
    Result<void> set_user(const Key& key, const store::UserKey& user) override {
        LJK_CHECK(before());
        return to_->set_user(key, user);
    }
    Result<store::ItemRow> item(const Key& key, std::uint64_t seq) override {
        LJK_CHECK(before());
        return to_->item(key, seq);
    }
    Result<std::vector<store::ItemRow>> newest(const Key& key, std::size_t limit) override {
        LJK_CHECK(before());
        return to_->newest(key, limit);
    }
    Result<std::vector<store::MergeRow>> newest_merge(const Key& key, std::size_t limit) override {
        LJK_CHECK(before());
        return to_->newest_merge(key, limit);
    }
    Result<void> put_merge(const Key& key, std::uint64_t seq,
                           const conversation::MergeRecord& record) override {
        LJK_CHECK(before());
        return to_->put_merge(key, seq, record);
    }
    Result<void> enqueue(const Key& key, const store::OutboxRow& row) override {
        LJK_CHECK(before());
        return to_->enqueue(key, row);
    }
    Result<store::OutboxRow> find_command(const Key& key, std::string_view command) override {
        LJK_CHECK(before());
        return to_->find_command(key, command);
    }
    Result<std::vector<store::OutboxRow>> fence(const Key& key, std::uint64_t epoch) override {
        LJK_CHECK(before());
        return to_->fence(key, epoch);
    }
    Result<std::vector<store::OutboxRow>> pending(const Key& key) override {
        LJK_CHECK(before());
        return to_->pending(key);
    }
    Result<std::vector<store::OutboxRow>> deliveries_of(const Key& key,
                                                        std::uint64_t item_seq) override {
        LJK_CHECK(before());
        return to_->deliveries_of(key, item_seq);
    }
    Result<std::vector<store::OutboxRow>> unsent_forwards(const Key& key) override {
        LJK_CHECK(before());
        return to_->unsent_forwards(key);
    }
    Result<bool> is_lane_leased(const Key& key) override {
        LJK_CHECK(before());
        return to_->is_lane_leased(key);
    }
    Result<store::OutboxRow> delivery(const Key& key, std::uint64_t oseq) override {
        LJK_CHECK(before());
        return to_->delivery(key, oseq);
    }
    Result<void> record(const Key& key, const store::OutboxRow& row, std::uint64_t token) override {
        LJK_CHECK(before());
        return to_->record(key, row, token);
    }
    Result<model::Answer> answer_of(const Key& key, const model::ItemKey& request) override {
        LJK_CHECK(before());
        return to_->answer_of(key, request);
    }
    Result<void> put_answer(const Key& key, const model::ItemKey& request,
                            const model::Answer& answer) override {
        LJK_CHECK(before());
        return to_->put_answer(key, request, answer);
    }
    Result<void> erase(const Key& key) override {
        LJK_CHECK(before());
        return to_->erase(key);
    }
    Result<void> savepoint() override { return to_->savepoint(); }
    Result<void> rollback_to_savepoint() override { return to_->rollback_to_savepoint(); }
    Result<void> commit() override { return to_->commit(); }

protected:
    /// Comes before each step but savepoints and the commit; an error is the step's.
    virtual Result<void> before() { return {}; }

private:
    std::unique_ptr<store::Tx> to_;
};

}  // namespace lampjack::support
