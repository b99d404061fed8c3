#include "engine/pauses.h"

#include "base/digest.h"
#include "base/text.h"
#include "model/identity.h"
#include "platforms/adapter.h"

namespace lampjack::engine {
namespace {

constexpr Millis kLookAgain = 1'000;  ///< for how long the shared state is believed
/// A probe that its process did not live to see is given up this long after its last moment.
constexpr Millis kProbeMargin = 5'000;
/// Where another process has a newer credential, it gets a moment to send what this one may not.
constexpr Millis kForTheNewer = 2'000;
constexpr int kTries = 8;
constexpr std::size_t kHashBytes = 8;

void put(std::string& bytes, std::string_view field) {
    bytes.append(std::to_string(field.size())).append(":").append(field);
}

/// Stands for what lets the account's requests in; tells nothing of it without the key.
std::string hash_of(const Core& core, const platforms::Account& account) {
    std::string bytes;
    for (const std::string_view name : account.adapter->credentials) {
        const auto secrets = account.secrets(name);
        put(bytes, secrets.empty() ? account.text(name) : secrets.front().reveal());
    }
    put(bytes, core.config.proxy);
    put(bytes, core.config.ca_file);
    for (const std::string& network : core.config.allow_networks) put(bytes, network);
    const Digest digest = hmac_sha256(core.config.log_key, bytes);
    return hex({reinterpret_cast<const char*>(digest.data()), kHashBytes});
}

std::string newest_name(const platforms::Account& account) { return "credentials:" + account.name; }

bool is_of_conversation(const Pauses::Refusal& refusal, const CredentialsPause& pause) noexcept {
    // One that stays refused while others were accepted is refused for itself.
    return refusal.status == 403 || (refusal.again && !pause.is_paused() && pause.ended != 0);
}

}  // namespace

std::string pause_name(const Core& core, const platforms::Account& account) {
    return "pause:" + account.name + ":" + hash_of(core, account);
}

PauseLimits pause_limits(const Core& core) noexcept {
    PauseLimits limits;
    limits.first = core.config.breaker.open;
    limits.longest = core.config.breaker.longest;
    return limits;
}

Result<CredentialsPause> shared_pause(const Core& core, const platforms::Account& account) {
    std::string name;
    if (core.config.secrets == "placeholder") {
        LJK_TRY(newest, core.store->meta(newest_name(account)));
        name = std::move(newest);
    }
    if (name.empty()) name = pause_name(core, account);
    LJK_TRY(text, core.store->meta(name));
    return CredentialsPause::from_text(text);
}

Millis credentials_wait(const Core& core, std::string_view ref) {
    model::RefParts parts;
    if (!model::split_ref(ref, parts)) return 0;
    const platforms::Account* account = core.account(parts.account);
    if (account == nullptr) return 0;
    const auto pause = shared_pause(core, *account);
    if (!pause) return 0;
    const Millis now = core.clock->now();
    if (pause->is_paused()) return pause->probe_at(now, pause_limits(core));
    const std::string tag = core.tag(ref);
    return pause->lane(tag) == nullptr ? 0 : pause->lane_at(tag, now, pause_limits(core));
}

Result<void> ask_now(Core& core, const platforms::Account& account, std::string_view tag) {
    const std::string name = pause_name(core, account);
    for (int i = 0; i < kTries; ++i) {
        LJK_TRY(text, core.store->meta(name));
        CredentialsPause pause = CredentialsPause::from_text(text);
        pause.ask_now(tag, core.clock->now());
        LJK_TRY(swapped, core.store->swap_meta(name, text, pause.to_text()));
        if (!swapped) continue;
        ++core.asked_now;
        core.changed.notify();
        return {};
    }
    return fail(Code::conflict, "the pause of account " + account.name + " changes all the time");
}

Pauses::Known& Pauses::known(const platforms::Account& account) {
    const auto found = known_.find(account.name);
    if (found != known_.end()) return found->second;
    Known fresh;
    fresh.name = pause_name(core_, account);
    return known_.emplace(account.name, std::move(fresh)).first->second;
}

Result<void> Pauses::read(Known& known) {
    LJK_TRY(text, core_.store->meta(known.name));
    if (text == known.text) return {};
    known.pause = CredentialsPause::from_text(text);
    known.text = std::move(text);
    return {};
}

Pauses::Known& Pauses::look(const platforms::Account& account) {
    Known& found = known(account);
    const Millis now = core_.clock->now();
    const std::uint64_t asked = core_.asked_now;
    const bool fresh = found.looked_at != 0 && now >= found.looked_at &&
                       now - found.looked_at < kLookAgain && asked == found.asked;
    if (fresh) return found;
    found.looked_at = now;
    found.asked = asked;
    static_cast<void>(read(found));  // a store that cannot be read leaves us with what we know
    return found;
}

template <class F>
bool Pauses::share(Known& known, F change) {
    for (int i = 0; i < kTries; ++i) {
        CredentialsPause next = known.pause;
        change(next);
        if (next == known.pause) return false;
        std::string text = next.to_text();
        const auto swapped = core_.store->swap_meta(known.name, known.text, text);
        if (swapped && !*swapped && read(known)) continue;
        // Also when the store fails: better alone than not at all.
        if (swapped && *swapped) known.text = std::move(text);
        known.pause = std::move(next);
        return true;
    }
    return false;
}

bool Pauses::is_newest(const platforms::Account& account, const Known& known) const {
    const auto newest = core_.store->meta(newest_name(account));
    return !newest || newest->empty() || *newest == known.name;
}

bool Pauses::adopt(const platforms::Account& account) {
    Known& mine = look(account);
    const std::string name = newest_name(account);
    const auto before = core_.store->meta(name);
    if (!before || *before == mine.name) return is_ahead(account);
    const auto swapped = core_.store->swap_meta(name, *before, mine.name);
    if (before->empty() || !swapped || !*swapped) return is_ahead(account);
    const auto left = core_.store->meta(*before);
    if (!left || CredentialsPause::from_text(*left).is_empty()) return is_ahead(account);
    share(mine, [this](CredentialsPause& pause) { pause.end(core_.clock->now()); });
    return true;
}

bool Pauses::is_ahead(const platforms::Account& account) {
    return look(account).pause.is_ahead(core_.clock->now(), pause_limits(core_));
}

bool Pauses::is_paused(const platforms::Account& account) {
    return look(account).pause.is_paused();
}

bool Pauses::may_probe(const platforms::Account& account) {
    const Millis now = core_.clock->now();
    return look(account).pause.probe_at(now, pause_limits(core_)) <= now;
}

const std::string& Pauses::wanted(const platforms::Account& account) {
    return look(account).pause.wanted;
}

bool Pauses::begin_probe(const platforms::Account& account) {
    Known& mine = known(account);
    const Millis now = core_.clock->now();
    const Millis time = core_.config.timeouts.total.count() + kProbeMargin;
    bool ours = false;
    share(mine, [&](CredentialsPause& pause) {
        ours = pause.is_paused() && pause.probe_at(now, pause_limits(core_)) <= now;
        if (ours) pause.probe_begins(now, time);
    });
    return ours;
}

void Pauses::probe_not_sent(const platforms::Account& account) {
    share(known(account), [](CredentialsPause& pause) { pause.probe_not_sent(); });
}

Millis Pauses::lane_at(const platforms::Account& account, std::string_view ref) {
    const Known& mine = look(account);
    const Millis now = core_.clock->now();
    if (mine.pause.lanes.empty()) return now;
    const Millis at = mine.pause.lane_at(core_.tag(ref), now, pause_limits(core_));
    return mine.is_newest ? at : std::min(at, now + kForTheNewer);
}

Millis Pauses::refused(const platforms::Account& account, const Refusal& refusal) {
    Known& mine = look(account);
    const Millis now = core_.clock->now();
    const PauseLimits limits = pause_limits(core_);
    const std::string tag = core_.tag(refusal.ref);
    bool began = false, lane_began = false;
    share(mine, [&](CredentialsPause& pause) {
        const bool was_paused = pause.is_paused(), had_lane = pause.lane(tag) != nullptr;
        if (!was_paused && is_of_conversation(refusal, pause))
            pause.refuse_lane(tag, now, limits, *core_.random);
        else
            pause.refuse_account(refusal.was_probe, now, limits, *core_.random);
        began = !was_paused && pause.is_paused();
        lane_began = !began && !had_lane && pause.lane(tag) != nullptr;
    });
    mine.is_newest = is_newest(account, mine);
    if (began || lane_began) {
        LogLine line(LogEvent::credentials_refused);
        line.add("account", account.name);
        if (lane_began) line.add("conversation", tag);
        if (refusal.status != 0)
            line.add("status", refusal.status);
        else
            line.reason(refusal.why);
        core_.say(line.add("hint", "check the account's tokens and addresses"));
    }
    return mine.pause.is_paused() ? now : lane_at(account, refusal.ref);
}

void Pauses::answered(const platforms::Account& account, const Answer& answer) {
    Known& mine = look(account);
    if (!mine.pause.is_paused() && mine.pause.lanes.empty()) return;
    const std::string tag = core_.tag(answer.ref);
    bool ended = false, lane_ended = false;
    share(mine, [&](CredentialsPause& pause) {
        // What was sent before it was paused says nothing new.
        ended = pause.is_paused() && (answer.was_probe || answer.sent_at > pause.since);
        lane_ended = pause.lane(tag) != nullptr;
        if (ended) pause.end(core_.clock->now());
        pause.accept(tag, answer.is_success);
    });
    if (ended) core_.say(LogLine(LogEvent::credentials_accepted).add("account", account.name));
    if (lane_ended && !ended)
        core_.say(LogLine(LogEvent::credentials_accepted)
                      .add("account", account.name)
                      .add("conversation", tag));
}

bool Pauses::has_waited(const platforms::Account& account, Millis created) {
    return created < known(account).pause.ended;
}

}  // namespace lampjack::engine
