#include "engine/declared.h"

#include "engine/core.h"

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

namespace lampjack::engine {
namespace {

/// How long a row tells that this process is alive.
constexpr Millis kAlive = 15'000;

Result<void> check_accounts(const Core& core, std::string_view name,
                            const std::vector<std::string>& accounts) {
    for (const std::string& account : accounts)
        if (core.account(account) == nullptr)
            return fail(Code::config, "subscription " + std::string(name) + ": account \"" +
                                          account + "\" is not configured");
    return {};
}

/// Other processes have to see the filter before this one may be refused for theirs.
Result<void> beat(Core& core) {
    return core.lane->repeat([&] {
        return core.store->beat(core.declared.holder(core.clock->now() + kAlive, core.runs));
    });
}

}  // namespace

void Declared::init(Random& random, std::vector<std::string> accounts) {
    constexpr std::uint64_t most = (std::uint64_t{1} << 63) - 1;
    id_ = std::max<std::uint64_t>(random.next() & most, 1);
    std::array<char, 256> host{};
    const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
    label_ = (named ? host.data() : "host") + (":" + std::to_string(::getpid()));
    accounts_ = std::move(accounts);
}

store::Holder Declared::holder(Millis until, std::uint32_t runs) const {
    store::Holder holder;
    holder.id = id_;
    holder.label = label_;
    holder.accounts = accounts_;
    holder.runs = runs;
    holder.until = until;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, filter] : filters_) holder.subscriptions.push_back({name, filter});
    return holder;
}

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

bool Declared::is_empty() const {
    const std::lock_guard lock(mutex_);
    return filters_.empty();
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
    const bool known_here = core.declared.has(name);
    core.declared.put(name, given.filter);
    LJK_CHECK(beat(core));
    store::SubscriptionFilter stored = given.filter;
    stored.accounts.clear();
    const auto is_new = core.lane->repeat([&] {
        const store::Subscriber by{.holder = core.declared.id(),
                                   .label = core.declared.label(),
                                   .now = core.clock->now(),
                                   .start_now = given.start_now};
        return core.store->subscribe(name, stored, by);
    });
    if (!is_new) {
        // Refused: the row must not keep the others from restarting with theirs.
        core.declared.remove(name);
        LJK_CHECK(beat(core));
        return is_new.error();
    }
    if (given.start_now && !*is_new && !known_here)
        core.say(LogLine(LogEvent::subscription_start_ignored).add("subscription", name));
    return {};
}

}  // namespace lampjack::engine
