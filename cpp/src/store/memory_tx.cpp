#include "store/memory_tx.h"

#include "conversation/fence.h"

#include <algorithm>
#include <limits>
#include <list>
#include <memory>
#include <new>
#include <utility>

namespace lampjack::store {

MemoryTx::~MemoryTx() {
    if (!committed_) undo_down_to(0);
}

void MemoryTx::undo_down_to(std::size_t size) {
    while (undo_.size() > size) {
        undo_.back()();
        undo_.pop_back();
    }
}

MemoryTx::Record& MemoryTx::touch(const ConversationKey& key) {
    const auto [found, fresh] = store_.records_.try_emplace(key);
    Record& record = found->second;
    if (fresh) on_rollback([this, key] { store_.records_.erase(key); });
    const auto next = record.items.empty() ? 0 : record.items.back().seq + 1;
    work_.first_seq.try_emplace(key, next);
    return record;
}

const MemoryTx::Record* MemoryTx::find(const ConversationKey& key) const {
    const auto found = store_.records_.find(key);
    return found == store_.records_.end() ? nullptr : &found->second;
}

Result<bool> MemoryTx::lock(const ConversationKey& key, ConversationRow& out) {
    if (const Record* record = find(key)) {
        out = record->row;
        return true;
    }
    out = ConversationRow{};
    if (const auto grave = store_.tombstones_.find(key); grave != store_.tombstones_.end()) {
        out.next_seq = grave->second.next_seq;
        out.next_out = grave->second.next_out;
        out.retired_epoch = grave->second.epoch;
    }
    return false;
}

Result<std::vector<std::uint64_t>> MemoryTx::known(const ConversationKey& key,
                                                   std::span<const model::ItemKey> keys) {
    std::vector<std::uint64_t> seqs(keys.size(), 0);
    const Record* record = find(key);
    if (record == nullptr) return seqs;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (const auto at = record->keys.find(keys[i]); at != record->keys.end())
            seqs[i] = at->second.seq;
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
    const ItemRow* known = record.item(seq);
    const Millis seen = known != nullptr ? known->received : record.row.touched;
    if (record.keys.try_emplace(item, MemoryStore::KnownItem{seq, seen}).second)
        on_rollback([&record, item] { record.keys.erase(item); });
    return {};
}

Result<std::optional<KnownCommand>> MemoryTx::known_command(const ConversationKey& key,
                                                            const model::ItemKey& command) {
    const Record* record = find(key);
    if (record == nullptr) return std::optional<KnownCommand>{};
    const auto at = record->keys.find(command);
    if (at == record->keys.end()) return std::optional<KnownCommand>{};
    return std::optional(KnownCommand{at->second.seq, at->second.content});
}

Result<void> MemoryTx::remember_command(const ConversationKey& key, const model::ItemKey& command,
                                        std::uint64_t seq, const model::ItemKey& content) {
    Record& record = touch(key);
    const ItemRow* made = record.item(seq);
    const Millis seen = made != nullptr ? made->received : record.row.touched;
    if (record.keys.try_emplace(command, MemoryStore::KnownItem{seq, seen, content}).second)
        on_rollback([&record, command] { record.keys.erase(command); });
    return {};
}

Result<void> MemoryTx::readdress(const ConversationKey& key, std::uint64_t seq, conversation::To to,
                                 std::string_view flags) {
    const Record* known = find(key);
    const ItemRow* found = known != nullptr ? known->item(seq) : nullptr;
    if (found == nullptr) return fail(Code::not_found, "no such item");
    Record& record = touch(key);
    const auto at = static_cast<std::size_t>(found - record.items.data());
    MemoryStore::Addressed before{found->to, found->flags};
    ItemRow& item = record.items[at];
    std::string now(flags);
    on_rollback([&record, at, before]() mutable {
        record.items[at].to = before.to;
        record.items[at].flags = std::move(before.flags);
    });
    item.to = to;
    item.flags = std::move(now);
    work_.readdressed.try_emplace({key, seq}, std::move(before));
    return {};
}

Result<void> MemoryTx::name_delivery(const ConversationKey& key, std::uint64_t seq,
                                     std::string_view delivery) {
    const Record* known = find(key);
    const ItemRow* found = known != nullptr ? known->item(seq) : nullptr;
    if (found == nullptr) return {};
    Record& record = touch(key);
    const auto at = static_cast<std::size_t>(found - record.items.data());
    std::string now(delivery);
    on_rollback([&record, at, before = found->delivery]() mutable {
        record.items[at].delivery = std::move(before);
    });
    record.items[at].delivery = std::move(now);
    return {};
}

Result<void> MemoryTx::put(const ConversationRow& row) {
    Record& record = touch(row.key);
    on_rollback([&record, before = record.row]() mutable { record.row = std::move(before); });
    record.row = ConversationRow(row);
    return {};
}

Result<void> MemoryTx::set_user(const ConversationKey& key, const UserKey& user) {
    Record& record = touch(key);
    on_rollback([&record, before = record.user] { record.user = before; });
    record.user = user;
    return {};
}

Result<ItemRow> MemoryTx::item(const ConversationKey& key, std::uint64_t seq) {
    const Record* record = find(key);
    const ItemRow* found = record != nullptr ? record->item(seq) : nullptr;
    if (found == nullptr) return fail(Code::not_found, "no such item");
    return *found;
}

Result<std::vector<ItemRow>> MemoryTx::newest(const ConversationKey& key, std::size_t limit) {
    const Record* record = find(key);
    if (record == nullptr) return std::vector<ItemRow>{};
    const auto& items = record->items;
    const auto skipped = static_cast<std::ptrdiff_t>(items.size() - std::min(limit, items.size()));
    return std::vector<ItemRow>(items.begin() + skipped, items.end());
}

Result<std::vector<MergeRow>> MemoryTx::newest_merge(const ConversationKey& key,
                                                     std::size_t limit) {
    const Record* record = find(key);
    std::vector<MergeRow> rows;
    if (record == nullptr) return rows;
    const auto& items = record->items;
    for (std::size_t at = items.size() - std::min(limit, items.size()); at < items.size(); ++at) {
        const ItemRow& item = items[at];
        rows.push_back({item.seq, item.episode, item.state, item.kind, item.is_fact, item.received,
                        item.merge});
    }
    return rows;
}

Result<void> MemoryTx::put_merge(const ConversationKey& key, std::uint64_t seq,
                                 const conversation::MergeRecord& merge) {
    Record& record = touch(key);
    const ItemRow* found = record.item(seq);
    if (found == nullptr) return {};
    const auto at = static_cast<std::size_t>(found - record.items.data());
    on_rollback([&record, at, before = found->merge] { record.items[at].merge = before; });
    record.items[at].merge = merge;
    return {};
}

Result<void> MemoryTx::enqueue(const ConversationKey& key, const OutboxRow& row) {
    Record& record = touch(key);
    auto forget_id = [this, id = row.id] { store_.delivery_index_.erase(id); };
    record.outbox.push_back(row);
    on_rollback([&record] {
        record.outbox.pop_back();
        record.open_from = std::min(record.open_from, record.outbox.size());
    });
    store_.delivery_index_[row.id] = {key, row.oseq};
    on_rollback(std::move(forget_id));
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
    for (OutboxRow& row : record.open()) {
        const bool words = row.action == conversation::Action::reply;
        if (row.status != DeliveryStatus::pending || !words || row.epoch >= epoch) continue;
        on_rollback([&record, before = row]() mutable { record.put(std::move(before)); });
        row.status = DeliveryStatus::refused;
        row.last_error = "stale_owner";
        fenced.push_back(row);
    }
    return fenced;
}

Result<std::vector<OutboxRow>> MemoryTx::pending(const ConversationKey& key) {
    std::vector<OutboxRow> rows;
    const auto found = store_.records_.find(key);
    if (found != store_.records_.end())
        std::ranges::copy_if(
            found->second.open(), std::back_inserter(rows),
            [](const OutboxRow& row) { return row.status == DeliveryStatus::pending; });
    return rows;
}

Result<std::vector<OutboxRow>> MemoryTx::deliveries_of(const ConversationKey& key,
                                                       std::uint64_t item_seq) {
    std::vector<OutboxRow> rows;
    if (const Record* record = find(key))
        std::copy_if(
            record->outbox.begin(), record->outbox.end(), std::back_inserter(rows),
            [item_seq](const OutboxRow& row) { return item_seq != 0 && row.item_seq == item_seq; });
    return rows;
}

Result<std::vector<OutboxRow>> MemoryTx::unsent_forwards(const ConversationKey& key) {
    std::vector<OutboxRow> rows;
    if (const Record* record = find(key))
        std::copy_if(record->outbox.begin(), record->outbox.end(), std::back_inserter(rows),
                     [](const OutboxRow& row) {
                         return row.action == conversation::Action::forward &&
                                row.status != DeliveryStatus::sent &&
                                row.status != DeliveryStatus::refused;
                     });
    return rows;
}

Result<bool> MemoryTx::is_lane_leased(const ConversationKey& key) {
    return store_.lanes(false).is_leased(key, std::numeric_limits<Millis>::min());
}

Result<OutboxRow> MemoryTx::delivery(const ConversationKey& key, std::uint64_t oseq) {
    const auto found = store_.records_.find(key);
    const OutboxRow* row = found == store_.records_.end() ? nullptr : found->second.delivery(oseq);
    if (row == nullptr) return fail(Code::not_found, "no such delivery");
    return *row;
}

Result<void> MemoryTx::record(const ConversationKey& key, const OutboxRow& row,
                              std::uint64_t token) {
    Record& record = touch(key);
    OutboxRow* stored = record.delivery(row.oseq);
    if (stored == nullptr) return fail(Code::not_found, "no such delivery");
    if (token != 0 && !store_.lanes(row.to_sink).holds(key, token))
        return fail(Code::unsupported, "the lease of this delivery was lost");
    on_rollback([&record, before = *stored]() mutable { record.put(std::move(before)); });
    record.put(row);
    if (token != 0) work_.recorded.emplace_back(key, token, row.to_sink);
    return {};
}

Result<model::Answer> MemoryTx::answer_of(const ConversationKey& key,
                                          const model::ItemKey& request) {
    model::Answer none;
    none.status = 0;
    const Record* record = find(key);
    if (record == nullptr) return none;
    const auto found = record->answers.find(request);
    return found == record->answers.end() ? none : found->second.answer;
}

Result<void> MemoryTx::put_answer(const ConversationKey& key, const model::ItemKey& request,
                                  const model::Answer& answer) {
    Record& record = touch(key);
    const MemoryStore::StoredAnswer stored{answer, record.row.touched};
    if (record.answers.try_emplace(request, stored).second)
        on_rollback([&record, request] { record.answers.erase(request); });
    return {};
}

Result<void> MemoryTx::erase(const ConversationKey& key) {
    const auto found = store_.records_.find(key);
    if (found == store_.records_.end()) return {};
    const ConversationRow& row = found->second.row;
    MemoryStore::Tombstone& grave = store_.tombstones_[key];  // an empty one says as much as none
    on_rollback([&grave, before = grave] { grave = before; });
    grave = {row.next_seq, row.next_out, std::max(row.retired_epoch, row.state.epoch)};
    // Nodes keep their places in memory, so that earlier steps can still be undone, and come back without any more.
    struct Removed {
        decltype(store_.records_)::node_type record;
        std::vector<decltype(store_.delivery_index_)::node_type> ids;
    };
    const auto removed = std::make_shared<Removed>();
    removed->ids.reserve(found->second.outbox.size());
    on_rollback([this, removed] {
        store_.records_.insert(std::move(removed->record));
        for (auto& id : removed->ids) store_.delivery_index_.insert(std::move(id));
    });
    for (const OutboxRow& one : found->second.outbox)
        removed->ids.push_back(store_.delivery_index_.extract(one.id));
    removed->record = store_.records_.extract(found);
    work_.first_seq.erase(key);
    std::erase_if(work_.readdressed, [&](const auto& one) { return one.first.first == key; });
    work_.erased.insert(key);
    return {};
}

Result<void> MemoryTx::savepoint() {
    savepoint_ = undo_.size();
    saved_work_ = work_;
    return {};
}

Result<void> MemoryTx::rollback_to_savepoint() {
    undo_down_to(savepoint_);
    work_ = saved_work_;
    return {};
}

Result<void> MemoryTx::commit() {
    std::list<Work> work;
    work.push_back(std::move(work_));
    committed_ = true;
    store_.committed_.splice(store_.committed_.end(), work);
    try {
        store_.carry_out_committed();
    } catch (const std::bad_alloc&) {
        // It is stored; who waits for it is told with the next call.
    }
    lock_.unlock();
    return {};
}

}  // namespace lampjack::store
