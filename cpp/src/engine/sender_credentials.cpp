// What the sender does while a platform refuses our credentials, or has not told where it is to be called.
#include "engine/address.h"
#include "engine/attempt.h"
#include "engine/leases.h"
#include "engine/paused_rows.h"
#include "engine/sender.h"

#include <algorithm>
#include <vector>

namespace lampjack::engine {

using store::LeasedDelivery;

namespace {

/// A lease outlives the longest request by a margin, so that nobody else sends the same row meanwhile.
constexpr Millis kLeaseMargin = 45'000;
/// So many conversations are asked for a probe: others may hold the first ones.
constexpr std::size_t kProbesTried = 8;

/// True for as long as it lives, also when something is thrown.
class Probing {
public:
    explicit Probing(bool& flag) noexcept : flag_(flag) { flag_ = true; }
    ~Probing() { flag_ = false; }
    Probing(const Probing&) = delete;
    Probing& operator=(const Probing&) = delete;

private:
    bool& flag_;
};

}  // namespace

Millis Sender::lease_end() const {
    return leased_.wall + core_.config.timeouts.total.count() + kLeaseMargin;
}

/// What waits for credentials that were changed meanwhile, or by a clock that was set back.
void Sender::look_for_woken(bool adopt) {
    for (const auto& [name, account] : core_.config.accounts)
        if (adopt ? pauses_.adopt(account) : pauses_.is_ahead(account)) to_wake_.insert(name);
    if (!adopt) return;
    for (const auto& [name, account] : core_.config.accounts)
        if (!wake_addressed(core_, account)) return;  // when they are due they go anyhow
}

/// Tried at each look until the store can be read.
void Sender::wake_accounts() {
    std::erase_if(to_wake_, [&](const std::string& name) {
        const auto woken = wake_refused(core_, *core_.account(name));
        if (woken)
            core_.faults.works({"wake_refused", name});
        else
            core_.faults.failed({"wake_refused", name}, woken.error());
        return woken.has_value();
    });
}

/// Accounts whose credentials are refused send one request now and then, or all again when another process had success.
void Sender::probe_paused() {
    for (const std::string& name : std::vector<std::string>(paused_.begin(), paused_.end())) {
        const platforms::Account& account = *core_.account(name);
        if (!pauses_.is_paused(account))
            paused_.erase(name);
        else if (pauses_.may_probe(account))
            probe(account);
    }
}

void Sender::probe(const platforms::Account& account) {
    const auto order = probe_order(core_, account, pauses_.wanted(account));
    if (!order || order->empty()) return;
    const auto holder = core_.leases->sender();
    if (!holder || !*holder || !pauses_.begin_probe(account)) return;
    const std::size_t before = in_flight_;
    for (std::size_t i = 0; i < std::min(order->size(), kProbesTried); ++i) {
        leased_ = core_.leases->heart().now();
        const auto lease =
            core_.store->lease_delivery((*order)[i], leased_.wall, lease_end(), **holder);
        if (!lease) break;
        if (!*lease) continue;  // somebody has it
        const Probing probing(probing_);
        begin_or_give_back(**lease);
        break;
    }
    if (in_flight_ == before) pauses_.probe_not_sent(account);
}

void Sender::wait_for_address(const LeasedDelivery& lease) {
    const platforms::Account& account = *core_.account(lease.conversation.account);
    if (is_too_old(core_, account, lease.row))
        return give_up(lease, fail(Code::config, std::string(kNoAddress) + ": not sent in time"));
    if (core_.told.is_first("address:" + account.name))
        core_.say(LogLine(LogEvent::address_missing)
                      .add("account", account.name)
                      .add("hint", account.adapter->remembered.address_hint));
    unsettled_.postpone(lease, next_look_for_address(core_, lease.row), kNoAddress);
}

/// Whether it has to wait; then it has been given back.
bool Sender::waits_for_credentials(const LeasedDelivery& lease) {
    const platforms::Account& account = *core_.account(lease.conversation.account);
    if (pauses_.is_paused(account)) {
        paused_.insert(account.name);
        std::erase(asked_, account.name);
        unsettled_.release(lease);
        return true;
    }
    const Millis at = pauses_.lane_at(account, lease.conversation.ref);
    if (at > core_.clock->now()) unsettled_.postpone(lease, at, kCredentials);
    return at > core_.clock->now();
}

void Sender::record_refusal(const platforms::Account& account, const Mailbox::Letter& letter) {
    const LeasedDelivery& lease = letter.lease;
    store::OutboxRow row = after_refusal(core_, account, lease.row, letter.outcome);
    const std::string_view why = std::string_view(row.last_error).substr(kCredentials.size() + 2);
    const Millis again_at =
        pauses_.refused(account, {lease.conversation.ref, why, row.last_code,
                                  letter.ticket.asks_credentials, is_refused(lease.row)});
    if (row.status == store::DeliveryStatus::pending) row.ready_at = again_at;
    const bool paused = pauses_.is_paused(account);
    if (paused) paused_.insert(account.name);
    unsettled_.record(lease, row);
    const bool all = paused && letter.ticket.asks_credentials;
    if (!all && row.status == store::DeliveryStatus::pending) return;
    const std::string_view whose = all ? std::string_view{} : lease.conversation.ref;
    if (const auto done = give_up_old(core_, account, whose); !done)
        core_.say(store_failed("give_up_old", done.error(), account.name));
}

/// What the answer says about our credentials: whatever it says, it let us in.
void Sender::note_credentials(const platforms::Account& account, const Mailbox::Letter& letter) {
    const std::int32_t status = status_of(letter.outcome);
    if (status != 0)
        return pauses_.answered(account,
                                {letter.lease.conversation.ref, status >= 200 && status < 300,
                                 letter.ticket.asks_credentials, letter.ticket.sent_at});
    if (letter.ticket.asks_credentials) pauses_.probe_not_sent(account);
}

}  // namespace lampjack::engine
