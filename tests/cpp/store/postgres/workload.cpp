#include "workload.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <thread>

namespace lampjack::store::postgres {
namespace {

using std::chrono::steady_clock;

model::ItemKey key_of_message(int message) { return key_of("m" + std::to_string(message)); }

/// The handler's work: takes every item of the subscription once.
int count_queued(Store& store, Millis now) {
    int count = 0;
    for (;;) {
        const auto leased = store.lease_items("desk", now, now + 60'000, 100);
        if (!leased || leased->empty()) return count;
        for (const LeasedItem& item : *leased)
            if (store.finish_item("desk", item, ItemOutcome::done, now, {})) ++count;
    }
}

/// The sender's work: records every row as sent; how many there were.
int count_sent(Store& store, Millis now) {
    const std::array accounts{std::string("shop")};
    int count = 0;
    for (;;) {
        const auto leased = store.lease_deliveries(accounts, false, now, now + 60'000, 100);
        if (!leased || leased->empty()) return count;
        for (const LeasedDelivery& lease : *leased) {
            const auto tx = store.begin();
            OutboxRow row = lease.row;
            row.status = DeliveryStatus::sent;
            if (tx && (*tx)->record(lease.conversation.key, row, lease.token) && (*tx)->commit())
                ++count;
        }
    }
}

}  // namespace

Result<void> Workload::change(int message) {
    const std::string ref = ref_of(message % conversations_);
    const ConversationKey key = key_of(ref);
    const std::array<model::ItemKey, 1> keys{key_of_message(message)};
    LJK_TRY(tx, store_.begin());
    ConversationRow row;
    LJK_TRY(exists, tx->lock(key, row));
    if (!exists) {
        row.key = key;
        row.ref = ref;
        row.account = "shop";
    }
    if (on_.asks_for_known_keys) {
        LJK_TRY(seqs, tx->known(key, keys));
        if (seqs.front() != 0) return {};  // done before, by this run or by another
    }
    row.state.epoch = 1;
    row.touched = SystemClock().now();
    ItemRow item;
    item.seq = row.next_seq++;
    item.kind = "message";
    item.body = std::to_string(message);
    item.received = row.touched;
    LJK_CHECK(tx->append(key, item,
                         on_.asks_for_known_keys ? std::span<const model::ItemKey>(keys)
                                                 : std::span<const model::ItemKey>{}));
    OutboxRow delivery;
    delivery.oseq = row.next_out++;
    delivery.id = "d" + std::to_string(message);
    delivery.content = item.body;
    delivery.created = delivery.ready_at = row.touched;
    LJK_CHECK(tx->enqueue(key, delivery));
    LJK_CHECK(tx->put(row));
    return tx->commit();
}

void Workload::write(int message, steady_clock::time_point deadline) {
    while (steady_clock::now() < deadline) {
        const auto done = change(message);
        const bool taken_for_success =
            !done && done.error().code == Code::conflict && !on_.repeats_unknown_outcomes;
        if (done || taken_for_success) {
            const std::lock_guard lock(mutex_);
            acknowledged_.insert(message);
            return;
        }
        ++repeated_;
        EXPECT_TRUE(is_retryable(done.error().code)) << done.error().message;
        std::this_thread::sleep_for(std::chrono::milliseconds(5 + message % 20));
    }
}

void Workload::run_threads(int threads, const std::function<void()>& meanwhile) {
    std::atomic<bool> stop{false};
    const auto deadline = steady_clock::now() + std::chrono::minutes(30);
    std::vector<std::thread> writers;
    for (int i = 0; i < threads; ++i)
        writers.emplace_back([&] {
            while (!stop) write(next_++, deadline);
        });
    meanwhile();
    stop = true;
    for (std::thread& writer : writers) writer.join();
}

int Workload::acknowledged() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(acknowledged_.size());
}

Workload::Verdict Workload::check() {
    Verdict verdict;
    std::map<int, int> found;
    int items_in_all = 0;
    int rows_in_all = 0;
    for (int conversation = 0; conversation < conversations_; ++conversation) {
        const ConversationKey key = key_of(ref_of(conversation));
        const auto items = store_.items(key, 0, static_cast<std::size_t>(-1));
        const auto rows = store_.deliveries(key);
        if (!items || !rows) continue;
        for (std::size_t i = 0; i < items->size(); ++i) {
            ++found[std::stoi((*items)[i].body)];
            if ((*items)[i].seq != i + 1) ++verdict.gaps;
        }
        for (std::size_t i = 0; i < std::max(items->size(), rows->size()); ++i)
            if (i >= items->size() || i >= rows->size() || (*items)[i].body != (*rows)[i].content)
                ++verdict.unsent;
        items_in_all += static_cast<int>(items->size());
        rows_in_all += static_cast<int>(rows->size());
    }
    for (const int message : acknowledged_)
        if (!found.contains(message)) ++verdict.lost;
    for (const auto& [message, times] : found)
        if (times > 1) ++verdict.twice;
    const Millis later = SystemClock().now() + 3'600'000;  // every lost lease has run out
    verdict.stuck = rows_in_all - count_sent(store_, later);
    verdict.not_queued = items_in_all - count_queued(store_, later);
    return verdict;
}

}  // namespace lampjack::store::postgres
