#pragma once
// ForwardStore: a store that passes everything on to another one, for tests that let calls fail, wait or lie.

#include "store/store.h"

#include <memory>
#include <utility>

namespace lampjack::support {

class ForwardStore : public store::Store {
public:
    using Key = store::ConversationKey;
    using Text = std::string_view;

    explicit ForwardStore(std::shared_ptr<store::Store> to) : to_(std::move(to)) {}

    bool groups_commits() const noexcept override { return to_->groups_commits(); }
    Result<std::unique_ptr<store::Tx>> begin() override { return to_->begin(); }

    Result<store::ConversationRow> conversation(const Key& key) override {
        return to_->conversation(key);
    }
    Result<std::vector<store::ConversationRow>> conversations(Text state, std::size_t limit,
                                                              store::OfAccounts of) override {
        return to_->conversations(state, limit, of);
    }
    Result<std::vector<std::string>> accounts() override { return to_->accounts(); }
    Result<std::vector<std::string>> conversations_of(const store::UserKey& user) override {
        return to_->conversations_of(user);
    }
    Result<std::vector<store::ItemRow>> items(const Key& key, std::uint64_t after,
                                              std::size_t limit) override {
        return to_->items(key, after, limit);
    }
    Result<store::OutboxRow> delivery(Text id, std::string& ref) override {
        return to_->delivery(id, ref);
    }
    Result<std::vector<store::OutboxRow>> deliveries(const Key& key) override {
        return to_->deliveries(key);
    }
    Result<std::vector<store::Delivery>>
    deliveries_by(store::DeliveryStatus status, std::size_t limit, store::OfAccounts of) override {
        return to_->deliveries_by(status, limit, of);
    }
    Result<std::size_t> pending_count(Text account) override { return to_->pending_count(account); }

    Result<std::vector<store::LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit, std::uint64_t holder) override {
        return to_->lease_deliveries(accounts, sinks, now, until, limit, holder);
    }
    Result<std::optional<store::LeasedDelivery>>
    lease_delivery(const Key& key, Millis now, Millis until, std::uint64_t holder) override {
        return to_->lease_delivery(key, now, until, holder);
    }
    Result<void> release_delivery(const Key& key, std::uint64_t token) override {
        return to_->release_delivery(key, token);
    }
    Result<bool> extend_delivery(const Key& key, std::uint64_t token, Millis until,
                                 std::uint64_t holder) override {
        return to_->extend_delivery(key, token, until, holder);
    }
    Result<std::vector<store::Delivery>> due_heads(Text account, Millis now,
                                                   std::size_t limit) override {
        return to_->due_heads(account, now, limit);
    }
    Result<Millis> next_delivery_at(bool sinks) override { return to_->next_delivery_at(sinks); }

    Result<bool> subscribe(Text name, const store::SubscriptionFilter& filter,
                           const store::Subscriber& by) override {
        return to_->subscribe(name, filter, by);
    }
    Result<std::vector<store::SubscriptionState>> subscriptions(Millis now,
                                                                store::OfAccounts of) override {
        return to_->subscriptions(now, of);
    }
    Result<std::vector<store::KnownSubscription>> known_subscriptions() override {
        return to_->known_subscriptions();
    }
    Result<std::vector<store::Standing>> standings(const Key& key, Millis now) override {
        return to_->standings(key, now);
    }
    Result<void> drop_subscription(Text name, Millis now) override {
        return to_->drop_subscription(name, now);
    }
    Result<std::vector<store::LeasedItem>> lease_items(Text subscription, Millis now, Millis until,
                                                       std::size_t limit,
                                                       const store::Lessee& who) override {
        return to_->lease_items(subscription, now, until, limit, who);
    }
    Result<void> give_back(Text subscription, std::span<const store::LeasedItem> items) override {
        return to_->give_back(subscription, items);
    }
    Result<bool> extend_item(Text subscription, const store::LeasedItem& item, Millis until,
                             std::uint64_t holder) override {
        return to_->extend_item(subscription, item, until, holder);
    }
    Result<void> finish_item(Text subscription, const store::LeasedItem& item,
                             store::ItemOutcome outcome, Millis at, Text reason) override {
        return to_->finish_item(subscription, item, outcome, at, reason);
    }
    Result<std::vector<store::DeadItem>> dead_items(Text subscription, std::size_t limit,
                                                    store::OfAccounts of) override {
        return to_->dead_items(subscription, limit, of);
    }
    Result<void> settle_dead_item(Text subscription, Text ref, std::uint64_t seq,
                                  bool again) override {
        return to_->settle_dead_item(subscription, ref, seq, again);
    }

    Result<void> beat(const store::Holder& holder) override { return to_->beat(holder); }
    Result<std::vector<store::Holder>> holders() override { return to_->holders(); }
    Result<store::Reclaimed> reclaim(Millis now, Millis call_time) override {
        return to_->reclaim(now, call_time);
    }
    Result<void> leave(std::uint64_t holder) override { return to_->leave(holder); }

    Result<std::vector<store::DueTimer>> due_timers(Millis now, std::size_t limit,
                                                    store::OfAccounts of) override {
        return to_->due_timers(now, limit, of);
    }
    Result<Millis> next_timer_at() override { return to_->next_timer_at(); }

    Result<std::string> meta(Text name) override { return to_->meta(name); }
    Result<void> put_meta(Text name, Text value) override { return to_->put_meta(name, value); }
    Result<bool> swap_meta(Text name, Text expected, Text value) override {
        return to_->swap_meta(name, expected, value);
    }
    Result<std::size_t> prune(Millis keys_before, Millis rows_before, std::size_t limit) override {
        return to_->prune(keys_before, rows_before, limit);
    }
    Result<store::LogState> empty_log(std::chrono::milliseconds patience) override {
        return to_->empty_log(patience);
    }
    std::string warning() override { return to_->warning(); }
    void close() override { to_->close(); }

private:
    std::shared_ptr<store::Store> to_;
};

}  // namespace lampjack::support
