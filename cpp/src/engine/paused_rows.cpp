#include "engine/paused_rows.h"

#include "engine/attempt.h"
#include "engine/record.h"

#include <algorithm>
#include <tuple>

namespace lampjack::engine {
namespace {

using store::Delivery;

/// How many deliveries that wait are looked at; more where those of other accounts stand before.
constexpr std::size_t kLookedAt = 10'000;

Result<void> wake(Core& core, const Delivery& one) {
    return core.lane->run([&](store::Tx& tx) -> Result<void> {
        const auto key = store::key_of(one.ref);
        store::ConversationRow conversation;
        LJK_TRY(exists, tx.lock(key, conversation));
        if (!exists) return {};
        LJK_TRY(row, tx.delivery(key, one.row.oseq));
        if (row.status != store::DeliveryStatus::pending || !is_refused(row)) return {};
        row.ready_at = core.clock->now();
        return tx.record(key, row, 0);
    });
}

}  // namespace

Result<std::vector<Delivery>> waiting_by_http(const Core& core, const platforms::Account& account) {
    LJK_TRY(count, core.store->pending_count(account.name));
    if (count == 0) return std::vector<Delivery>{};
    const std::size_t enough = std::min(count, kLookedAt);
    for (std::size_t limit = kLookedAt;; limit *= 4) {
        LJK_TRY(rows, core.store->deliveries_by(store::DeliveryStatus::pending, limit));
        const bool all = rows.size() < limit;
        std::erase_if(rows, [&](const Delivery& one) { return one.account != account.name; });
        if (!all && rows.size() < enough) continue;
        std::erase_if(rows, [](const Delivery& one) { return one.row.to_sink; });
        return std::move(rows);
    }
}

Result<std::vector<store::ConversationKey>>
probe_order(const Core& core, const platforms::Account& account, std::string_view wanted) {
    LJK_TRY(heads, core.store->due_heads(account.name, core.clock->now(), kLookedAt));
    using Rank = std::tuple<bool, bool, bool, Millis, std::string_view>;
    std::vector<Rank> order;
    for (const Delivery& one : heads) {
        const bool is_other = wanted.empty() || core.tag(one.ref) != wanted;
        const bool refused = is_refused(one.row);
        order.emplace_back(is_other, refused, !refused && !is_call(one.row.action),
                           one.row.ready_at, one.ref);
    }
    std::sort(order.begin(), order.end());
    std::vector<store::ConversationKey> keys;
    for (const Rank& one : order) keys.push_back(store::key_of(std::get<4>(one)));
    return keys;
}

Result<void> wake_refused(Core& core, const platforms::Account& account) {
    LJK_TRY(rows, waiting_by_http(core, account));
    for (const Delivery& one : rows)
        if (is_refused(one.row) && one.row.ready_at > core.clock->now()) LJK_CHECK(wake(core, one));
    core.changed.notify();
    return {};
}

Result<void> give_up_old(Core& core, const platforms::Account& account, std::string_view ref) {
    LJK_TRY(rows, waiting_by_http(core, account));
    for (const Delivery& one : rows)
        if ((ref.empty() || one.ref == ref) && is_too_old(core, account, one.row))
            LJK_CHECK(give_up_waiting(core, one));
    return {};
}

}  // namespace lampjack::engine
