#include "engine/sinks.h"

#include "engine/account_uses.h"
#include "engine/attempt.h"
#include "engine/leases.h"
#include "engine/one_line.h"
#include "engine/record.h"
#include "engine/silence.h"
#include "engine/views.h"

#include <array>

namespace lampjack::engine {
namespace {

store::OutboxRow after_try(Core& core, const SinkDelivery& delivery, bool success, bool allowed,
                           std::string_view error) {
    store::OutboxRow row = delivery.lease.row;
    ++row.attempts;
    row.last_error = one_line(error);
    if (success) {
        row.status = store::DeliveryStatus::sent;
        return row;
    }
    if (allowed) return after_failure(core, std::move(row), {});
    row.status = store::DeliveryStatus::refused;
    row.last_error = "stale_owner";
    return row;
}

void note_sink(Core& core, std::string_view account) {
    if (core.served_sinks.is_first(account)) core.leases->heart().note(sink_name(account), {});
}

}  // namespace

Result<void> serve_sink(Core& core, std::string_view account) {
    LJK_CHECK(check_sink(core, account));
    note_sink(core, account);
    // A row that cannot be written is the heartbeat's to tell.
    (void)core.leases->heart().beat_if_older(Heartbeat::kEvery, std::chrono::milliseconds(0));
    return {};
}

Result<std::shared_ptr<SinkDelivery>> lease_sink(Core& core, std::string_view account,
                                                 Keeper keeper, const InFlight& out) {
    const std::array names{std::string(account)};
    note_sink(core, account);
    auto shown = out.begin();  // before the look at `draining`: see Hub::drain()
    if (core.draining) return std::shared_ptr<SinkDelivery>{};
    LJK_TRY(holder, core.leases->holder());
    if (!holder) return std::shared_ptr<SinkDelivery>{};
    const Millis now = core.clock->now();
    LJK_TRY(leased, core.faults.note({"lease_deliveries", account},
                                     core.store->lease_deliveries(names, true, now,
                                                                  now + kHostLease, 1, *holder)));
    if (leased.empty()) return std::shared_ptr<SinkDelivery>{};
    auto delivery = std::make_shared<SinkDelivery>();
    delivery->account = names.front();
    delivery->lease = std::move(leased.front());
    delivery->json = sink_json(delivery->lease);
    delivery->shown = std::move(shown);
    core.leases->holds().add(delivery, keeper);
    return delivery;
}

Result<void> finish_sink(Core& core, const SinkDelivery& delivery, bool success,
                         std::string_view error) {
    if (!delivery.hold.is_held()) return lease_lost();
    LJK_TRY(allowed, may_leave(core, delivery.lease));
    const Hold::Settling settling(delivery.hold);
    const auto recorded =
        record_attempt(core, delivery.lease, after_try(core, delivery, success, allowed, error));
    if (!recorded && recorded.error().code == Code::unsupported) {
        core.leases->holds().lost(delivery);
        return lease_lost();
    }
    LJK_CHECK(recorded);
    delivery.hold.end();
    delivery.shown.end();
    core.changed.notify();
    return {};
}

Result<void> give_back_sink(Core& core, const SinkDelivery& delivery) {
    if (!delivery.hold.is_held()) return lease_lost();
    const auto& lease = delivery.lease;
    const Hold::Settling settling(delivery.hold);
    LJK_CHECK(core.store->release_delivery(lease.conversation.key, lease.token));
    delivery.hold.end();
    delivery.shown.end();
    core.changed.notify();
    return {};
}

}  // namespace lampjack::engine
