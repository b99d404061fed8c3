#include "engine/change.h"

#include "base/text_hash.h"
#include "engine/attempt.h"
#include "engine/handover_log.h"
#include "engine/merge_records.h"
#include "engine/policy.h"
#include "engine/user_words.h"
#include "engine/views.h"
#include "model/canonical.h"

#include <algorithm>

namespace lampjack::engine {

using conversation::Action;
using conversation::Effects;
using conversation::Outcome;
using conversation::To;

namespace {

/// How far back the last return call is looked for.
constexpr std::size_t kLookedThrough = 100;

bool is_words(Action action) noexcept {
    return action == Action::reply || action == Action::notify || action == Action::forward;
}

}  // namespace

Result<bool> Change::open(std::string_view ref) {
    const auto key = store::key_of(ref);
    LJK_TRY(exists, tx_.lock(key, row_));
    exists_ = exists;
    if (exists) return true;
    row_.key = key;
    row_.ref = std::string(ref);
    row_.account = account_.name;
    return false;
}

Result<void> Change::must_exist(std::string_view what) const {
    if (!exists_) return fail(Code::not_found, std::string(what));
    return {};
}

Outcome Change::apply(const conversation::Input& input) {
    const conversation::Policy& policy = this->policy();
    const bool again = !row_.state.seen() && row_.retired_epoch != 0;
    before_ = row_.state.state;
    epoch_before_ = row_.state.epoch;
    return conversation::apply(again ? conversation::begin_again(row_.retired_epoch, policy, now_)
                                     : row_.state,
                               input, policy, now_);
}

void Change::mute_by_answer() {
    policy_ = core_.policy(account_);
    if (policy_->mute_by == conversation::MuteBy::call)
        policy_->mute_by = conversation::MuteBy::answer;
}

Result<void> Change::append(store::ItemRow item, std::span<const model::ItemKey> keys) {
    item.seq = row_.next_seq++;
    item.epoch = row_.state.epoch;
    item.episode = row_.state.episode;
    item.state = row_.state.state;
    item.received = now_;
    if (!item.is_fact && !item.merge) item.merge = merge_record(item.body, account_.name);
    return tx_.append(row_.key, item, keys);
}

Result<void> Change::append_event(std::string body, std::string_view kind, To to, std::string flags,
                                  std::span<const model::ItemKey> keys,
                                  std::optional<conversation::MergeRecord> merge) {
    store::ItemRow item;
    item.to = to;
    item.flags = std::move(flags);
    item.kind = std::string(kind);
    item.body = std::move(body);
    item.delivery = expected_;
    item.merge = std::move(merge);
    item_seq_ = row_.next_seq;
    return append(std::move(item), keys);
}

Result<void> Change::append_command(std::string body, std::span<const model::ItemKey> keys) {
    store::ItemRow item;
    item.kind = "command";
    item.body = std::move(body);
    item.is_fact = true;
    item_seq_ = row_.next_seq;
    return append(std::move(item), keys);
}

Result<void> Change::append_fact(std::string body, std::string_view kind, To to) {
    store::ItemRow item;
    item.to = to;
    item.kind = std::string(kind);
    item.body = std::move(body);
    item.is_fact = true;
    return append(std::move(item), {});
}

void Change::limit_unattributed() {
    auto& timer = row_.state.timers[static_cast<std::size_t>(conversation::TimerKind::retain)];
    const conversation::Policy& policy = core_.policy(account_);
    const Millis kept =
        policy.keep == conversation::Keep::all ? policy.retain : policy.retain_unkept;
    if (!timer && kept > 0) timer = conversation::Timer{.due = now_ + kept};
}

Result<void> Change::erase_unattributed() {
    row_.retired_epoch = 1;  // its items are counted anew
    LJK_CHECK(tx_.put(row_));
    return erase();
}

bool Change::carries_words(const Effects& effects, const Words& words) noexcept {
    return words.batch != nullptr && std::ranges::any_of(effects.actions, is_words);
}

Result<void> Change::carry_out(const Outcome& outcome, const Words& words) {
    const Effects& effects = outcome.effects;
    if (core_.log) log_handover(*this, before_, outcome);
    LJK_CHECK(move_user_words(effects));
    if (effects.fence_below) LJK_CHECK(refuse_below(*effects.fence_below));
    for (const conversation::Fact& fact : effects.facts)
        LJK_CHECK(append_fact(fact_json(fact, row_.state.epoch), conversation::name_of(fact.kind),
                              To::desk));
    for (const conversation::Notice& notice : effects.notices)
        LJK_CHECK(append_fact(notice_json(notice), "notice", To::desk));
    for (const Action action : effects.actions) LJK_CHECK(act(action, words));
    LJK_CHECK(note(effects));
    LJK_CHECK(replay(effects));
    erased_ = erased_ || effects.erase;
    return {};
}

Result<void> Change::move_user_words(const Effects& effects) {
    if (!policy().words_through_us) return {};
    if (effects.take_back) return take_back(*this, *effects.take_back);
    const bool raised = epoch_before_ != 0 && row_.state.epoch != epoch_before_;
    if (!raised) return {};
    LJK_CHECK(carry_over(*this));
    using conversation::State;
    const State now = row_.state.state;
    const bool nobody_came =
        before_ == State::requested && (now == State::bot || now == State::returning);
    return nobody_came ? carry_over_bot_lines(*this) : Result<void>{};
}

Result<void> Change::replay(const Effects& effects) {
    const std::string_view wanted = account_.text("replay");
    if (effects.forward_wait)
        return wanted == "none" ? Result<void>{} : forward_wait(*this, epoch_before_);
    return effects.returned && wanted == "last" ? replay_last(*this) : Result<void>{};
}

Result<void> Change::forward_again(const store::ItemRow& item, const model::Batch& batch) {
    const std::string told = delivery_id_;  // of the command, not of what follows from it
    const Words words{.batch = &batch, .event = batch.roots.front(), .item = item.seq};
    const auto sent = send_words(Action::forward, words, false);
    delivery_id_ = told;
    const bool unsaid =
        !sent && (sent.error().code == Code::limit || sent.error().code == Code::unsupported);
    return unsaid ? Result<void>{} : sent;
}

LogLine& Change::say(LogEvent event) {
    if (!core_.log) return unwritten_;
    if (tag_.empty()) tag_ = core_.tag(row_.ref);
    return report_.lines.emplace_back(event)
        .add("account", account_.name)
        .add("conversation", tag_);
}

LogLine& Change::say(LogEvent event, const store::OutboxRow& row) {
    // Of a refused row it is ours; else a sink's is its host's own text.
    const bool of_host = row.to_sink && row.status != store::DeliveryStatus::refused;
    const std::string_view why = of_host ? "sink_failed" : std::string_view(row.last_error);
    return say(event)
        .add("delivery", row.id)
        .add("action", conversation::name_of(row.action))
        .reason(why)
        .add("attempts", row.attempts);
}

void Change::warn_of_refusal(const store::OutboxRow& row) {
    if (row.action == Action::reply) say(LogEvent::delivery_refused, row);
}

Result<void> Change::note(const Effects& effects) {
    if (effects.flags.talk_over) ++report_.talk_overs;
    if (effects.mute_unsupported) report_.mute_unsupported.insert(account_.name);
    for (const conversation::Alarm alarm : effects.alarms) LJK_CHECK(raise_alarm(alarm));
    return {};
}

Result<void> Change::raise_alarm(conversation::Alarm alarm) {
    using conversation::Alarm;
    LogLine& line = say(event_of(alarm)).add("epoch", row_.state.epoch);
    if (alarm == Alarm::stuck) {
        LJK_TRY(why, last_error_of_return());
        line.add("alarms", row_.state.return_alarms).reason(why);
    }
    const bool first = row_.state.return_alarms <= 1;  // a stuck return alarms again and again
    if (alarm == Alarm::diverged || (alarm == Alarm::stuck && first))
        LJK_CHECK(append_fact(alarm_json(alarm), "alarm", To::desk));
    return {};
}

/// A stuck return alarms for as long as it lasts: each line tells what became of the last call that was tried.
Result<std::string> Change::last_error_of_return() {
    const std::uint64_t end = row_.next_out;
    for (std::uint64_t oseq = end - 1; oseq > 0 && end - oseq <= kLookedThrough; --oseq) {
        const auto row = tx_.delivery(row_.key, oseq);
        if (!row && row.error().code != Code::not_found) return row.error();
        if (!row || row->action != Action::unmute || (row->attempts == 0 && !is_refused(*row)))
            continue;
        return row->last_error;
    }
    return std::string();
}

Result<void> Change::act(Action action, const Words& words) {
    const bool wordless = is_call(action) || action == Action::request;
    if (wordless) return send_call(action, words.batch == nullptr ? words.key : "");
    if (words.batch == nullptr) return {};
    const bool to_user = action == Action::reply || action == Action::notify;
    return send_words(action, words, to_user && delivers_to_sink(account_));
}

Result<void> Change::send_call(Action action, std::string_view key) {
    LJK_TRY(pending, tx_.pending(row_.key));
    for (const store::OutboxRow& row : pending)
        if (row.action == action && row.epoch == row_.state.epoch) return {};
    // A mute that no return follows is still on its way, whoever ordered it.
    const auto last = std::find_if(pending.rbegin(), pending.rend(),
                                   [](const store::OutboxRow& row) { return is_call(row.action); });
    if (action == Action::mute && last != pending.rend() && last->action == action) return {};
    store::OutboxRow row;
    row.action = action;
    row.key = std::string(key);
    return enqueue(std::move(row));
}

Result<void> Change::check_queue() {
    const auto limit = static_cast<std::uint64_t>(core_.config.limits.queue);
    if (row_.next_out <= limit) return {};  // there were never so many
    LJK_TRY(waiting, tx_.pending(row_.key));
    if (waiting.size() >= limit)
        return fail(Code::limit, std::to_string(waiting.size()) +
                                     " messages of this conversation wait to be sent already");
    return {};
}

Result<void> Change::wake() {
    const conversation::Conversation& now = row_.state;
    const bool speaks = now.state == conversation::State::requested
                            ? now.muted == conversation::Muted::no
                            : now.state != conversation::State::agent;
    if (!speaks) return {};
    LJK_TRY(pending, tx_.pending(row_.key));
    // The head may be under way and have taken effect before what this call is to undo; those behind it are not.
    for (std::size_t i = 1; i < pending.size(); ++i)
        if (pending[i].action == Action::unmute) return {};
    store::OutboxRow row;
    row.action = Action::unmute;
    return enqueue(std::move(row));
}

Result<void> Change::send_words(Action action, const Words& words, bool to_sink) {
    LJK_CHECK(check_queue());
    model::BatchPtr simple;
    const model::Batch* batch = words.batch;
    std::uint32_t event = words.event;
    const platforms::Adapter& to = *account_.adapter;
    const bool as_written =
        words.body != nullptr && (to_sink || platforms::leaves_as_it_is(*batch, event, to));
    if (!to_sink && !as_written) {
        // Only a command tells its caller what gets lost.
        auto* const losses = words.body != nullptr ? &losses_ : nullptr;
        LJK_TRY(ready, platforms::make_ready(*batch, event, to, losses));
        simple = std::move(ready);
        batch = simple.get();
        event = simple->roots.front();
    }
    const bool to_user = action == Action::reply || action == Action::notify;
    if (to_user && !to_sink)  // as it leaves: that is what comes back
        for (const model::Part& part : batch->parts_of(batch->events[event]))
            if (part.text) row_.echo.sent(text_hash(batch->view(part.text)), now_);
    const bool split =
        !to_sink && to.out.one_part_per_message && batch->events[event].parts.count > 1;
    std::vector<model::BatchPtr> singles;
    if (split) singles = platforms::split_parts(*batch, event);
    const auto json = [&](const model::Batch& one, std::uint32_t index) {
        return as_written && !split
                   ? *words.body
                   : event_json(one, index, account_.name, model::identify(one, account_.name));
    };
    store::OutboxRow row;
    row.action = action;
    row.to_sink = to_sink;
    if (!split) LJK_CHECK(queue_words(row, words, json(*batch, event), true));
    for (const model::BatchPtr& single : singles)
        LJK_CHECK(queue_words(row, words, json(*single, single->roots.front()),
                              &single == &singles.back()));
    if (words.item == 0) return {};  // take() appended the item with the delivery's id
    return tx_.name_delivery(row_.key, words.item, delivery_id_);
}

/// The last row of the words has their key and the delivery's id.
Result<void> Change::queue_words(store::OutboxRow row, const Words& words, std::string content,
                                 bool is_last) {
    row.agent = std::string(words.agent);
    row.item_seq = words.item != 0 ? words.item : item_;
    row.content = std::move(content);
    if (is_last) row.key = std::string(words.key);
    if (is_last && words.item == 0) row.id = std::exchange(expected_, {});
    return enqueue(std::move(row));
}

Result<void> Change::enqueue(store::OutboxRow row) {
    row.oseq = row_.next_out++;
    if (row.id.empty()) row.id = core_.new_id();
    row.epoch = row_.state.epoch;
    row.created = now_;
    row.ready_at = now_;
    delivery_id_ = row.id;
    return tx_.enqueue(row_.key, row);
}

Result<void> Change::refuse_below(std::uint64_t epoch) {
    LJK_TRY(refused, tx_.fence(row_.key, epoch));
    for (const store::OutboxRow& row : refused) {
        ++report_.fenced;
        warn_of_refusal(row);
        LJK_CHECK(append_fact(delivery_fact_json(row), "delivery_changed", To::desk));
    }
    return {};
}

Result<bool> Change::drained() {
    LJK_TRY(pending, tx_.pending(row_.key));
    for (const store::OutboxRow& row : pending)
        if (row.action == Action::reply && row.epoch <= row_.state.draining->epoch) return false;
    return true;
}

Result<void> Change::erase() {
    stored_ = true;
    report_.changed = true;
    core_.log_holds_erased = true;
    return tx_.erase(row_.key);
}

Result<void> Change::finish() {
    if (std::exchange(stored_, true)) return {};
    report_.changed = true;
    if (row_.state.draining) {
        LJK_TRY(done, drained());
        if (done) {
            LJK_CHECK(take(conversation::DrainDone{row_.state.draining->epoch}));
        }
    }
    LJK_CHECK(resume_when_empty());
    if (erased_) {
        LJK_TRY(open, has_open_call());
        if (!open) return erase();
        auto& timer = row_.state.timers[static_cast<std::size_t>(conversation::TimerKind::retain)];
        timer =
            conversation::Timer{now_ + conversation::kHour, row_.state.episode, row_.state.epoch};
    }
    row_.touched = now_;
    return put_row();
}

/// What waited for credentials is gone, by whatever way: nothing holds the agent's timers up any more.
Result<void> Change::resume_when_empty() {
    if (!is_sending_paused(row_.state)) return {};
    LJK_TRY(waits, has_lane());
    if (!waits) LJK_CHECK(take(conversation::SendingResumed{}));
    return {};
}

Result<bool> Change::has_lane() {
    LJK_TRY(pending, tx_.pending(row_.key));
    return std::any_of(pending.begin(), pending.end(),
                       [](const store::OutboxRow& row) { return !row.to_sink; });
}

Result<bool> Change::has_open_call() {
    LJK_TRY(pending, tx_.pending(row_.key));
    return std::any_of(pending.begin(), pending.end(),
                       [](const store::OutboxRow& row) { return is_call(row.action); });
}

}  // namespace lampjack::engine
