#include "engine/sender.h"

#include "model/canonical.h"
#include "transport/retry_policy.h"
#include "json/value.h"

#include <algorithm>
#include <limits>

namespace lampjack::engine {

using conversation::Action;
using store::DeliveryStatus;
using store::LeasedDelivery;
using transport::OutcomeClass;

namespace {

/// A lease outlives the longest request by a margin, so that nobody else sends the same row meanwhile.
constexpr Millis kLeaseMargin = 45'000;
constexpr auto kLongestLook = std::chrono::milliseconds(500);
/// For mutes and returns, which are repeated as long as the state wants them.
constexpr Millis kLongestCallWait = 60'000;

bool is_call(Action action) noexcept { return action == Action::mute || action == Action::unmute; }

platforms::Action action_of(Action action) noexcept {
    if (action == Action::mute) return platforms::Action::mute;
    return action == Action::unmute ? platforms::Action::give_back : platforms::Action::message;
}

std::int32_t status_of(const transport::HttpOutcome& outcome) noexcept {
    const auto* response = std::get_if<model::HttpResponse>(&outcome);
    return response != nullptr ? response->status : 0;
}

std::string error_of(const transport::HttpOutcome& outcome) {
    if (const auto* failure = std::get_if<transport::Failure>(&outcome))
        return std::string(name_of(failure->kind));
    return "status " + std::to_string(status_of(outcome));
}

}  // namespace

Sender::~Sender() {
    stop();
    std::lock_guard lock(mailbox_->mutex);
    mailbox_->bell = nullptr;
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

void Sender::run() {
    while (!stopping_) {
        const auto seen = core_.changed.generation();
        step();
        core_.changed.wait(seen, next_look());
    }
    while (in_flight_ != 0) {
        const auto seen = core_.changed.generation();
        record_all();
        if (in_flight_ != 0)
            core_.changed.wait(seen, std::chrono::steady_clock::now() + kLongestLook);
    }
    record_all();
}

std::chrono::steady_clock::time_point Sender::next_look() const {
    auto wait = kLongestLook;
    if (const auto at = core_.store->next_delivery_at(false)) {
        const bool later =
            *at != std::numeric_limits<Millis>::max() && *at > looked_at_ && !core_.draining;
        const Millis ahead = later ? *at - core_.clock->now() : kLongestLook.count();
        wait = std::chrono::milliseconds(std::clamp<Millis>(ahead, 1, kLongestLook.count()));
    }
    return std::chrono::steady_clock::now() + wait;
}

void Sender::step() {
    record_all();
    looking_ = true;  // before the look at `draining`, so that drain() sees one or the other
    if (!core_.draining && core_.http) take_new();
    looking_ = false;
}

void Sender::take_new() {
    if (!addresses_) {
        auto networks = transport::parse_networks(core_.config.allow_networks);
        addresses_ = std::make_shared<transport::AddressPolicy>(
            networks ? std::move(*networks) : std::vector<transport::Network>{});
    }
    const Millis now = core_.clock->now();
    looked_at_ = now;
    const std::size_t busy = in_flight_.load();
    if (busy >= core_.config.in_flight) return;
    const Millis until = now + core_.config.timeouts.total.count() + kLeaseMargin;
    const auto accounts = core_.config.account_names();
    auto leases =
        core_.store->lease_deliveries(accounts, false, now, until, core_.config.in_flight - busy);
    if (!leases) return core_.say("error", "the store cannot be read: " + leases.error().message);
    for (LeasedDelivery& lease : *leases) begin(std::move(lease));
}

void Sender::begin(LeasedDelivery lease) {
    auto request = render(lease);
    if (!request) return give_up(lease, request.error());
    const auto allowed = may_leave(core_, lease);
    if (!allowed) return;  // the lease ends by itself and another look is taken
    if (!*allowed) {
        store::OutboxRow row = lease.row;
        row.status = DeliveryStatus::refused;
        row.last_error = "stale_owner";
        if (const auto recorded = record_attempt(core_, lease, row); !recorded)
            core_.say("error",
                      "a refused delivery could not be recorded: " + recorded.error().message);
        return;
    }
    send(std::move(lease), std::move(*request));
}

Result<model::HttpRequest> Sender::render(const LeasedDelivery& lease) {
    const store::ConversationRow& row = lease.conversation;
    const platforms::Account* account = core_.account(row.account);
    if (account == nullptr) return fail(Code::not_found, "no account of that name");
    model::BatchPtr batch;
    if (!lease.row.content.empty()) {
        LJK_TRY(read, model::read_events(lease.row.content));
        batch = read;
        // Canonical JSON names its platform; what it remembers of that platform's spelling is then written back.
    }
    LJK_TRY(target, core_.store->meta("target_url:" + row.account));
    if (target.size() >= 2 && target.front() == '"') {
        LJK_TRY(text, json::parse_value(target, "the target address"));
        target = text.is_string() ? std::string(json::view(text.get_string())) : std::string{};
    }
    platforms::Outgoing out;
    out.action = action_of(lease.row.action);
    out.batch = batch.get();
    out.bot = row.bot;
    out.id = row.id;
    out.mode = row.mode;
    out.raw_id = row.raw_id;
    out.target_url = target;
    out.key = lease.row.id;
    out.agent = lease.row.agent;
    out.now = core_.clock->now();
    return account->adapter->render(*account, out);
}

void Sender::send(LeasedDelivery lease, model::HttpRequest request) {
    ++in_flight_;
    transport::Call call;
    call.request = std::move(request);
    call.timeouts = core_.config.timeouts;
    call.policy = addresses_;
    call.done = [mailbox = mailbox_, lease](transport::HttpOutcome outcome) {
        std::lock_guard lock(mailbox->mutex);
        if (mailbox->bell == nullptr) return;
        mailbox->done.push_back({lease, std::move(outcome)});
        mailbox->bell->notify();
    };
    if (const auto sent = core_.http->send(std::move(call)); !sent) {
        --in_flight_;
        if (const auto released =
                core_.store->release_delivery(lease.conversation.key, lease.token);
            !released)
            core_.say("error", "a lease could not be given back: " + released.error().message);
    }
}

void Sender::record_all() {
    for (;;) {
        Done done;
        {
            std::lock_guard lock(mailbox_->mutex);
            if (mailbox_->done.empty()) return;
            done = std::move(mailbox_->done.front());
            mailbox_->done.pop_front();
        }
        record(done);
        --in_flight_;
    }
}

void Sender::record(const Done& done) {
    store::OutboxRow row = done.lease.row;
    const Millis now = core_.clock->now();
    ++row.attempts;
    row.last_code = status_of(done.outcome);
    const OutcomeClass outcome = transport::classify(done.outcome);
    const bool words = !is_call(row.action);
    const platforms::Account* account = core_.account(done.lease.conversation.account);
    if (outcome == OutcomeClass::done) {
        row.status = DeliveryStatus::sent;
        row.last_error.clear();
    } else if (outcome == OutcomeClass::permanent) {
        row.status = DeliveryStatus::dead;
        row.last_error = error_of(done.outcome);
    } else if (outcome == OutcomeClass::unknown && words && account != nullptr &&
               account->text("on_unknown") == "hold") {
        row.status = DeliveryStatus::held;
        row.last_error = error_of(done.outcome);
    } else {
        row.last_error = error_of(done.outcome);
        const transport::Tries tries{.made = static_cast<int>(row.attempts),
                                     .first_at = row.created};
        const auto wait = transport::next_wait(
            core_.config.retry, tries, transport::headers_of(done.outcome), now, *core_.random);
        if (wait) {
            row.ready_at = now + *wait;
        } else if (!words) {
            row.ready_at = now + kLongestCallWait;  // never given up while the state wants it
        } else {
            row.status = DeliveryStatus::dead;
        }
    }
    const auto recorded = record_attempt(core_, done.lease, row);
    if (!recorded && recorded.error().code != Code::unsupported)
        core_.say("error", "an attempt could not be recorded: " + recorded.error().message);
}

void Sender::give_up(const LeasedDelivery& lease, const Error& error) {
    store::OutboxRow row = lease.row;
    row.status = DeliveryStatus::dead;
    row.last_error = error.message;
    core_.say("warning", "a delivery of account " + lease.conversation.account +
                             " cannot be rendered: " + error.message);
    if (const auto recorded = record_attempt(core_, lease, row); !recorded)
        core_.say("error", "an attempt could not be recorded: " + recorded.error().message);
}

}  // namespace lampjack::engine
