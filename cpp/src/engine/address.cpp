#include "engine/address.h"

#include "engine/paused_rows.h"
#include "engine/remembered.h"

#include <set>

namespace lampjack::engine {
namespace {

constexpr Millis kFirstWait = 30'000;
constexpr Millis kLaterWait = 300'000;

/// From now on it waits like one that was queued now.
Result<void> begin_anew(Core& core, const store::Delivery& one) {
    return core.lane->run([&](store::Tx& tx) -> Result<void> {
        const auto key = store::key_of(one.ref);
        store::ConversationRow conversation;
        LJK_TRY(exists, tx.lock(key, conversation));
        if (!exists) return {};
        LJK_TRY(row, tx.delivery(key, one.row.oseq));
        if (row.status != store::DeliveryStatus::pending) return {};
        row.created = core.clock->now();
        if (waits_for_address(row)) {
            row.ready_at = core.clock->now();
            row.last_error.clear();
        }
        return tx.record(key, row, 0);
    });
}

}  // namespace

bool waits_for_address(const store::OutboxRow& row) noexcept {
    return !row.to_sink && row.last_error == kNoAddress;
}

Millis next_look_for_address(const Core& core, const store::OutboxRow& row) {
    return core.clock->now() + (waits_for_address(row) ? kLaterWait : kFirstWait);
}

Result<void> wake_addressed(Core& core, const platforms::Account& account) {
    if (account.adapter->remembered.lacks_address == nullptr) return {};
    LJK_TRY(told, remembered(core, account));
    if (account.adapter->remembered.lacks_address(account, told)) return {};
    LJK_TRY(rows, waiting_by_http(core, account));
    std::set<std::string_view> lanes;
    for (const store::Delivery& one : rows)
        if (waits_for_address(one.row)) lanes.insert(one.ref);
    for (const store::Delivery& one : rows)
        if (lanes.contains(one.ref)) LJK_CHECK(begin_anew(core, one));
    if (!lanes.empty()) core.changed.notify();
    return {};
}

}  // namespace lampjack::engine
