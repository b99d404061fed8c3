#include "engine/core.h"

#include "base/digest.h"
#include "base/text.h"
#include "model/identity.h"

#include <iterator>

#include <unistd.h>

namespace lampjack::engine {

void Report::add(Report other) {
    lines.insert(lines.end(), std::make_move_iterator(other.lines.begin()),
                 std::make_move_iterator(other.lines.end()));
    events += other.events;
    duplicates += other.duplicates;
    talk_overs += other.talk_overs;
    unkept += other.unkept;
    sent += other.sent;
    retries += other.retries;
    dead += other.dead;
    fenced += other.fenced;
    held += other.held;
    changed = changed || other.changed;
    mute_unsupported.merge(other.mute_unsupported);
}

void Core::committed(const Report& report) {
    counters.events += report.events;
    counters.duplicates += report.duplicates;
    counters.talk_overs += report.talk_overs;
    counters.unkept += report.unkept;
    counters.sent += report.sent;
    counters.retries += report.retries;
    counters.dead += report.dead;
    counters.fenced += report.fenced;
    counters.held += report.held;
    if (report.changed) changed.notify();
    for (const LogLine& line : report.lines) say(line);
    for (const std::string& account : report.mute_unsupported) {
        const LogLine line = LogLine(LogEvent::mute_unsupported).add("account", account);
        if (told.is_first(line.text())) say(line);
    }
}

void Core::write(LogLevel level, std::string_view text) const {
    if (!log || text.empty()) return;
    try {
        log(name_of(level), text);
    } catch (...) {  // the host's own fault, and no place to tell it
    }
}

Core::Core() : process(::getpid()) {}

bool Core::is_here() const noexcept { return process == ::getpid(); }

Result<void> Core::usable() const {
    if (!is_here())
        return fail(Code::closed, "this hub was opened before a fork: open one in each process");
    if (closed) return fail(Code::closed, "the hub was closed");
    return {};
}

Result<const platforms::Account*> Core::account_named(std::string_view name) const {
    if (const platforms::Account* found = account(name)) return found;
    return fail(Code::not_found, "no account of that name");
}

Result<const platforms::Account*> Core::account_of_ref(std::string_view ref) const {
    model::RefParts parts;
    if (!model::split_ref(ref, parts)) return fail(Code::argument, "a ref is account:mode:id");
    return account_named(parts.account);
}

std::string Core::new_id() const {
    const auto bits = random->next_two();
    return hex({reinterpret_cast<const char*>(bits.data()), sizeof bits});
}

std::string Core::kept_log_key() {
    constexpr std::string_view name = "log_key";
    const auto kept = store->meta(name);
    if (kept && !kept->empty()) return *kept;
    const std::string fresh = new_id();
    const auto ours = store->swap_meta(name, {}, fresh);
    if (!ours || *ours) return fresh;
    const auto theirs = store->meta(name);
    return theirs && !theirs->empty() ? *theirs : fresh;
}

std::string Core::tag(std::string_view ref) const {
    const Digest digest = hmac_sha256(config.log_key, ref);
    return hex({reinterpret_cast<const char*>(digest.data()), 6});
}

}  // namespace lampjack::engine
