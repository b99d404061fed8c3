#include "engine/erase.h"

#include "engine/change_conversation.h"
#include "engine/subject.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// A reader that holds the log for longer may go on for hours: the result says so, and the timers go on.
constexpr std::chrono::seconds kReadersPatience{5};

/// Whether a return call is still to be made, so that removing the conversation would leave its bot silent.
bool is_on_its_way(const conversation::Conversation& state) noexcept {
    return state.state == conversation::State::returning;
}

/// By the desk and by force: at once, and nothing that waits to be sent leaves any more.
conversation::Command closing() {
    conversation::Command command;
    command.kind = conversation::CommandKind::close;
    command.by = conversation::By::desk;
    command.force = true;
    command.supervisor = true;
    return command;
}

/// What the user said and the bot has not had leaves no more.
Result<void> refuse_words(Change& change) {
    LJK_TRY(rows, change.tx().unsent_forwards(change.row().key));
    for (store::OutboxRow& row : rows) {
        if (row.status == store::DeliveryStatus::dead) continue;
        row.status = store::DeliveryStatus::refused;
        row.last_error = "erased";
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
    }
    return {};
}

}  // namespace

Erasure::Erasure(Core& core, std::string_view account, std::string_view user, bool force,
                 std::chrono::milliseconds timeout)
    : core_(core),
      account_(core.account(account)),
      name_(account),
      user_(user),
      force_(force),
      timeout_(timeout) {}

Result<std::optional<std::string>> Erasure::step() {
    LJK_CHECK(core_.account_named(name_));
    LJK_CHECK(find_conversations());
    std::vector<std::string> waiting;
    for (const std::string& ref : left_) {
        LJK_TRY(gone, step(ref));
        if (!gone) waiting.push_back(ref);
    }
    left_ = std::move(waiting);
    return left_.empty() ? std::optional(report()) : std::nullopt;
}

/// Those whose id is the user's are known; a user with an id of its own may have any number of others.
Result<void> Erasure::find_conversations() {
    if (is_looked_up_) return {};
    LJK_TRY(refs, refs_of_user(core_, name_, user_));
    left_ = std::move(refs);
    is_looked_up_ = true;
    return {};
}

Result<bool> Erasure::step(const std::string& ref) {
    const auto key = store::key_of(ref);
    Erased erased{.ref = ref};
    const auto first = core_.store->items(key, 0, 1);
    if (!first && first.error().code == Code::not_found) return true;
    if (!first) return first.error();
    if (!first->empty()) erased.first_seq = first->front().seq;
    LJK_TRY(deliveries, core_.store->deliveries(key));
    erased.deliveries = deliveries.size();
    erased.dead_letters = static_cast<std::size_t>(
        std::count_if(deliveries.begin(), deliveries.end(), [](const store::OutboxRow& row) {
            return row.status == store::DeliveryStatus::dead;
        }));
    LJK_TRY(gone, change_conversation(core_, *account_, ref, [&](Change& change) {
                erased.epoch = 0;
                return erase_in(change, erased);
            }));
    if (!gone) return false;
    if (erased.epoch != 0) erased_.push_back(std::move(erased));
    core_.say(LogLine(LogEvent::conversation_erased)
                  .add("account", name_)
                  .add("conversation", core_.tag(ref)));
    return true;
}

Result<bool> Erasure::erase_in(Change& change, Erased& erased) const {
    const auto leave = [&](bool gone) {
        change.leave();
        return gone;
    };
    if (!change.exists()) return leave(true);
    const std::uint64_t next = change.row().next_seq;  // its numbers have no gaps
    erased.items = static_cast<std::size_t>(next - std::min(erased.first_seq.value_or(next), next));
    const auto& state = change.row().state;
    if (is_on_its_way(state) && state.ending && !force_) return leave(false);  // ordered already
    if (state.seen()) {
        LJK_CHECK(change.take(closing()));
        LJK_CHECK(refuse_words(change));
        LJK_CHECK(change.finish());
    }
    erased.epoch = std::max<std::uint64_t>(change.row().state.epoch, 1);
    // A stray message of the bot may have passed for its return: the call that wakes it has to leave all the same.
    LJK_TRY(open, change.has_open_call());
    if ((is_on_its_way(change.row().state) || open) && !force_) return false;
    LJK_CHECK(change.erase());
    return true;
}

/// What was erased is gone, whatever became of the log.
store::LogState Erasure::empty_log() const {
    const auto emptied = core_.faults.note(
        {"erase"},
        core_.store->empty_log(std::min<std::chrono::milliseconds>(timeout_, kReadersPatience)));
    const auto state = emptied ? *emptied : store::LogState::held;
    if (state == store::LogState::held) core_.log_holds_erased = true;
    return state;
}

std::string Erasure::report() const {
    std::string text;
    json::Writer out(text);
    out.begin_object().key("account").string(name_).key("log").string(name_of(empty_log()));
    out.key("conversations").begin_array();
    const auto count = [&](std::string_view name, std::size_t number) {
        out.key(name).integer(static_cast<std::int64_t>(number));
    };
    for (const Erased& one : erased_) {
        out.begin_object().key("ref").string(one.ref);
        count("items", one.items);
        count("deliveries", one.deliveries);
        count("dead_letters", one.dead_letters);
        count("epoch", one.epoch);
        out.end_object();
    }
    out.end_array().end_object();
    return text;
}

}  // namespace lampjack::engine
