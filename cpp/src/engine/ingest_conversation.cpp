#include "engine/ingest_conversation.h"

#include "base/text_hash.h"
#include "conversation/recipients.h"
#include "engine/event_input.h"
#include "engine/item_flags.h"
#include "engine/member_names.h"
#include "engine/merge_records.h"
#include "engine/transcript_merge.h"
#include "engine/user_seen.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lampjack::engine {

using conversation::To;
using model::Event;
using model::EventKind;
using model::ItemKey;
using model::Role;

namespace {

/// How far back a transcript is compared with what came live.
constexpr std::size_t kMergedItems = 5000;

constexpr std::array kUnknownBecause{
    model::Warning::too_many_items, model::Warning::file_not_ready, model::Warning::malformed_item,
    model::Warning::unknown_message_type, model::Warning::unknown_event};

}  // namespace

Result<void> IngestConversation::event(const PreparedEvent& prepared,
                                       const conversation::Decision& decision,
                                       std::vector<std::uint32_t>& to_bot) {
    const Event& event = request_.event_of(prepared);
    note_names(event);
    LJK_TRY(standing, look_up(prepared.index, prepared.keys));
    if (standing.known) {
        ++change_.report().duplicates;
        return give_again(prepared, standing.seq, to_bot);
    }
    if (tells()) {
        if (event.transcript.count != 0) LJK_CHECK(merge_transcript(event.transcript));
        note_user(event);
    }
    if (!is_attributed(batch_, event)) {
        change_.limit_unattributed();
        return append(prepared.index, prepared.body, To::nobody, "unattributed", standing);
    }
    const auto input = input_of(batch_, event, decision, is_echo(event), tells());
    bool waits = false;  // in the lane, for the return call or for earlier words
    const auto between = [&](const conversation::Outcome& taken) -> Result<void> {
        LJK_TRY(behind, waits_in_lane(taken.effects));
        waits = behind;
        if (waits || is_passed_on(event, taken.effects)) change_.expect_delivery();
        return append(prepared.index, prepared.body, taken.effects.to,
                      conversation::words_of(taken.effects.flags), standing);
    };
    LJK_TRY(outcome, change_.take(input, {&batch_, prepared.index}, between));
    if (event.kind == EventKind::unknown) warn_of_unknown(event);
    const auto& effects = outcome.effects;
    if (effects.answer) answer_ = *effects.answer;
    if (!waits)
        give(prepared.index, effects, to_bot);
    else
        LJK_CHECK(
            change_.send_words(conversation::Action::forward, {&batch_, prepared.index}, false));
    if (!is_passed_on(event, effects)) return {};
    return change_.send_words(conversation::Action::reply, {&batch_, prepared.index}, true);
}

/// Whether the bot gets an event of a translation by a call of its own: behind the return call, or behind earlier words that
/// still wait, so that none overtakes another.
Result<bool> IngestConversation::waits_in_lane(const conversation::Effects& effects) {
    if (!in_answer_ || effects.flags.late || !effects.reaches_bot()) return false;
    if (change_.row().state.state == conversation::State::returning) return true;
    if (!change_.exists()) return false;
    LJK_TRY(rows, tx_.unsent_forwards(change_.row().key));
    return std::ranges::any_of(rows, [](const store::OutboxRow& row) {
        return !row.to_sink && row.status != store::DeliveryStatus::dead;
    });
}

/// Nobody is shown such an event. Once a minute for each account and cause: anybody can send many.
void IngestConversation::warn_of_unknown(const Event& event) {
    std::string_view why;
    for (const model::Warning cause : kUnknownBecause)
        if (event.warns(cause)) why = word(cause);
    LogLine cause(LogEvent::event_unknown);
    cause.add("account", account_.name).add("reason", why);
    const auto count = core_.refusals.note(cause.text(), change_.now());
    if (!count) return;
    const auto parts = batch_.parts_of(event);
    const std::string_view raw =
        parts.empty() ? std::string_view{} : batch_.view(parts.front().raw);
    change_.say(LogEvent::event_unknown)
        .reason(why)
        .add("members", member_names(raw))
        .add("count", *count);
}

/// What the platform's bot gets of an event of a translation in the answer.
void IngestConversation::give(std::uint32_t index, const conversation::Effects& effects,
                              std::vector<std::uint32_t>& to_bot) const {
    if (!in_answer_ || effects.flags.late) return;
    const bool mutes = effects.answer && effects.answer->muted;
    const EventKind kind = batch_.events[index].kind;
    const bool always = kind == EventKind::handover || kind == EventKind::session;
    if (effects.reaches_bot() || mutes || always) to_bot.push_back(index);
}

Result<void> IngestConversation::again(const PreparedEvent& prepared, bool mutes) {
    const Event& event = request_.event_of(prepared);
    if (tells() && event.transcript.count != 0) LJK_CHECK(merge_transcript(event.transcript));
    if (mutes) LJK_CHECK(change_.wake());
    return finish();
}

/// Whether the item is stored, and what it will be known by if it is not.
Result<IngestConversation::Standing> IngestConversation::look_up(std::uint32_t index,
                                                                 ItemKeys keys) {
    const auto& conversation = change_.row().key;
    Standing standing{std::move(keys.stored)};
    if (keys.asked.empty()) {
        const auto doubts = doubt_keys(request_.identities()[index].fingerprint, change_.now());
        LJK_TRY(seqs, tx_.known(conversation, doubts));
        standing.doubtful = seqs[0] != 0 || seqs[1] != 0;
        standing.keys.push_back(doubts[0]);
        return standing;
    }
    LJK_TRY(seqs, tx_.known(conversation, keys.asked));
    const auto found =
        std::find_if(seqs.begin(), seqs.end(), [](std::uint64_t seq) { return seq != 0; });
    if (found == seqs.end()) return standing;
    standing.known = true;
    standing.seq = *found;
    for (const ItemKey& key : standing.keys) LJK_CHECK(tx_.alias(conversation, key, *found));
    return standing;
}

/// Whether the platform sends back, as a bot's or an agent's, what we posted for an agent (R12).
bool IngestConversation::is_echo(const Event& event) {
    const bool candidate = account_.side == platforms::Side::desk &&
                           event.kind == EventKind::message &&
                           (event.role == Role::bot || event.role == Role::agent);
    if (!candidate || event.parts.count == 0) return false;
    const model::Part& part = batch_.parts_of(event).front();
    if (!part.text) return false;
    return change_.row().echo.takes(text_hash(batch_.view(part.text)), change_.now());
}

/// The answer may have been lost: a repetition carries again what still holds, a user's words while the bot gets them. Words
/// that have a call of their own come by that alone.
Result<void> IngestConversation::give_again(const PreparedEvent& prepared, std::uint64_t seq,
                                            std::vector<std::uint32_t>& to_bot) {
    const Event& event = request_.event_of(prepared);
    if (!in_answer_ || !agrees(event)) return {};
    if (event.kind == EventKind::message) {
        LJK_TRY(calls, tx_.deliveries_of(change_.row().key, seq));
        if (!calls.empty()) return {};
    }
    to_bot.push_back(prepared.index);
    return {};
}

bool IngestConversation::agrees(const Event& event) const {
    using conversation::State;
    const conversation::Conversation& now = change_.row().state;
    const bool human = now.state == State::requested || now.state == State::agent;
    const bool muted = human && now.muted == conversation::Muted::yes;
    switch (event.kind) {
        case EventKind::message:
            return event.role == Role::user && now.state != State::returning &&
                   recipients_of_user_words(now, change_.policy()).reaches_bot();
        case EventKind::handover_requested: return muted;
        case EventKind::handover:
            return event.handover_to == model::HandoverTo::agent ? muted : !human;
        case EventKind::session: return true;
        default: return false;
    }
}

/// What the platform tells about the conversation, for later.
void IngestConversation::note_names(const Event& event) {
    store::ConversationRow& row = change_.row();
    if (is_attributed(batch_, event) && tells()) {
        const model::ConversationId& id = batch_.conversations[event.conversation];
        if (id.bot) row.bot = std::string(batch_.view(id.bot));
        row.id = std::string(batch_.view(id.id));
        row.mode = id.mode;
        if (event.warns(model::Warning::id_was_number)) row.raw_id = row.id;
    }
    if (row.id.empty()) row.id = std::string(kUnattributed);
}

/// Who the user is, as last told. A transcript is older than what is known: it only adds.
void IngestConversation::note_user(const Event& event) {
    store::ConversationRow& row = change_.row();
    if (!is_attributed(batch_, event)) return;
    UserSeen user(row.user);
    user.see(batch_, event);
    for (const Event& line : batch_.transcript_of(event)) user.recall(batch_, line);
    if (user.is_news()) change_.set_user(user.json(), user.id());
}

/// Appends what the transcript tells and live traffic did not; where live traffic should have, the item says so.
Result<void> IngestConversation::merge_transcript(model::Range transcript) {
    LJK_TRY(stored, compared_items(tx_, change_.row().key, kMergedItems, account_.name));
    const auto news = news_of(batch_, transcript, request_.identities(), stored);
    if (news.empty()) return {};
    const auto since = open_request_since(change_.row().state, stored);
    for (const TranscriptNews& one : news) {
        LJK_TRY(standing, look_up(one.event, request_.keys_of(one.event)));
        if (standing.known) continue;
        const Event& line = batch_.events[one.event];
        const bool for_desk = since && line.role == Role::user && line.sent_at != model::kNoTime &&
                              line.sent_at > *since;
        LJK_CHECK(append(one.event, request_.body_of(one.event), for_desk ? To::desk : To::nobody,
                         one.hole ? "transcript hole" : "transcript", standing));
    }
    return {};
}

/// A bot that talks to itself must not fill the store. While a human is asked for or at work everything is kept.
Result<bool> IngestConversation::is_full() {
    const store::ConversationRow& row = change_.row();
    const auto limit = static_cast<std::uint64_t>(core_.config.limits.events_kept);
    const bool human = row.state.state == conversation::State::requested ||
                       row.state.state == conversation::State::agent;
    if (row.next_seq <= limit || human || row.retired_epoch != 0) return false;
    if (row.next_seq == limit + 1)
        LJK_CHECK(
            change_.append_fact(R"({"type":"transcript_full"})", "transcript_full", To::nobody));
    return true;
}

Result<void> IngestConversation::append(std::uint32_t index, std::string body, To to,
                                        std::string flags, const Standing& standing) {
    LJK_TRY(full, is_full());
    if (full) {
        ++change_.report().unkept;
        return {};
    }
    if (standing.doubtful) add_flag(flags, "maybe_duplicate");
    ++change_.report().events;
    return change_.append_event(std::move(body), word(batch_.events[index].kind), to,
                                std::move(flags), standing.keys,
                                record_to_store(batch_, index, request_.identities()[index]));
}

/// As the end channel we bring the bot's words to the user, unless a human owns the conversation.
bool IngestConversation::is_passed_on(const Event& event,
                                      const conversation::Effects& effects) const noexcept {
    const bool bot_speaks = event.kind == EventKind::message && event.role == Role::bot;
    if (account_.side != platforms::Side::channel || !bot_speaks) return false;
    return !effects.flags.talk_over && !effects.flags.late && !effects.flags.echo;
}

}  // namespace lampjack::engine
