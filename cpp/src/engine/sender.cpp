#include "engine/sender.h"

#include "engine/attempt.h"
#include "engine/leases.h"
#include "engine/outgoing_request.h"
#include "engine/record.h"

#include <algorithm>
#include <limits>

namespace lampjack::engine {

using conversation::Action;
using store::DeliveryStatus;
using store::LeasedDelivery;

namespace {

constexpr auto kLongestLook = std::chrono::milliseconds(500);
constexpr auto kLookWhileUnsettled = std::chrono::milliseconds(100);
constexpr auto kBetweenPutOffs = std::chrono::milliseconds(10);
/// After a look that failed for want of memory.
constexpr auto kRest = std::chrono::milliseconds(100);
/// Rows that are only put off cost no place in flight; so many looks are taken before outcomes are read again.
constexpr int kLooks = 64;
constexpr int kClosedLooks = 8;
constexpr int kLastTries = 3;
/// So long after its lease a call begins with all its time. Less than what reclaim() adds to the time of a call.
constexpr Millis kBegins = 1'000;
constexpr StoreWork kLease{"lease_deliveries"};

/// Raises a flag while it lives.
class Looking {
public:
    explicit Looking(std::atomic<bool>& flag) noexcept : flag_(flag) { flag_ = true; }
    ~Looking() { flag_ = false; }
    Looking(const Looking&) = delete;
    Looking& operator=(const Looking&) = delete;

private:
    std::atomic<bool>& flag_;
};

}  // namespace

Sender::~Sender() {
    stop();
    mailbox_->close();
}

void Sender::start() {
    thread_ = std::thread([this] { run(); });
}

void Sender::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    core_.changed.notify();
    thread_.join();
}

void Sender::run() noexcept {
    while (!stopping_) {
        const auto seen = core_.changed.generation();
        const bool looked = core_.survives([&] {
            step();
            core_.changed.wait(seen, next_look());
        });
        if (!looked) core_.changed.wait(seen, std::chrono::steady_clock::now() + kRest);
    }
    core_.survives([&] { finish(); });
}

void Sender::finish() {
    while (in_flight_ != 0) {
        const auto seen = core_.changed.generation();
        core_.survives([&] {
            const std::lock_guard one(looks_);
            record_all();
        });
        if (in_flight_ != 0)
            core_.changed.wait(seen, std::chrono::steady_clock::now() + kLongestLook);
    }
    settle_the_rest();
}

/// The last chance to write outcomes down: a store that fails for longer must not keep the process from ending.
void Sender::settle_the_rest() {
    const std::lock_guard one(looks_);
    for (int i = 0; i < kLastTries && !unsettled_.empty(); ++i) {
        if (i > 0) std::this_thread::sleep_for(kLookWhileUnsettled);
        unsettled_.try_again(true);
    }
    unsettled_.give_up();
}

std::chrono::steady_clock::time_point Sender::next_look() const {
    const std::lock_guard one(looks_);
    auto wait = kLongestLook;
    if (more_to_put_off_) {
        wait = kBetweenPutOffs;
    } else if (!unsettled_.empty()) {
        wait = kLookWhileUnsettled;
    } else if (const auto at = core_.store->next_delivery_at(false)) {
        const bool later =
            *at != std::numeric_limits<Millis>::max() && *at > looked_at_ && !core_.draining;
        const Millis ahead = later ? *at - core_.clock->now() : kLongestLook.count();
        wait = std::chrono::milliseconds(std::clamp<Millis>(ahead, 1, kLongestLook.count()));
    }
    return std::chrono::steady_clock::now() + wait;
}

void Sender::step() {
    const std::lock_guard one(looks_);
    record_all();
    unsettled_.try_again();
    const Looking looking(
        looking_);  // before the look at `draining`: drain() sees one or the other
    if (!core_.draining && core_.http) take_new();
}

void Sender::set_up() {
    auto networks = transport::parse_networks(core_.config.allow_networks);
    addresses_ = std::make_shared<transport::AddressPolicy>(
        networks ? std::move(*networks) : std::vector<transport::Network>{});
    bulkhead_ = Bulkhead(Places::of(core_.config.in_flight, core_.config.accounts.size()));
}

void Sender::take_new() {
    const bool first = !addresses_;
    if (first) set_up();
    const Millis now = core_.clock->now();
    if (first || now < looked_at_) look_for_woken(first);
    wake_accounts();
    looked_at_ = now;
    probe_paused();
    asked_ = core_.config.account_names();
    std::erase_if(asked_, [&](const std::string& name) {
        return closed_.contains(name) || paused_.contains(name);
    });
    more_to_put_off_ = false;
    if (serve_asked(kLooks) == Served::stopped) return;
    // Thousands may wait behind breakers, and to put one off is a write: some at a time, after all others. Enough to
    // outrun those that come, because what is due and not wanted slows each look.
    asked_.assign(closed_.begin(), closed_.end());
    std::erase_if(asked_, [&](const std::string& name) { return paused_.contains(name); });
    more_to_put_off_ = serve_asked(kClosedLooks) == Served::some;
}

/// Nothing while this hub cannot write its heartbeat, or calls may be under way without a lease.
Result<std::vector<LeasedDelivery>> Sender::lease(const Bulkhead::Group& group) {
    LJK_TRY(holder, core_.leases->sender());
    if (!holder) return std::vector<LeasedDelivery>{};
    leased_ = core_.leases->heart().now();
    auto leased = core_.store->lease_deliveries(group.accounts, false, leased_.wall, lease_end(),
                                                group.limit, *holder);
    if (leased)
        core_.faults.works(kLease);
    else  // whatever it is: there is no caller to tell
        core_.faults.failed(kLease, leased.error());
    return leased;
}

/// Leases and begins what is due: `some` when that took all the looks it may take, `stopped` when store or memory fail.
Sender::Served Sender::serve_asked(int looks) {
    while (looks > 0) {
        const auto group = bulkhead_.next(asked_, unsettled_.size());
        if (group.accounts.empty()) return Served::all;
        auto leases = lease(group);
        if (!leases) return Served::stopped;
        if (leases->empty())
            for (const std::string& name : group.accounts) std::erase(asked_, name);
        else
            --looks;
        bool go_on = true;
        for (const LeasedDelivery& lease : *leases) go_on = begin_or_give_back(lease) && go_on;
        if (!go_on) return Served::stopped;
    }
    return Served::some;
}

/// Without memory for the request the lease is given back: kept, it would stop the lane until it ends.
bool Sender::begin_or_give_back(const LeasedDelivery& lease) {
    try {
        return begin(lease);
    } catch (const std::bad_alloc&) {
        unsettled_.release(lease);
        return false;
    }
}

bool Sender::begin(const LeasedDelivery& lease) {
    if (unsettled_.take_over(lease)) return true;
    if (is_behind_failed_call(lease)) {
        unsettled_.hold_behind(lease);
        return true;
    }
    auto request = render_delivery(core_, lease.conversation, lease.row);
    if (!request && is_of_the_store(request.error())) {
        unsettled_.release(lease);
        return false;
    }
    if (!request)
        give_up(lease, request.error());
    else if (!*request)
        wait_for_address(lease);
    else
        return check_and_send(lease, std::move(**request));
    return true;
}

bool Sender::check_and_send(const LeasedDelivery& lease, model::HttpRequest request) {
    if (!probing_ && waits_for_credentials(lease)) return true;
    auto answer =
        destinations_.ask(lease.conversation.account, request.url, lease.row.attempts > 0);
    if (!answer.may_go()) {
        // In the first pass its turn is over; in the second it is there to be put off.
        if (answer.wait == Destinations::Wait::breaker &&
            closed_.insert(lease.conversation.account).second)
            std::erase(asked_, lease.conversation.account);
        unsettled_.postpone(lease, answer.ask_again, answer.why());
        return true;
    }
    closed_.erase(lease.conversation.account);
    // Nothing comes between this look at the owner and the call.
    const auto allowed = may_leave(core_, lease);
    const auto time = call_time();
    if (allowed && *allowed && time) {
        answer.ticket.asks_credentials = probing_;
        answer.ticket.sent_at = core_.clock->now();
        send(lease, answer.ticket, std::move(request), *time);
        return true;
    }
    destinations_.not_sent(answer.ticket);
    if (!allowed || !time) {
        unsettled_.release(lease);  // kept, it would stop the lane until the lease ends
        return false;
    }
    store::OutboxRow row = lease.row;
    row.status = DeliveryStatus::refused;
    row.last_error = "stale_owner";
    unsettled_.record(lease, row);
    return true;
}

/// How long the call may take: it is over before others may send the row, should this hub be taken for dead. Nothing when the
/// lease is so old, because the store was slow or the process stood still, that others may have the row already.
std::optional<std::chrono::milliseconds> Sender::call_time() const {
    const Millis total = core_.config.timeouts.total.count();
    const Millis late = std::max<Millis>(core_.leases->heart().now().apart(leased_) - kBegins, 0);
    if (late > total / 2) return std::nullopt;
    return std::chrono::milliseconds(total - late);
}

void Sender::send(const LeasedDelivery& lease, const Destinations::Ticket& ticket,
                  model::HttpRequest request, std::chrono::milliseconds time) {
    transport::Call call;
    call.request = std::move(request);
    call.timeouts = core_.config.timeouts;
    call.timeouts.total = time;
    call.policy = addresses_;
    call.done = Mailbox::place_for(mailbox_, lease, ticket);
    bulkhead_.take(lease.conversation.account);
    ++in_flight_;
    if (hand_over(std::move(call))) return;
    bulkhead_.give_back(lease.conversation.account);
    --in_flight_;
    destinations_.not_sent(ticket);
    unsettled_.release(lease);
}

/// A client that throws, for want of memory, has taken nothing.
bool Sender::hand_over(transport::Call call) noexcept {
    try {
        return core_.http->send(std::move(call)).has_value();
    } catch (...) {
        return false;
    }
}

void Sender::record_all() {
    for (;;) {
        Mailbox::Letters letter = mailbox_->take();
        if (letter.empty()) return;
        try {
            record(letter.front());
        } catch (...) {  // it is not forgotten: the next look reads it again
            mailbox_->put_back(std::move(letter));
            throw;
        }
        bulkhead_.give_back(letter.front().lease.conversation.account);
        --in_flight_;
    }
}

void Sender::record(const Mailbox::Letter& letter) {
    const LeasedDelivery& lease = letter.lease;
    const platforms::Account* account = core_.account(lease.conversation.account);
    if (account == nullptr) return;  // it was leased for an account of ours
    const auto judged = classify_for(*account->adapter, letter.outcome);
    destinations_.note(letter.ticket, letter.outcome, judged);
    if (judged == transport::OutcomeClass::credentials) return record_refusal(*account, letter);
    note_credentials(*account, letter);
    if (!pauses_.has_waited(*account, lease.row.created))
        return unsettled_.record(lease,
                                 after_attempt(core_, *account, lease.row, letter.outcome, judged));
    // It waited behind others: its tries and its hour begin now, like theirs.
    LeasedDelivery waited = lease;
    waited.row.last_error = kCredentials;
    unsettled_.record(waited, after_attempt(core_, *account, waited.row, letter.outcome, judged));
}

void Sender::give_up(const LeasedDelivery& lease, const Error& error) {
    store::OutboxRow row = lease.row;
    row.status = DeliveryStatus::dead;
    row.last_error = error.message;  // record() warns of it
    row.ready_at = core_.clock->now();
    unsettled_.record(lease, row);
}

}  // namespace lampjack::engine
