// size: one facade, a method for each call of the shells; the functions that they call are in files of their own.

#include "engine/hub.h"

#include "engine/account_uses.h"
#include "engine/client_options.h"
#include "engine/commands.h"
#include "engine/config_check.h"
#include "engine/core.h"
#include "engine/dead_letters.h"
#include "engine/erase.h"
#include "engine/head.h"
#include "engine/leases.h"
#include "engine/own_accounts.h"
#include "engine/paused_rows.h"
#include "engine/pauses.h"
#include "engine/policy.h"
#include "engine/queries.h"
#include "engine/reception.h"
#include "engine/record.h"
#include "engine/sender.h"
#include "engine/sinks.h"
#include "engine/stuck.h"
#include "engine/subject.h"
#include "engine/subscription_list.h"
#include "engine/subscriptions.h"
#include "engine/timers.h"
#include "engine/views.h"
#include "engine/why.h"

#include <algorithm>
#include <mutex>

namespace lampjack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A clock that nobody sets.
Millis steady_now() {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// What other processes do tells nobody here.
constexpr milliseconds kLookAgain(100);

/// When a wait of that length ends; a length without sense does not overflow.
steady_clock::time_point end_of(milliseconds timeout) noexcept {
    constexpr milliseconds longest = std::chrono::hours(24 * 365);
    return steady_clock::now() + std::clamp(timeout, milliseconds(0), longest);
}

class Engine final : public Hub {
public:
    Engine(Config config, unsigned run, World world) : run_(run) {
        core_.config = std::move(config);
        const bool own_clock = world.clock != nullptr;
        if (!own_clock) world.steady = steady_now;
        core_.leases = &parts_->leases;
        core_.leases->set_up(std::move(world.steady), run, !own_clock || run != run_nothing);
        core_.clock = world.clock ? std::move(world.clock) : std::make_shared<SystemClock>();
        core_.random = world.random ? std::move(world.random) : std::make_shared<SystemRandom>();
        core_.store = std::move(world.store);
        core_.lane = std::make_unique<CommitLane>(core_.store, core_.random);
        core_.http = std::move(world.http);
        core_.log = std::move(world.log);
        if (core_.config.log_key.empty()) core_.config.log_key = core_.kept_log_key();
        for (const auto& [name, account] : core_.config.accounts)
            core_.policies.emplace(name, policy_of(account));
        core_.declared.init(core_.config.account_names());
        core_.came.init(core_.config.account_names());
        if (auto senders = Senders::of(core_.config)) core_.senders = std::move(*senders);
    }
    ~Engine() override {
        Engine::close();
        if (!core_.is_here()) (void)parts_.release();  // its threads are the other process's
    }

    void start() {
        warn_of_short_secrets(core_);
        if ((run_ & run_sender) != 0) sender_.start();
        if ((run_ & run_timers) != 0) timers_.start();
    }

    std::shared_ptr<Head> check_head(std::string_view account,
                                     const model::Request& head) override {
        return engine::check_head(core_, account, head);
    }
    model::Answer receive(std::string_view account, const model::Request& request,
                          const Decide& decide) override {
        Reception reception(core_, account, request);
        return reception.finish_by(decide);
    }
    std::shared_ptr<Reception> begin(std::string_view account,
                                     const model::Request& request) override {
        return std::make_shared<Reception>(core_, account, request);
    }
    const Question* question(const Reception& reception) const override {
        return reception.question();
    }
    void decide(Reception& reception, const Decision* decision) override {
        reception.decide(decision);
    }
    model::Answer finish(Reception& reception, const Decision* decision) override {
        return reception.finish(decision);
    }
    void nobody_decides(const Reception& reception) override { reception.nobody_decides(); }
    const Untranslated* untranslated(const Reception& reception) const override {
        return reception.untranslated();
    }
    Result<void> translate(Reception& reception, std::string_view events) override {
        return reception.translate(events);
    }
    Result<void> check_translate(std::string_view account) const override {
        return engine::check_translate(core_, account);
    }
    Result<void> check_sink(std::string_view account) const override {
        return engine::check_sink(core_, account);
    }
    Result<void> serve_sink(std::string_view account) override {
        LJK_CHECK(core_.usable());
        return engine::serve_sink(core_, account);
    }
    Result<void> subscribe(std::string_view name, std::string_view filter_json) override {
        LJK_CHECK(core_.usable());
        LJK_TRY(given, read_filter(name, filter_json));
        return declare(core_, name, given);
    }

    Result<std::shared_ptr<Item>> next(std::string_view subscription, milliseconds timeout,
                                       Keeper keeper,
                                       std::span<const std::string> without) override {
        return wait_for<std::shared_ptr<Item>>(
            timeout, [&] { return lease_item(core_, subscription, keeper, without); });
    }
    std::uint64_t wait_for_change(std::uint64_t seen) override {
        if (!core_.usable()) return seen;
        core_.changed.wait(seen, steady_clock::now() + kLookAgain);
        return core_.changed.generation();
    }
    void wake() override {
        if (core_.usable()) core_.changed.notify();
    }
    Millis handler_timeout() const override { return core_.config.handler_timeout; }
    Result<void> done(const Item& item, bool success, std::string_view reason) override {
        LJK_CHECK(core_.usable());
        return finish_item(core_, item, success, reason);
    }
    Result<void> give_back(const Item& item) override {
        LJK_CHECK(core_.usable());
        return give_back_item(core_, item);
    }
    Result<std::string> dead_items(std::string_view subscription, std::size_t limit,
                                   std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return dead_items_view(core_, subscription, limit, accounts);
    }
    Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                  std::uint64_t seq, bool again) override {
        LJK_CHECK(core_.usable());
        return engine::settle_dead_item(core_, subscription, ref, seq, again);
    }
    Result<std::string> subscriptions(std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return subscriptions_view(core_, accounts);
    }
    Result<void> drop_subscription(std::string_view name) override {
        LJK_CHECK(core_.usable());
        return engine::drop_subscription(core_, name);
    }

    CommandResult command(std::string_view ref, const CommandRequest& request) override {
        return run_command(core_, ref, request);
    }
    CommandResult say(std::string_view account, std::string_view user, std::string_view content,
                      std::string_view key, const Item* item, std::string_view handler,
                      std::string_view conversation) override {
        return run_say(core_, account, user,
                       {.content = content,
                        .key = key,
                        .handler = handler,
                        .conversation = conversation,
                        .item = item});
    }
    Result<std::string> conversation(std::string_view ref) override {
        LJK_CHECK(core_.usable());
        return conversation_view(core_, ref);
    }
    Result<std::string> conversations(std::string_view state, std::size_t limit,
                                      std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return conversations_view(core_, state, limit, accounts);
    }
    Result<std::string> unattributed(std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return unattributed_view(core_, accounts);
    }
    Result<std::string> transcript(std::string_view ref, std::uint64_t after, std::size_t limit,
                                   std::uint64_t up_to) override {
        LJK_CHECK(core_.usable());
        return transcript_view(core_, ref, after, limit, up_to);
    }
    Result<std::string> explain(std::string_view ref, std::string_view command,
                                std::string_view agent) override {
        LJK_CHECK(core_.usable());
        return explain_view(core_, ref, command, agent);
    }
    Result<std::string> why(std::string_view ref, std::uint64_t seq, std::size_t limit) override {
        LJK_CHECK(core_.usable());
        return why_view(core_, ref, seq, limit);
    }
    Result<std::string> stuck(std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return stuck_view(core_, accounts);
    }

    Result<std::string> erase(std::string_view account, std::string_view user, bool force,
                              milliseconds timeout) override {
        Erasure erasure(core_, account, user, force, timeout);
        return wait_for<std::string>(timeout, [&]() -> Result<std::string> {
            LJK_TRY(report, erasure.step());
            return report ? std::move(*report) : std::string{};
        });
    }

    Result<std::string> export_user(std::string_view account, std::string_view user) override {
        LJK_CHECK(core_.usable());
        return engine::export_user(core_, account, user);
    }

    Result<std::string> delivery(std::string_view id) override {
        LJK_CHECK(core_.usable());
        return delivery_view(core_, id);
    }
    Result<std::string> deliveries(std::string_view ref) override {
        LJK_CHECK(core_.usable());
        return deliveries_view(core_, ref);
    }

    Result<std::string> wait_delivery(std::string_view id, milliseconds timeout) override {
        return wait_for<std::string>(timeout, [&]() -> Result<std::string> {
            std::string ref;
            LJK_TRY(row, own_delivery(core_, id, ref));
            return row.status == store::DeliveryStatus::pending ? std::string{}
                                                                : delivery_json(row, ref);
        });
    }

    Result<std::shared_ptr<SinkDelivery>> next_sink(std::string_view account, milliseconds timeout,
                                                    Keeper keeper) override {
        LJK_CHECK(engine::check_sink(core_, account));
        return wait_for<std::shared_ptr<SinkDelivery>>(
            timeout, [&] { return lease_sink(core_, account, keeper, sinks_out_); });
    }
    Result<bool> may_leave(const SinkDelivery& delivery) override {
        LJK_CHECK(core_.usable());
        return engine::may_leave(core_, delivery.lease);
    }
    Result<void> sink_done(const SinkDelivery& delivery, bool success,
                           std::string_view error) override {
        LJK_CHECK(core_.usable());
        return finish_sink(core_, delivery, success, error);
    }
    Result<void> give_back(const SinkDelivery& delivery) override {
        LJK_CHECK(core_.usable());
        return give_back_sink(core_, delivery);
    }

    Result<std::string> dead_letters(std::size_t limit, std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return dead_letters_view(core_, limit, accounts);
    }
    Result<std::string> export_dead_letters(std::size_t limit, std::string_view accounts) override {
        LJK_CHECK(core_.usable());
        return export_dead_letters_view(core_, limit, accounts);
    }
    Result<void> retry_delivery(std::string_view id) override {
        LJK_CHECK(core_.usable());
        return engine::retry(core_, id);
    }
    Result<void> discard_delivery(std::string_view id) override {
        LJK_CHECK(core_.usable());
        return engine::discard(core_, id);
    }

    Result<void> resume(std::string_view name) override {
        LJK_CHECK(core_.usable());
        LJK_TRY(account, core_.account_named(name));
        LJK_CHECK(ask_now(core_, *account, {}));
        return wake_refused(core_, *account);
    }

    std::string urls(std::string_view base) override { return urls_view(core_, base); }
    std::string stats() override { return stats_view(core_, sender_.in_flight()); }

    void step() override {
        if (!core_.usable()) return;
        const std::lock_guard one(steps_);
        if (!core_.http) make_own_client();
        parts_->leases.step();
        sender_.step();
        timers_.look();
    }
    Result<void> drain(milliseconds timeout) override {
        LJK_CHECK(core_.usable());
        core_.draining = true;
        core_.changed.notify();
        const auto deadline = end_of(timeout);
        // Also what sinks have leased: shown and not recorded, it would be shown again.
        const auto is_busy = [&] { return sender_.is_busy() || sinks_out_.any(); };
        while (is_busy()) {
            const auto seen = core_.changed.generation();
            if (!is_busy()) break;
            if (steady_clock::now() >= deadline)
                return fail(Code::timeout, "some deliveries are still under way");
            LJK_CHECK(core_.usable());
            core_.changed.wait(seen, std::min(deadline, steady_clock::now() + milliseconds(20)));
        }
        return {};
    }

    void close() override {
        if (!core_.is_here() || core_.closed.exchange(true)) return;
        core_.draining = true;
        core_.changed.notify();
        timers_.stop();
        if (core_.http && own_client_) core_.http->close();
        sender_.stop();
        parts_->leases.stop(sender_.is_busy());
        if (own_store_) core_.store->close();
    }
    bool is_here() const override { return core_.is_here(); }

    void own(bool client, bool store) noexcept {
        own_client_ = client;
        own_store_ = store;
    }

private:
    /// For a host that runs no sender's thread and gave no client: only one that steps needs one.
    void make_own_client() {
        auto client = make_client(core_.config);
        if (!client)
            return core_.say(LogLine(LogEvent::http_client_failed).reason(client.error().message));
        core_.http = std::move(*client);
        own_client_ = true;
    }

    /// Looks, and looks again after each change, until `look` gives something or the time is over.
    template <class T, class Look>
    Result<T> wait_for(milliseconds timeout, Look look) {
        const auto deadline = end_of(timeout);
        for (;;) {
            LJK_CHECK(core_.usable());
            const auto seen = core_.changed.generation();
            Result<T> found = look();
            if (!found || !is_empty(*found)) return found;
            const auto now = steady_clock::now();
            if (now >= deadline) return fail(Code::timeout, "nothing came within the given time");
            core_.changed.wait(seen, std::min(deadline, now + kLookAgain));
        }
    }
    static bool is_empty(const std::string& text) noexcept { return text.empty(); }
    template <class P>
    static bool is_empty(const std::shared_ptr<P>& pointer) noexcept {
        return pointer == nullptr;
    }

    struct Parts {
        Core core;
        Leases leases{core};
        Sender sender{core};
        Timers timers{core};
    };
    std::unique_ptr<Parts> parts_ = std::make_unique<Parts>();
    Core& core_ = parts_->core;
    Sender& sender_ = parts_->sender;
    Timers& timers_ = parts_->timers;
    unsigned run_;
    std::mutex steps_;  ///< one caller steps at a time
    bool own_client_ = false;
    InFlight sinks_out_;  ///< sink deliveries that were leased and not recorded
    bool own_store_ = false;
};

}  // namespace

Result<std::unique_ptr<Hub>> Hub::open(std::string_view config_json, unsigned run, World world) {
    LJK_TRY(config, read_config(config_json));
    LJK_CHECK(check_config(config));
    const bool own_store = !world.store;
    if (own_store) {
        LJK_TRY(store, store::open(config.store, {.connections = config.store_connections}));
        world.store = std::shared_ptr<store::Store>(std::move(store));
    }
    const bool own_client = !world.http && (run & run_sender) != 0;
    if (own_client) {
        LJK_TRY(client, make_client(config));
        world.http = std::move(client);
    }
    auto engine = std::make_unique<Engine>(std::move(config), run, std::move(world));
    engine->own(own_client, own_store);
    engine->start();
    return std::unique_ptr<Hub>(std::move(engine));
}

}  // namespace lampjack::engine
