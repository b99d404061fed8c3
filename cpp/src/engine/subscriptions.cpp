#include "engine/subscriptions.h"

#include "base/timestamp.h"
#include "engine/change_conversation.h"
#include "engine/leases.h"
#include "engine/one_line.h"
#include "engine/own_accounts.h"
#include "engine/views.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {

using store::ItemOutcome;
using store::LeasedItem;

namespace {

constexpr std::string_view kDeadFact = "item_dead";

/// Doubling, up to the cap; the second half is left to chance, so that many do not come back at once.
Millis wait_before(const Core& core, std::uint32_t attempt) {
    const ItemRetries& retries = core.config.items;
    const Millis longest = std::max(retries.base, retries.cap);
    const Millis wait = std::min(longest, retries.base << std::min<std::uint32_t>(attempt, 20));
    return wait / 2 +
           static_cast<Millis>(core.random->next() % static_cast<std::uint64_t>(wait / 2 + 1));
}

bool was_last_try(const Core& core, const LeasedItem& item) {
    return item.attempt >= static_cast<std::uint32_t>(core.config.items.tries);
}

std::string dead_fact_json(std::string_view subscription, const LeasedItem& item,
                           std::string_view reason) {
    std::string text;
    json::Writer out(text);
    out.begin_object().key("type").string(kDeadFact);
    out.key("subscription")
        .string(subscription)
        .key("seq")
        .integer(static_cast<std::int64_t>(item.item.seq));
    out.key("kind").string(item.item.kind).key("attempts").integer(item.attempt);
    out.key("reason").string(reason).end_object();
    return text;
}

/// The fact stands in the conversation's log, where people look. A dead fact of this kind makes no further one.
void tell_dead(Core& core, std::string_view subscription, const LeasedItem& item,
               std::string_view reason) {
    core.say(LogLine(LogEvent::item_dead)
                 .add("subscription", subscription)
                 .add("account", item.account)
                 .add("conversation", core.tag(item.ref))
                 .add("seq", item.item.seq)
                 .add("attempts", item.attempt)
                 .reason(reason));
    const platforms::Account* account = core.account(item.account);
    if (account == nullptr || item.item.kind == kDeadFact) return;
    const auto told =
        change_conversation(core, *account, item.ref, [&](Change& change) -> Result<void> {
            if (change.exists())
                return change.append_fact(dead_fact_json(subscription, item, reason), kDeadFact,
                                          conversation::To::nobody);
            change.leave();
            return {};
        });
    if (!told) core.say(store_failed("note_dead_item", told.error()));
}

Result<void> bury(Core& core, std::string_view subscription, const LeasedItem& item,
                  std::string_view reason) {
    const Millis now = core.clock->now();
    LJK_CHECK(core.lane->repeat([&] {
        return core.store->finish_item(subscription, item, ItemOutcome::dead, now, reason);
    }));
    ++core.counters.items_dead;
    tell_dead(core, subscription, item, reason);
    core.changed.notify();
    return {};
}

Result<std::vector<LeasedItem>> lease_one(Core& core, std::string_view subscription,
                                          std::uint64_t holder,
                                          const std::vector<std::string>& accounts) {
    return core.lane->repeat([&] {
        const Millis now = core.clock->now();
        return core.store->lease_items(subscription, now, now + kHostLease, 1, {holder, accounts});
    });
}

/// The next item, leased: none, or one. What nobody could ever handle is set aside.
Result<std::vector<LeasedItem>> lease_next(Core& core, std::string_view subscription,
                                           std::uint64_t holder,
                                           const std::vector<std::string>& accounts) {
    for (;;) {
        auto leased = lease_one(core, subscription, holder, accounts);
        if (!leased && leased.error().code == Code::not_found) {
            LJK_CHECK(declare_missing(core, subscription));
            leased = lease_one(core, subscription, holder, accounts);
        }
        if (!leased) return leased.error();
        core.declared.met(subscription);
        // Tries that were never answered count too: it may be what ends each process that handles it.
        const auto tries = static_cast<std::uint32_t>(core.config.items.tries);
        if (leased->empty() || leased->front().attempt <= tries) return leased;
        LJK_CHECK(bury(core, subscription, leased->front(), "no try of it was ever answered"));
    }
}

}  // namespace

Result<std::shared_ptr<Item>> lease_item(Core& core, std::string_view subscription, Keeper keeper,
                                         std::span<const std::string> without) {
    LJK_TRY(holder, core.leases->holder());
    std::vector<std::string> accounts = core.declared.accounts_of(subscription);
    std::erase_if(accounts, [&](const std::string& account) {
        return std::ranges::find(without, account) != without.end();
    });
    if (!holder || accounts.empty()) return std::shared_ptr<Item>{};  // none of this hub's
    LJK_TRY(leased, core.faults.note({.name = "lease_items", .subscription = subscription},
                                     lease_next(core, subscription, *holder, accounts)));
    if (leased.empty()) return std::shared_ptr<Item>{};
    auto item = std::make_shared<Item>();
    item->subscription = std::string(subscription);
    item->lease = std::move(leased.front());
    item->json = item_json(item->lease);
    core.leases->holds().add(item, keeper);
    return item;
}

Result<void> end_item_lease(Core& core, const Item& item, bool success, std::string_view reason) {
    const std::string why = one_line(reason);
    if (!success && was_last_try(core, item.lease))
        return bury(core, item.subscription, item.lease, why);
    const auto outcome = success ? ItemOutcome::done : ItemOutcome::retry;
    const Millis again = core.clock->now() + wait_before(core, item.lease.attempt);
    LJK_CHECK(core.lane->repeat([&] {
        return core.store->finish_item(item.subscription, item.lease, outcome, again, why);
    }));
    core.changed.notify();
    return {};
}

Result<void> finish_item(Core& core, const Item& item, bool success, std::string_view reason) {
    if (!item.hold.is_held()) return lease_lost();
    const Hold::Settling settling(item.hold);
    const auto ended = end_item_lease(core, item, success, reason);
    if (!ended && ended.error().code == Code::unsupported) {
        core.leases->holds().lost(item);
        return lease_lost();
    }
    if (ended) item.hold.end();
    return ended;
}

Result<void> give_back_item(Core& core, const Item& item) {
    if (!item.hold.is_held()) return lease_lost();
    const Hold::Settling settling(item.hold);
    LJK_CHECK(core.lane->repeat(
        [&] { return core.store->give_back(item.subscription, std::span(&item.lease, 1)); }));
    item.hold.end();
    core.changed.notify();
    return {};
}

Result<std::string> dead_items_view(Core& core, std::string_view subscription, std::size_t limit,
                                    std::string_view accounts) {
    LJK_TRY(of, accounts_asked(core, accounts));
    LJK_TRY(dead, core.store->dead_items(subscription, limit, of));
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const store::DeadItem& one : dead) {
        out.begin_object().key("subscription").string(subscription);
        out.key("reason").string(one.reason).key("died_at").string(format_time(one.died).view());
        out.key("item").raw(item_json(one.item)).end_object();
    }
    out.end_array();
    return text;
}

Result<void> settle_dead_item(Core& core, std::string_view subscription, std::string_view ref,
                              std::uint64_t seq, bool again) {
    LJK_CHECK(must_be_ours(core, ref, "no such dead item"));
    LJK_CHECK(core.lane->repeat(
        [&] { return core.store->settle_dead_item(subscription, ref, seq, again); }));
    core.changed.notify();
    return {};
}

}  // namespace lampjack::engine
