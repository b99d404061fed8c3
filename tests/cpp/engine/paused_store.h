#pragma once
// PausedStore: one process's way to the store it shares with others. It stands still where it is told to, and can leave
// out what protects the others from those who stood still for too long.

#include "../support/forked_process.h"
#include "../support/forward_store.h"
#include "../support/forward_tx.h"

#include <map>

namespace lampjack::test {

class PausedStore final : public support::ForwardStore {
public:
    /// Without protection: who owns a conversation is what was seen first, and no lease's token is asked for.
    PausedStore(std::shared_ptr<store::Store> to, bool is_protected)
        : ForwardStore(std::move(to)),
          is_protected_(is_protected) {}

    bool pauses_after_lease = false;

    Result<std::vector<store::LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit, std::uint64_t holder) override {
        auto leased = ForwardStore::lease_deliveries(accounts, sinks, now, until, limit, holder);
        if (!leased || leased->empty()) return leased;
        for (const store::LeasedDelivery& lease : *leased)
            seen_.emplace(lease.conversation.key, lease.conversation);
        if (std::exchange(pauses_after_lease, false)) support::ForkedProcess::pause_here();
        return leased;
    }
    Result<store::ConversationRow> conversation(const Key& key) override {
        const auto found = seen_.find(key);
        if (!is_protected_ && found != seen_.end()) return found->second;
        auto row = ForwardStore::conversation(key);
        if (row) seen_.emplace(key, *row);
        return row;
    }
    Result<void> finish_item(std::string_view subscription, const store::LeasedItem& item,
                             store::ItemOutcome outcome, Millis at,
                             std::string_view reason) override {
        auto finished = ForwardStore::finish_item(subscription, item, outcome, at, reason);
        const bool lost = !finished && finished.error().code == Code::unsupported;
        if (lost && !is_protected_) return {};
        return finished;
    }
    Result<std::unique_ptr<store::Tx>> begin() override {
        auto begun = ForwardStore::begin();
        if (!begun || is_protected_) return begun;
        return std::unique_ptr<store::Tx>(std::make_unique<Unprotected>(std::move(*begun), seen_));
    }

private:
    using Seen = std::map<Key, store::ConversationRow>;

    class Unprotected final : public support::ForwardTx {
    public:
        Unprotected(std::unique_ptr<store::Tx> to, const Seen& seen)
            : ForwardTx(std::move(to)),
              seen_(seen) {}
        Result<bool> lock(const Key& key, store::ConversationRow& out) override {
            auto exists = ForwardTx::lock(key, out);
            const auto found = seen_.find(key);
            if (exists && *exists && found != seen_.end()) out.state = found->second.state;
            return exists;
        }
        Result<void> record(const Key& key, const store::OutboxRow& row, std::uint64_t) override {
            return ForwardTx::record(key, row, 0);
        }

    private:
        const Seen& seen_;
    };

    bool is_protected_;
    Seen seen_;
};

}  // namespace lampjack::test
