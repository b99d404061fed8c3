#include "engine/declared.h"

#include "engine/core.h"
#include "engine/leases.h"

namespace lampjack::engine {
namespace {

Result<void> check_accounts(const Core& core, std::string_view name,
                            const std::vector<std::string>& accounts) {
    for (const std::string& account : accounts)
        if (core.account(account) == nullptr)
            return fail(Code::config, "subscription " + std::string(name) + ": account \"" +
                                          account + "\" is not configured");
    return {};
}

/// Other processes are to see the change soon. A row that cannot be written is the heartbeat's to tell.
void beat(Heartbeat& heart) {
    (void)heart.beat_if_older(Heartbeat::kEvery, std::chrono::milliseconds(0));
}

}  // namespace

std::vector<std::string> Declared::accounts_of(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = filters_.find(name);
    const bool all = found == filters_.end() || found->second.accounts.empty();
    return all ? accounts_ : found->second.accounts;
}

bool Declared::has(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return filters_.contains(name);
}

void Declared::put(std::string_view name, const store::SubscriptionFilter& filter) {
    const std::lock_guard lock(mutex_);
    filters_.insert_or_assign(std::string(name), filter);
}

void Declared::remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = filters_.find(name); found != filters_.end()) filters_.erase(found);
}

Result<void> declare(Core& core, std::string_view name, const Declaration& given) {
    LJK_CHECK(check_accounts(core, name, given.filter.accounts));
    Heartbeat& heart = core.leases->heart();
    store::SubscriptionFilter stored = given.filter;
    stored.accounts.clear();
    const bool known_here = core.declared.has(name);
    core.declared.put(name, given.filter);
    heart.note(name, stored);
    beat(heart);
    const auto is_new = core.lane->repeat([&] {
        const store::Subscriber by{.holder = heart.id(),
                                   .label = heart.label(),
                                   .now = core.clock->now(),
                                   .start_now = given.start_now};
        return core.store->subscribe(name, stored, by);
    });
    if (!is_new) {
        // Refused: the row must not keep the others from restarting with theirs.
        core.declared.remove(name);
        heart.forget(name);
        beat(heart);
        return is_new.error();
    }
    if (given.start_now && !*is_new && !known_here)
        core.say(LogLine(LogEvent::subscription_start_ignored).add("subscription", name));
    return {};
}

}  // namespace lampjack::engine
