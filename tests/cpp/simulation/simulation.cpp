#include "simulation.h"

#include "observer.h"

#include "base/random.h"
#include "store/store.h"
#include "json/value.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace lampjack::simulation {
namespace {

using std::chrono::milliseconds;

constexpr Millis kStart = 1'767'607'200'000;  // 2026-01-05T10:00:00Z
constexpr Millis kHour = 3'600'000;
constexpr Millis kReturn = 15'000;  // t_return
constexpr Millis kRetry = 60'000;   // the longest wait of a call that is repeated
constexpr const char* kAgents[] = {"dana", "lee", "kim"};

/// A command whose outcome the agent does not know yet: it is repeated under its key.
struct Wish {
    std::string ref;
    std::string name;
    std::string agent;
    std::string text;
    std::string key;
    std::optional<std::uint64_t> epoch;
    bool force = false;
};

class Run {
public:
    explicit Run(const Options& options)
        : options_(options),
          dice_(options.seed),
          truth_(options.open_store ? options.open_store() : *open_memory()),
          observer_(*truth_) {
        network_.clock = clock_.get();
        network_.on_send = [this](const Network::Pending& call) {
            say("send",
                call.request.url.substr(8, 4) + " " + Vendor::session_of(call.request) + " " +
                    (Vendor::text_of(call.request).empty() ? call.request.body
                                                           : Vendor::text_of(call.request)));
            observer_.leaves(network_, call);
        };
        vendors_.emplace_back("shop", options.sessions);
        vendors_.emplace_back("mall", options.sessions);
        for (std::size_t i = 0; i < options.hubs; ++i) hubs_.push_back(open_hub(i));
    }
    ~Run() {
        for (Life& life : hubs_) life.hub.reset();
    }

    Outcome go() {
        for (step_ = 0; step_ < options_.steps && observer_.violation().empty(); ++step_) step();
        if (observer_.violation().empty()) come_to_rest();
        out_.violation = observer_.violation();
        out_.step = step_;
        out_.tail.assign(tail_.begin(), tail_.end());
        out_.event_log = observer_.event_log();
        out_.erased = observer_.erased();
        return std::move(out_);
    }

private:
    struct Life {
        std::shared_ptr<Faults> faults;
        std::unique_ptr<engine::Hub> hub;
        std::shared_ptr<engine::Item> item;  ///< leased and not done
    };

    static Result<std::shared_ptr<store::Store>> open_memory() {
        LJK_TRY(opened, store::open("memory:"));
        return std::shared_ptr<store::Store>(std::move(opened));
    }

    Life open_hub(std::size_t index) {
        Life life;
        life.faults = std::make_shared<Faults>();
        life.faults->dice = Dice(dice_.next());
        life.faults->stand_still = [this, index] { stand_still(index); };
        engine::World world;
        world.clock = clock_;
        world.steady = [this] { return clock_->now() - set_by_; };
        world.random = std::make_shared<SeededRandom>(dice_.next());
        world.store = make_fault_store(truth_, life.faults, options_.sabotage);
        world.http = network_.client(index);
        world.log = [this](std::string_view level, std::string_view text) {
            observer_.logged(level, text);
        };
        std::string accounts;
        for (const Vendor& vendor : vendors_)
            accounts += (accounts.empty() ? "" : ",") + vendor.settings();
        auto opened =
            engine::Hub::open(R"({"store":"memory:","log_key":"k","account":{)" + accounts + "}}",
                              engine::run_nothing, std::move(world));
        if (!opened) throw std::runtime_error("the simulation's hub: " + opened.error().message);
        life.hub = std::move(*opened);
        static_cast<void>(life.hub->subscribe("desk", "{}"));
        return life;
    }

    void say(std::string_view what, const std::string& detail) {
        std::string line = std::to_string(step_) + " " + std::string(what) + " " + detail;
        for (const char c : line)
            out_.trace = (out_.trace ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        tail_.push_back(std::move(line));
        if (tail_.size() > options_.tail) tail_.pop_front();
    }

    Life& some_hub() { return hubs_[dice_.below(hubs_.size())]; }
    Vendor& some_vendor() { return vendors_[dice_.below(vendors_.size())]; }
    Vendor& vendor_of(const std::string& account) {
        return vendors_[account == vendors_[0].account() ? 0 : 1];
    }

    void step() {
        const auto faults = options_.store_faults ? 1U : 0U;
        switch (dice_.pick({18, 22, 16, 20, 20, 8, 10, options_.crashes ? 2U : 0U, 4 * faults,
                            2 * faults, 6, 2, 2, 1})) {
            case 0:
                clock_->advance(static_cast<Millis>(dice_.below(3)));
                posts_.push_back(some_vendor().speak(dice_, clock_->now()));
                break;
            case 1: deliver_post(); break;
            case 2: act(); break;
            case 3: some_hub().hub->step(); break;
            case 4: answer_call(); break;
            case 5:
                pass_time(dice_.one_in(10) ? 40 * 60'000 : dice_.one_in(4) ? 70'000 : 900);
                break;
            case 6: consume(); break;
            case 7: crash(); break;
            case 8: toggle_faults(); break;
            case 9: toggle_partition(); break;
            case 10: operate(); break;
            case 11: erase(); break;
            case 12: toggle_credentials(); break;
            default: calm();
        }
        for (const Vendor& vendor : vendors_)
            for (const std::string& session : vendor.sessions())
                observer_.look(vendor.ref(session));
    }

    // ---- the platform to us

    void deliver_post() {
        if (posts_.empty()) return;
        const std::size_t at = dice_.below(std::min<std::size_t>(posts_.size(), 3));
        Post post = posts_[at];
        posts_.erase(posts_.begin() + static_cast<std::ptrdiff_t>(at));
        Vendor& vendor = vendor_of(post.account);
        const std::string query = "challenge.verifyToken=" + vendor.token();
        model::Request request;
        request.method = "POST";
        request.query = query;
        request.body = post.body;
        const auto decision = dice_.pick({6, 2, 1});
        const engine::Decide decide = [decision](const engine::Question&) {
            return engine::Decision{decision != 1, decision == 0, decision == 1 ? "closed" : ""};
        };
        const auto answer = some_hub().hub->receive(post.account, request, decide);
        say("post", post.account + " " + post.session + " " + std::to_string(answer.status) + " " +
                        (post.texts.empty() ? "" : post.texts.back()) +
                        (post.is_offload ? " offload " + answer.body : ""));
        if (answer.status == 503) return posts_.push_back(std::move(post));
        if (answer.status != 200)
            return fail_run("a good request was answered " + std::to_string(answer.status));
        ++out_.acknowledged;
        vendor.acknowledged(post, answer.body);  // a repetition counts as much as the first
        observer_.look(vendor.ref(post.session));
        observer_.acknowledged(vendor.ref(post.session), post.texts);
        if (--post.copies > 0) posts_.push_back(std::move(post));
    }

    void fail_run(const std::string& what) { observer_.found(what); }

    // ---- the agents

    void act() {
        if (!wishes_.empty() && dice_.one_in(2)) {
            Wish wish = std::move(wishes_.front());
            wishes_.pop_front();
            return carry(std::move(wish));
        }
        static constexpr const char* kNames[] = {"take",  "reply",  "release", "pass",
                                                 "close", "extend", "notify"};
        Wish wish;
        const Vendor& vendor = some_vendor();
        wish.ref = vendor.ref(vendor.sessions()[dice_.below(vendor.sessions().size())]);
        wish.name = kNames[dice_.pick({5, 12, 3, 1, 1, 1, 1})];
        wish.agent = kAgents[dice_.below(3)];
        wish.force = wish.name == "take" && dice_.one_in(3);
        const auto known = epochs_.find(wish.ref);
        if (known != epochs_.end() && dice_.one_in(2)) wish.epoch = known->second;
        if (wish.name == "reply" || wish.name == "notify")
            wish.text = "r-" + std::to_string(++last_reply_);
        wish.key = "k-" + std::to_string(++last_key_);
        carry(std::move(wish));
    }

    void carry(Wish wish) {
        const std::string content = R"({"type":"text","text":")" + wish.text + "\"}";
        engine::CommandRequest request;
        request.name = wish.name;
        request.agent = wish.agent;
        request.epoch = wish.epoch;
        request.key = wish.key;
        request.force = wish.force;
        if (!wish.text.empty()) request.content = content;
        if (wish.name == "pass") request.target_kind = "anyone";
        const auto result = some_hub().hub->command(wish.ref, request);
        say(wish.name, wish.ref + " " + wish.agent + " " + wish.text + " " +
                           std::string(name_of(result.error.code)));
        if (result.error.code == Code::store) return wishes_.push_back(std::move(wish));
        if (result.epoch != 0 && dice_.one_in(2)) epochs_[wish.ref] = result.epoch;
        if (result.error.code != Code::ok || wish.text.empty() || result.delivery_id.empty())
            return;
        ++out_.replies;
        observer_.look(wish.ref);
        observer_.accepted({wish.ref, wish.text, result.delivery_id, result.epoch});
    }

    // ---- we to the platform

    void answer_call() {
        const auto waiting = network_.pending();
        if (waiting.empty()) return;
        const auto id = waiting[dice_.below(waiting.size())];
        if (hubs_[network_.at(id).hub].faults->cut_off)
            return break_call(id, transport::FailureKind::connect, false);
        if (const auto status = vendor_for(network_.at(id).request).refuses_credentials())
            return answer(id, status, false);
        const bool is_message = !Vendor::text_of(network_.at(id).request).empty();
        switch (dice_.pick({20, 3, 2, 2, 2, 2, is_message ? 10U : 0U})) {
            case 0: return answer(id, 200, true);
            case 1: return answer(id, 500, false);
            case 2: return answer(id, 503, false, {{"Retry-After", "2"}});
            case 3: return break_call(id, transport::FailureKind::connect, false);
            case 4: return break_call(id, transport::FailureKind::unknown_after_sent, true);
            case 5: return break_call(id, transport::FailureKind::unknown_after_sent, false);
            default: return answer(id, 400, false);
        }
    }

    void answer(transport::CallId id, std::int32_t status, bool effect,
                model::Headers headers = {}) {
        if (effect) take_effect(network_.at(id).request);
        say("answer", network_.at(id).request.url.substr(8, 4) + " " +
                          Vendor::session_of(network_.at(id).request) + " " +
                          std::to_string(status));
        network_.finish(id, model::HttpResponse{status, std::move(headers), "{}"});
    }
    void break_call(transport::CallId id, transport::FailureKind kind, bool effect) {
        if (effect) take_effect(network_.at(id).request);
        say("break", network_.at(id).request.url.substr(8, 4) + " " +
                         Vendor::session_of(network_.at(id).request) + " " +
                         std::string(name_of(kind)) + (effect ? " done" : ""));
        const bool written = kind == transport::FailureKind::unknown_after_sent;
        network_.finish(id, transport::Failure{kind, "simulated", {}, written});
    }
    void take_effect(const model::HttpRequest& request) {
        ++out_.effects;
        static_cast<void>(vendor_for(request).carry_out(request));
    }
    Vendor& vendor_for(const model::HttpRequest& request) {
        return vendors_[request.url.find("://shop.") != std::string::npos ? 0 : 1];
    }

    /// Somebody revokes our token at a platform, or makes it good again; now and then only some customers are blocked.
    void toggle_credentials() {
        Vendor& vendor = some_vendor();
        const std::int32_t status = vendor.refuses_credentials() != 0 ? 0
                                    : dice_.one_in(3)                 ? 403
                                                                      : 401;
        vendor.refuse_credentials(status);
        out_.refusals += status != 0 ? 1U : 0U;
        say("credentials", vendor.account() + " " + std::to_string(status));
        if (status == 0 && dice_.one_in(2))
            static_cast<void>(some_hub().hub->resume(vendor.account()));
    }

    // ---- operators

    /// Somebody sends a delivery again that was given up, or throws it away.
    void operate() {
        auto dead = truth_->deliveries_by(store::DeliveryStatus::dead, 50);
        if (!dead || dead->empty()) dead = truth_->deliveries_by(store::DeliveryStatus::held, 50);
        if (!dead || dead->empty()) return;
        const store::Delivery& one = (*dead)[dice_.below(dead->size())];
        const bool again = dice_.one_in(2);
        if (again) observer_.sent_again(one.row.id);
        engine::Hub& hub = *some_hub().hub;
        const auto done = again ? hub.retry_delivery(one.row.id) : hub.discard_delivery(one.row.id);
        say(again ? "again" : "discard", one.ref + " " + std::to_string(one.row.oseq) + " " +
                                             std::string(done ? "ok" : name_of(done.error().code)));
        ++out_.operations;
    }
    /// A user wants to be forgotten. Where the bot has to be woken first, somebody has to ask again later.
    void erase() {
        const Vendor& vendor = some_vendor();
        const std::string session = vendor.sessions()[dice_.below(vendor.sessions().size())];
        const auto done = some_hub().hub->erase(vendor.account(), session, false, milliseconds(0));
        say("erase",
            vendor.ref(session) + " " + std::string(done ? "ok" : name_of(done.error().code)));
        // With the user the keys of commands are forgotten: what is asked for again would be something new.
        if (done)
            std::erase_if(
                wishes_, [ref = vendor.ref(session)](const Wish& wish) { return wish.ref == ref; });
    }

    // ---- time, crashes, faults

    void pass_time(Millis by) {
        const Millis to =
            clock_->now() + static_cast<Millis>(dice_.below(static_cast<std::size_t>(by)));
        end_calls(to);
        clock_->set(to);
        if (dice_.one_in(12)) set_clock();
        say("time", std::to_string(to - kStart));
    }

    /// What the engine's own limit ends by then.
    void end_calls(Millis by) {
        while (const auto id = next_to_end(by)) {
            clock_->set(std::max(network_.at(*id).ends(), clock_->now()));
            break_call(*id, transport::FailureKind::unknown_after_sent, dice_.one_in(2));
            step_all();  // a living hub looks at its outcomes at once
        }
    }

    void step_all() {
        for (std::size_t i = 0; i < hubs_.size(); ++i)
            if (stopped_ != i) hubs_[i].hub->step();
    }

    /// Just after it leased something a process is stopped, longer than others take it for alive; they go on.
    void stand_still(std::size_t index) {
        if (stopped_) return;
        stopped_ = index;
        ++out_.stops;
        say("stop", std::to_string(index));
        const Millis to = clock_->now() + 20'000 + static_cast<Millis>(dice_.below(20'000));
        while (clock_->now() < to) {
            const Millis next = std::min(to, clock_->now() + 1'000);
            end_calls(next);
            clock_->set(next);
            step_all();
        }
        stopped_.reset();
        say("go", std::to_string(index));
    }

    /// The operating system's clock is set, back or forward. Forward it ends leases early.
    void set_clock() {
        const auto by = static_cast<Millis>(dice_.below(kHour));
        const bool is_back = dice_.one_in(2);
        set_by_ += is_back ? -by : by;
        if (is_back) return clock_->advance(-by);
        network_.overtake(by);
        clock_->advance(by);
    }

    /// The first call that the engine's own limit ends by then.
    std::optional<transport::CallId> next_to_end(Millis by) const {
        std::optional<transport::CallId> first;
        for (const auto id : network_.pending())
            if (network_.at(id).ends() <= by &&
                (!first || network_.at(id).ends() < network_.at(*first).ends()))
                first = id;
        return first;
    }

    void crash() {
        const std::size_t index = dice_.below(hubs_.size());
        hubs_[index].hub.reset();
        out_.faults += hubs_[index].faults->count;
        for (const Network::Pending& call : network_.abandon(index))
            if (dice_.one_in(2)) take_effect(call.request);
        hubs_[index] = open_hub(index);
        ++out_.crashes;
        say("crash", std::to_string(index));
    }

    void toggle_faults() {
        Life& life = some_hub();
        life.faults->on = !life.faults->on;
        say("faults", life.faults->on ? "on" : "off");
    }

    /// A process is cut off from the store and from the platforms, or no longer.
    void toggle_partition() {
        const std::size_t index = dice_.below(hubs_.size());
        Faults& faults = *hubs_[index].faults;
        faults.cut_off = !faults.cut_off;
        out_.partitions += faults.cut_off ? 1U : 0U;
        say("partition", std::to_string(index) + (faults.cut_off ? " on" : " off"));
    }

    // ---- subscribers

    void consume() {
        Life& life = some_hub();
        if (!life.item) {
            auto next = life.hub->next("desk", milliseconds(0));
            if (!next) return;
            life.item = std::move(*next);
            observer_.handed_out(life.item->lease.ref, life.item->lease.item.seq);
        }
        if (dice_.one_in(20)) return;  // it takes its time
        const bool good = life.item->lease.attempt > 2 || !dice_.one_in(8);
        const auto done = life.hub->done(*life.item, good);
        say("item", life.item->lease.ref + " " + std::to_string(life.item->lease.item.seq) +
                        (good ? " done" : " retry"));
        if (good && done) observer_.handled(life.item->lease.ref, life.item->lease.item.seq);
        life.item.reset();
    }

    // ---- the end: everything heals, and nothing may be left

    void heal() {
        for (Life& life : hubs_) life.faults->on = life.faults->cut_off = false;
        for (Vendor& vendor : vendors_) vendor.refuse_credentials(0);
        for (std::size_t i = 0; i < 10'000 && !posts_.empty(); ++i) deliver_post();
    }
    /// Everything heals for so long that nothing is left to send, and then for t_return and one retry.
    void calm() {
        say("calm", {});
        heal();
        const Millis end = clock_->now() + 4 * kHour;
        Millis quiet_since = clock_->now();
        while (clock_->now() < end && observer_.violation().empty()) {
            settle(5'000);
            if (!is_quiet()) quiet_since = clock_->now();
            if (clock_->now() - quiet_since < kReturn + kRetry) continue;
            out_.muted += observer_.muting({&vendors_[0], &vendors_[1]});
            return;
        }
        fail_run("I9: a row still waits four hours after everything healed");
    }
    bool is_quiet() const {
        if (!posts_.empty() || !network_.pending().empty()) return false;
        return std::ranges::all_of(vendors_, [&](const Vendor& vendor) {
            const auto pending = truth_->pending_count(vendor.account());
            return pending && *pending == 0;
        });
    }

    void come_to_rest() {
        for (Life& life : hubs_) life.item.reset();
        calm();
        while (!wishes_.empty()) {
            Wish wish = std::move(wishes_.front());
            wishes_.pop_front();
            carry(std::move(wish));
        }
        for (int hour = 0; hour < 24 * 9 && observer_.violation().empty(); ++hour) settle(kHour);
        drain_items();
        for (const Vendor& vendor : vendors_)
            for (const std::string& session : vendor.sessions())
                observer_.look(vendor.ref(session));
        observer_.at_rest({&vendors_[0], &vendors_[1]});
        for (Life& life : hubs_) out_.faults += life.faults->count;
    }

    void settle(Millis by) {
        for (int round = 0; round < 50; ++round) {
            for (Life& life : hubs_) life.hub->step();
            const auto waiting = network_.pending();
            if (waiting.empty()) break;
            for (const auto id : waiting) answer(id, 200, true);
        }
        clock_->advance(by);
    }

    void drain_items() {
        clock_->advance(kHour);  // the leases of the dead end
        for (std::size_t i = 0; i < 100'000; ++i) {
            auto next = hubs_[0].hub->next("desk", milliseconds(0));
            if (!next) break;
            observer_.handed_out((*next)->lease.ref, (*next)->lease.item.seq);
            if (hubs_[0].hub->done(**next, true))
                observer_.handled((*next)->lease.ref, (*next)->lease.item.seq);
        }
    }

    Options options_;
    Dice dice_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
    Millis set_by_ = 0;  ///< by how much it was set since: no time went by
    std::shared_ptr<store::Store> truth_;
    Observer observer_;
    Network network_;
    std::vector<Vendor> vendors_;
    std::vector<Life> hubs_;
    std::deque<Post> posts_;
    std::deque<Wish> wishes_;
    std::map<std::string, std::uint64_t> epochs_;  ///< what an agent's screen last showed
    std::deque<std::string> tail_;
    std::size_t step_ = 0;
    std::optional<std::size_t> stopped_;  ///< that hub's process
    std::uint64_t last_reply_ = 0, last_key_ = 0;
    Outcome out_;
};

}  // namespace

Outcome run(const Options& options) { return Run(options).go(); }

}  // namespace lampjack::simulation
