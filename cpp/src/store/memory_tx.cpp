#include "store/memory_tx.h"

#include "conversation/fence.h"

#include <algorithm>

namespace lampjack::store {

MemoryTx::~MemoryTx() {
    if (committed_) return;
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) (*undo)();
}

MemoryTx::Record& MemoryTx::touch(const ConversationKey& key) {
    const auto [found, fresh] = store_.records_.try_emplace(key);
    Record& record = found->second;
    if (fresh) on_rollback([this, key] { store_.records_.erase(key); });
    first_item_.try_emplace(key, record.items.size());
    return record;
}

const MemoryTx::Record* MemoryTx::find(const ConversationKey& key) const {
    const auto found = store_.records_.find(key);
    return found == store_.records_.end() ? nullptr : &found->second;
}

Result<bool> MemoryTx::lock(const ConversationKey& key, ConversationRow& out) {
    const Record* record = find(key);
    if (record == nullptr) return false;
    out = record->row;
    return true;
}

Result<std::vector<std::uint64_t>> MemoryTx::known(const ConversationKey& key,
                                                   std::span<const model::ItemKey> keys) {
    std::vector<std::uint64_t> seqs(keys.size(), 0);
    const Record* record = find(key);
    if (record == nullptr) return seqs;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (const auto at = record->keys.find(keys[i]); at != record->keys.end())
            seqs[i] = at->second;
    return seqs;
}

Result<void> MemoryTx::append(const ConversationKey& key, const ItemRow& item,
                              std::span<const model::ItemKey> keys) {
    Record& record = touch(key);
    record.items.push_back(item);
    on_rollback([&record] { record.items.pop_back(); });
    for (const model::ItemKey& one : keys) LJK_CHECK(alias(key, one, item.seq));
    return {};
}

Result<void> MemoryTx::alias(const ConversationKey& key, const model::ItemKey& item,
                             std::uint64_t seq) {
    Record& record = touch(key);
    if (record.keys.try_emplace(item, seq).second)
        on_rollback([&record, item] { record.keys.erase(item); });
    return {};
}

Result<void> MemoryTx::put(const ConversationRow& row) {
    Record& record = touch(row.key);
    on_rollback([&record, before = record.row] { record.row = before; });
    record.row = row;
    return {};
}

Result<std::vector<ItemRow>> MemoryTx::newest(const ConversationKey& key, std::size_t limit) {
    const Record* record = find(key);
    if (record == nullptr) return std::vector<ItemRow>{};
    const auto& items = record->items;
    const auto skipped = static_cast<std::ptrdiff_t>(items.size() - std::min(limit, items.size()));
    return std::vector<ItemRow>(items.begin() + skipped, items.end());
}

Result<void> MemoryTx::enqueue(const ConversationKey& key, const OutboxRow& row) {
    Record& record = touch(key);
    record.outbox.push_back(row);
    store_.delivery_index_[row.id] = key;
    on_rollback([this, &record, id = row.id] {
        record.outbox.pop_back();
        store_.delivery_index_.erase(id);
    });
    return {};
}

Result<OutboxRow> MemoryTx::find_command(const ConversationKey& key, std::string_view command_key) {
    const Record* record = find(key);
    if (record != nullptr && !command_key.empty())
        for (const OutboxRow& row : record->outbox)
            if (row.key == command_key) return row;
    return OutboxRow{};
}

Result<std::vector<OutboxRow>> MemoryTx::fence(const ConversationKey& key, std::uint64_t epoch) {
    std::vector<OutboxRow> fenced;
    Record& record = touch(key);
    for (OutboxRow& row : record.outbox) {
        const bool words = row.action == conversation::Action::reply;
        if (row.status != DeliveryStatus::pending || !words || row.epoch >= epoch) continue;
        on_rollback([&record, before = row] { record.outbox[before.oseq - 1] = before; });
        row.status = DeliveryStatus::refused;
        row.last_error = "stale_owner";
        fenced.push_back(row);
    }
    return fenced;
}

Result<std::vector<OutboxRow>> MemoryTx::pending(const ConversationKey& key) {
    std::vector<OutboxRow> rows;
    if (const Record* record = find(key))
        std::copy_if(record->outbox.begin(), record->outbox.end(), std::back_inserter(rows),
                     [](const OutboxRow& row) { return row.status == DeliveryStatus::pending; });
    return rows;
}

Result<void> MemoryTx::record(const ConversationKey& key, const OutboxRow& row,
                              std::uint64_t token) {
    Record& record = touch(key);
    if (row.oseq == 0 || row.oseq > record.outbox.size())
        return fail(Code::not_found, "no such delivery");
    if (token != 0 && !store_.lanes(row.to_sink).holds(key, token))
        return fail(Code::unsupported, "the lease of this delivery was lost");
    OutboxRow& stored = record.outbox[row.oseq - 1];
    on_rollback([&record, before = stored] { record.outbox[before.oseq - 1] = before; });
    stored = row;
    if (token != 0) recorded_.emplace_back(key, token, row);
    return {};
}

Result<model::Answer> MemoryTx::answer_of(const ConversationKey& key,
                                          const model::ItemKey& request) {
    model::Answer none;
    none.status = 0;
    const Record* record = find(key);
    if (record == nullptr) return none;
    const auto found = record->answers.find(request);
    return found == record->answers.end() ? none : found->second;
}

Result<void> MemoryTx::put_answer(const ConversationKey& key, const model::ItemKey& request,
                                  const model::Answer& answer) {
    Record& record = touch(key);
    if (record.answers.try_emplace(request, answer).second)
        on_rollback([&record, request] { record.answers.erase(request); });
    return {};
}

Result<void> MemoryTx::erase(const ConversationKey& key) {
    erased_.push_back(key);
    return {};
}

Result<void> MemoryTx::commit() {
    committed_ = true;
    for (const auto& [key, token, row] : recorded_) {
        const Record& record = store_.records_.at(key);
        const OutboxRow* next = MemoryStore::head(record, row.to_sink);
        store_.lanes(row.to_sink)
            .release(key, token, next ? std::optional(next->ready_at) : std::nullopt);
    }
    for (const auto& [key, first] : first_item_) store_.announce(key, first);
    for (const ConversationKey& key : erased_) store_.forget(key);
    lock_.unlock();
    return {};
}

}  // namespace lampjack::store
