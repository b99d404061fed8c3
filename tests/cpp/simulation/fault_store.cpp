#include "fault_store.h"

#include "../support/forward_tx.h"

#include <map>
#include <utility>

namespace lampjack::simulation {
namespace {

using store::ConversationKey;
using store::ConversationRow;
using store::ItemRow;
using store::OutboxRow;

Error broken() { return fail(Code::store, "the store is out of order (simulated)"); }
Error broken_about(std::string_view ref) {
    return fail(Code::store, "the store is out of order for " + std::string(ref) + " (simulated)");
}

class FaultTx final : public support::ForwardTx {
public:
    FaultTx(std::unique_ptr<store::Tx> inner, std::shared_ptr<Faults> faults, Sabotage sabotage)
        : ForwardTx(std::move(inner)),
          faults_(std::move(faults)),
          sabotage_(sabotage) {}

    Result<std::vector<std::uint64_t>> known(const ConversationKey& key,
                                             std::span<const model::ItemKey> keys) override {
        if (sabotage_ == Sabotage::forgets_keys) return std::vector<std::uint64_t>(keys.size());
        return ForwardTx::known(key, keys);
    }
    Result<void> append(const ConversationKey& key, const ItemRow& item,
                        std::span<const model::ItemKey> keys) override {
        ItemRow kept = item;
        if (strikes(Sabotage::loses_items, 10)) kept.body = "{}";
        if (item.is_fact && strikes(Sabotage::leaves_gaps, 3)) return {};
        if (sabotage_ == Sabotage::mixes_accounts) mix(kept);
        if (strikes(Sabotage::hides_words, 10)) kept.to = conversation::To::nobody;
        return ForwardTx::append(key, kept, keys);
    }
    Result<void> enqueue(const ConversationKey& key, const OutboxRow& row) override {
        if (strikes(Sabotage::loses_rows, 5)) return {};
        if (is_call(row) && strikes(Sabotage::loses_calls, 4)) return {};
        OutboxRow kept = row;
        if (strikes(Sabotage::forgets_wakeups, 5)) kept.ready_at += Millis{365} * 86'400'000;
        return ForwardTx::enqueue(key, kept);
    }
    Result<void> record(const ConversationKey& key, const OutboxRow& row,
                        std::uint64_t token) override {
        OutboxRow kept = row;
        if (sabotage_ == Sabotage::gives_up_refused && row.last_error.starts_with("credentials"))
            kept.status = store::DeliveryStatus::dead;
        const bool waits = row.status == store::DeliveryStatus::pending && row.attempts > 0;
        if (sabotage_ == Sabotage::gives_up_calls && is_call(row) && waits)
            kept.status = store::DeliveryStatus::refused;
        return ForwardTx::record(key, kept, token);
    }
    Result<void> put(const ConversationRow& row) override {
        ConversationRow kept = row;
        conversation::Conversation& state = kept.state;
        if (state.epoch > 1 && strikes(Sabotage::lowers_epochs, 10)) --state.epoch;
        if (state.state == conversation::State::agent && strikes(Sabotage::frees_silently, 10)) {
            state.state = conversation::State::bot;
            state.agent.clear();
        }
        return ForwardTx::put(kept);
    }
    Result<void> readdress(const ConversationKey& key, std::uint64_t seq, conversation::To to,
                           std::string_view flags) override {
        if (sabotage_ == Sabotage::keeps_words) return {};
        return ForwardTx::readdress(key, seq, to, flags);
    }
    Result<std::vector<OutboxRow>> unsent_forwards(const ConversationKey& key) override {
        if (sabotage_ == Sabotage::leaves_the_gate_open) return std::vector<OutboxRow>{};
        return ForwardTx::unsent_forwards(key);
    }
    Result<std::vector<OutboxRow>> fence(const ConversationKey& key, std::uint64_t epoch) override {
        if (sabotage_ == Sabotage::reads_stale) return std::vector<OutboxRow>{};
        return ForwardTx::fence(key, epoch);
    }
    /// Fails before, or after: then the caller is told "no" although everything is stored.
    Result<void> commit() override {
        if (faults_->strikes(20)) return broken();
        if (strikes(Sabotage::commits_too_late, 10)) return {};
        LJK_CHECK(ForwardTx::commit());
        if (faults_->strikes(20)) return broken();
        if (faults_->strikes(20))
            return fail(Code::conflict, "the outcome of the commit is not known (simulated)");
        return {};
    }

private:
    Result<void> before() override {
        if (faults_->strikes(150)) return broken();
        return {};
    }
    static bool is_call(const OutboxRow& row) noexcept {
        return row.action == conversation::Action::mute ||
               row.action == conversation::Action::unmute;
    }
    bool strikes(Sabotage which, std::size_t one_in) {
        return sabotage_ == which && faults_->dice.one_in(one_in);
    }
    /// Users' texts begin with "u-" and the name of their account.
    void mix(ItemRow& item) {
        if (item.body.find("\"u-shop-") != std::string::npos) faults_->foreign = item.body;
        if (item.body.find("\"u-mall-") != std::string::npos && !faults_->foreign.empty())
            item.body = faults_->foreign;
    }

    std::shared_ptr<Faults> faults_;
    Sabotage sabotage_;
};

class FaultStore final : public store::Store {
public:
    FaultStore(std::shared_ptr<store::Store> truth, std::shared_ptr<Faults> faults,
               Sabotage sabotage)
        : truth_(std::move(truth)),
          faults_(std::move(faults)),
          sabotage_(sabotage) {}

    Result<std::unique_ptr<store::Tx>> begin() override {
        if (faults_->strikes(30)) return broken();
        LJK_TRY(inner, truth_->begin());
        return std::unique_ptr<store::Tx>(
            std::make_unique<FaultTx>(std::move(inner), faults_, sabotage_));
    }
    bool groups_commits() const noexcept override { return truth_->groups_commits(); }

    Result<ConversationRow> conversation(const ConversationKey& key) override {
        if (faults_->strikes(60)) return broken();
        if (sabotage_ != Sabotage::reads_stale) return truth_->conversation(key);
        const auto found = first_.find(key);
        if (found != first_.end()) return found->second;
        LJK_TRY(row, truth_->conversation(key));
        if (row.state.state == conversation::State::agent) first_.emplace(key, row);
        return row;
    }
    Result<std::vector<ConversationRow>> conversations(std::string_view state, std::size_t limit,
                                                       store::OfAccounts of) override {
        return truth_->conversations(state, limit, of);
    }
    Result<std::vector<std::string>> accounts() override { return truth_->accounts(); }
    Result<std::vector<std::string>> conversations_of(const store::UserKey& user) override {
        return truth_->conversations_of(user);
    }
    Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                       std::size_t limit) override {
        return truth_->items(key, after, limit);
    }
    Result<OutboxRow> delivery(std::string_view id, std::string& ref) override {
        return truth_->delivery(id, ref);
    }
    Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) override {
        return truth_->deliveries(key);
    }
    Result<std::vector<store::Delivery>>
    deliveries_by(store::DeliveryStatus status, std::size_t limit, store::OfAccounts of) override {
        return truth_->deliveries_by(status, limit, of);
    }
    Result<std::size_t> pending_count(std::string_view account) override {
        return truth_->pending_count(account);
    }

    Result<std::vector<store::LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit, std::uint64_t holder) override {
        if (faults_->strikes(40))
            return sabotage_ == Sabotage::tells_refs ? broken_about("shop:live:s-0") : broken();
        auto leased = truth_->lease_deliveries(accounts, sinks, now, until, limit, holder);
        if (leased && sabotage_ == Sabotage::leases_twice)
            for (const store::LeasedDelivery& lease : *leased)
                static_cast<void>(truth_->release_delivery(lease.conversation.key, lease.token));
        const bool may_stop = leased && !leased->empty() && faults_->on && faults_->stand_still;
        if (may_stop && faults_->dice.one_in(4)) faults_->stand_still();
        return leased;
    }
    Result<std::optional<store::LeasedDelivery>> lease_delivery(const ConversationKey& key,
                                                                Millis now, Millis until,
                                                                std::uint64_t holder) override {
        if (faults_->strikes(40)) return broken();
        return truth_->lease_delivery(key, now, until, holder);
    }
    Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) override {
        if (faults_->strikes(40)) return broken();
        return truth_->release_delivery(key, token);
    }
    Result<bool> extend_delivery(const ConversationKey& key, std::uint64_t token, Millis until,
                                 std::uint64_t holder) override {
        if (faults_->strikes(40)) return broken();
        return truth_->extend_delivery(key, token, until, holder);
    }
    Result<std::vector<store::Delivery>> due_heads(std::string_view account, Millis now,
                                                   std::size_t limit) override {
        return truth_->due_heads(account, now, limit);
    }
    Result<Millis> next_delivery_at(bool sinks) override { return truth_->next_delivery_at(sinks); }

    Result<bool> subscribe(std::string_view name, const store::SubscriptionFilter& filter,
                           const store::Subscriber& by) override {
        return truth_->subscribe(name, filter, by);
    }
    Result<std::vector<store::SubscriptionState>> subscriptions(Millis now,
                                                                store::OfAccounts of) override {
        return truth_->subscriptions(now, of);
    }
    Result<std::vector<store::KnownSubscription>> known_subscriptions() override {
        return truth_->known_subscriptions();
    }
    Result<std::vector<store::Standing>> standings(const store::ConversationKey& key,
                                                   Millis now) override {
        return truth_->standings(key, now);
    }
    Result<void> drop_subscription(std::string_view name, Millis now) override {
        return truth_->drop_subscription(name, now);
    }
    Result<std::vector<store::LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                       Millis until, std::size_t limit,
                                                       const store::Lessee& who) override {
        if (faults_->strikes(40)) return broken();
        auto leased = truth_->lease_items(subscription, now, until, limit, who);
        if (leased && sabotage_ == Sabotage::lends_twice)
            static_cast<void>(truth_->give_back(subscription, *leased));
        return leased;
    }
    Result<void> give_back(std::string_view subscription,
                           std::span<const store::LeasedItem> items) override {
        if (faults_->strikes(40)) return broken();
        return truth_->give_back(subscription, items);
    }
    Result<bool> extend_item(std::string_view subscription, const store::LeasedItem& item,
                             Millis until, std::uint64_t holder) override {
        if (faults_->strikes(40)) return broken();
        if (sabotage_ == Sabotage::forgets_renewals) return true;
        auto extended = truth_->extend_item(subscription, item, until, holder);
        if (extended && sabotage_ == Sabotage::believes_the_late) return true;
        return extended;
    }
    Result<void> finish_item(std::string_view subscription, const store::LeasedItem& item,
                             store::ItemOutcome outcome, Millis at,
                             std::string_view reason) override {
        if (faults_->strikes(40)) return broken();
        auto finished = truth_->finish_item(subscription, item, outcome, at, reason);
        const bool is_late = !finished && finished.error().code == Code::unsupported;
        if (is_late && sabotage_ == Sabotage::believes_the_late) return {};
        return finished;
    }
    Result<std::vector<store::DeadItem>>
    dead_items(std::string_view subscription, std::size_t limit, store::OfAccounts of) override {
        return truth_->dead_items(subscription, limit, of);
    }
    Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                  std::uint64_t seq, bool again) override {
        return truth_->settle_dead_item(subscription, ref, seq, again);
    }

    Result<void> beat(const store::Holder& holder) override {
        if (faults_->strikes(40)) return broken();
        return truth_->beat(holder);
    }
    Result<std::vector<store::Holder>> holders() override { return truth_->holders(); }
    Result<store::Reclaimed> reclaim(Millis now, Millis call_time) override {
        if (faults_->strikes(40)) return broken();
        if (sabotage_ == Sabotage::never_reclaims) return store::Reclaimed{};
        return truth_->reclaim(now, sabotage_ == Sabotage::reclaims_calls ? 0 : call_time);
    }
    Result<void> leave(std::uint64_t holder) override {
        if (faults_->cut_off) return broken();
        return truth_->leave(holder);
    }

    Result<std::vector<store::DueTimer>> due_timers(Millis now, std::size_t limit,
                                                    store::OfAccounts of) override {
        if (faults_->strikes(40)) return broken();
        return truth_->due_timers(now, limit, of);
    }
    Result<Millis> next_timer_at() override { return truth_->next_timer_at(); }

    Result<std::string> meta(std::string_view name) override {
        if (faults_->strikes(60)) return broken();
        return truth_->meta(name);
    }
    Result<void> put_meta(std::string_view name, std::string_view value) override {
        if (faults_->strikes(40)) return broken();
        return truth_->put_meta(name, value);
    }
    Result<bool> swap_meta(std::string_view name, std::string_view expected,
                           std::string_view value) override {
        if (faults_->strikes(40)) return broken();
        return truth_->swap_meta(name, expected, value);
    }
    Result<std::size_t> prune(Millis keys_before, Millis rows_before, std::size_t limit) override {
        if (faults_->strikes(20)) return broken();
        return truth_->prune(keys_before, rows_before, limit);
    }
    Result<store::LogState> empty_log(std::chrono::milliseconds patience) override {
        if (faults_->strikes(40)) return broken();
        return truth_->empty_log(patience);
    }
    void close() override {}  // a crash closes nothing, and the store outlives its hubs

private:
    std::shared_ptr<store::Store> truth_;
    std::shared_ptr<Faults> faults_;
    Sabotage sabotage_;
    std::map<ConversationKey, ConversationRow> first_;
};

}  // namespace

std::unique_ptr<store::Store> make_fault_store(std::shared_ptr<store::Store> truth,
                                               std::shared_ptr<Faults> faults, Sabotage sabotage) {
    return std::make_unique<FaultStore>(std::move(truth), std::move(faults), sabotage);
}

}  // namespace lampjack::simulation
