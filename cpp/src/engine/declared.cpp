#include "engine/declared.h"

#include "base/utf8.h"
#include "engine/core.h"
#include "engine/leases.h"

namespace lampjack::engine {
namespace {

/// Names that begin so are ours: a hub's row tells by them which sinks it serves.
constexpr char kOurs = '~';

Result<void> check_name(std::string_view name) {
    if (is_blank(name)) return fail(Code::argument, "a subscription needs a name");
    if (name.front() == kOurs)
        return fail(Code::argument, "a subscription's name must not begin with ~");
    return {};
}

Result<void> check_accounts(const Core& core, std::string_view name,
                            const std::vector<std::string>& accounts) {
    for (const std::string& account : accounts)
        if (core.account(account) == nullptr)
            return fail(Code::config, "subscription " + std::string(name) + ": account \"" +
                                          account + "\" is not configured");
    return {};
}

/// What the store keeps: without the accounts.
store::SubscriptionFilter stored_filter(const Declaration& declaration) {
    store::SubscriptionFilter filter = declaration.filter;
    filter.accounts.clear();
    return filter;
}

/// Other processes are to see the change soon. A row that cannot be written is the heartbeat's to tell.
void beat(Heartbeat& heart) {
    (void)heart.beat_if_older(Heartbeat::kEvery, std::chrono::milliseconds(0));
}

/// Of a declaration that failed nothing stays. The one before stands again, in the row too, unless it is what was refused: the
/// row must not keep other processes from restarting with their filter.
void restore(Core& core, std::string_view name, const std::optional<Declaration>& before,
             bool was_refused) {
    Heartbeat& heart = core.leases->heart();
    if (before)
        core.declared.put(name, *before);
    else
        core.declared.remove(name);
    if (before && !was_refused)
        heart.note(name, before->filter);
    else
        heart.forget(name);
    beat(heart);
}

}  // namespace

std::vector<std::string> Declared::accounts_of(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = declarations_.find(name);
    const bool all = found == declarations_.end() || found->second.filter.accounts.empty();
    return all ? accounts_ : found->second.filter.accounts;
}

std::optional<Declaration> Declared::find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = declarations_.find(name);
    return found == declarations_.end() ? std::nullopt : std::optional(found->second);
}

void Declared::put(std::string_view name, const Declaration& declaration) {
    const std::lock_guard lock(mutex_);
    declarations_.insert_or_assign(std::string(name), declaration);
}

void Declared::remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = declarations_.find(name);
    if (found != declarations_.end()) declarations_.erase(found);
}

void Declared::met(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (!met_.contains(name)) met_.emplace(name);
}

bool Declared::has_met(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return met_.contains(name);
}

Result<void> declare(Core& core, std::string_view name, const Declaration& given) {
    LJK_CHECK(check_name(name));
    LJK_CHECK(check_accounts(core, name, given.filter.accounts));
    Heartbeat& heart = core.leases->heart();
    const store::SubscriptionFilter stored = stored_filter(given);
    const auto before = core.declared.find(name);
    core.declared.put(name, given);
    heart.note(name, given.filter);
    beat(heart);
    const auto is_new = core.lane->repeat([&] {
        const store::Subscriber by{.holder = heart.id(),
                                   .label = heart.label(),
                                   .now = core.clock->now(),
                                   .start_now = given.start_now};
        return core.store->subscribe(name, stored, by);
    });
    if (!is_new) {
        const bool is_same = before && stored_filter(*before) == stored;
        restore(core, name, before, is_same && is_new.error().code == Code::config);
        return is_new.error();
    }
    if (given.start_now && !*is_new && !before)
        core.say(LogLine(LogEvent::subscription_start_ignored).add("subscription", name));
    return {};
}

Result<void> declare_missing(Core& core, std::string_view name) {
    if (const auto before = core.declared.find(name)) return declare(core, name, *before);
    if (!core.declared.has_met(name)) return declare(core, name, {});
    return fail(Code::not_found, "subscription " + std::string(name) +
                                     " was dropped: declare it again, or ask for another");
}

}  // namespace lampjack::engine
