#include "engine/ingest.h"

#include "engine/change.h"
#include "engine/event_input.h"
#include "engine/item_keys.h"
#include "engine/policy.h"
#include "engine/transcript_merge.h"
#include "engine/views.h"
#include "model/canonical.h"

#include <algorithm>
#include <map>

namespace lampjack::engine {

using conversation::To;
using model::Event;
using model::EventKind;
using model::ItemKey;
using model::Role;

struct Ingest::Prepared {
    struct Item {
        ItemKeys keys;
        std::string body;
    };
    std::vector<model::Identity> identities;  ///< of every event
    std::map<std::uint32_t, Item> items;  ///< not of transcripts: most of what they tell is known
};

namespace {

constexpr std::string_view kUnattributed = "~unattributed";
/// How far back a transcript is compared with what came live.
constexpr std::size_t kMergedItems = 5000;

void add_word(std::string& words, std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
}

/// The events of one conversation, one after the other.
class Walk {
public:
    Walk(Core& core, store::Tx& tx, const platforms::Account& account, const model::Batch& batch,
         const Ingest::Prepared& prepared, const conversation::Decision& decision, Ingested& out)
        : core_(core),
          tx_(tx),
          account_(account),
          batch_(batch),
          prepared_(prepared),
          decision_(decision),
          out_(out),
          change_(core, tx, account) {}

    /// `first` is the first event to come.
    Result<bool> open(std::string_view ref, std::uint32_t first) {
        tx_.will_ask(keys_of(first).asked);
        return change_.open(ref);
    }

    Result<void> event(std::uint32_t index) {
        const Event& event = batch_.events[index];
        note_names(event);
        LJK_TRY(duplicate, is_duplicate(index));
        if (duplicate) {
            ++change_.report().duplicates;
            give_again(index);
            return {};
        }
        if (event.transcript.count != 0) LJK_CHECK(merge_transcript(event.transcript));
        if (event.conversation == model::kNone || !batch_.conversations[event.conversation].id) {
            change_.limit_unattributed();
            return append(index, To::nobody, "unattributed");
        }
        const auto outcome = change_.apply(input_of(batch_, event, decision_, is_echo(event)));
        change_.row().state = outcome.next;
        const auto& effects = outcome.effects;
        if (effects.answer) answer_ = *effects.answer;
        LJK_CHECK(append(index, effects.to, conversation::words_of(effects.flags)));
        LJK_CHECK(change_.carry_out(outcome, {&batch_, index}));
        if (effects.reaches_bot()) out_.to_bot.push_back(index);
        return pass_on(index, effects);
    }

    /// A handover request that was answered before. Its transcript may have grown; and where the answer silences the bot
    /// although nobody is to speak for it any more, the bot is woken.
    Result<void> again(std::uint32_t index, bool silences) {
        const Event& event = batch_.events[index];
        if (event.transcript.count != 0) LJK_CHECK(merge_transcript(event.transcript));
        if (silences) LJK_CHECK(change_.wake());
        return finish();
    }

    Result<void> finish() { return change_.finish(); }
    Report take_report() noexcept { return change_.take_report(); }
    const store::ConversationRow& row() const noexcept { return change_.row(); }
    const std::optional<conversation::Answer>& answer() const noexcept { return answer_; }

private:
    /// Whether the platform sends back, as a bot's or an agent's, what we posted for an agent (R12).
    bool is_echo(const Event& event) {
        const bool candidate = account_.side == platforms::Side::desk &&
                               event.kind == EventKind::message &&
                               (event.role == Role::bot || event.role == Role::agent);
        if (!candidate || event.parts.count == 0) return false;
        const model::Part& part = batch_.parts_of(event).front();
        if (!part.text) return false;
        return change_.row().echo.takes(conversation::text_hash(batch_.view(part.text)),
                                        change_.now());
    }

    /// The answer that carried a user's message to the bot may have been lost: a repetition carries it again while the
    /// bot is the one to answer.
    void give_again(std::uint32_t index) {
        const Event& event = batch_.events[index];
        if (event.kind != EventKind::message || event.role != Role::user) return;
        const auto owner = owner_of(change_.row().state);
        if (owner.kind == conversation::Owner::bot) out_.to_bot.push_back(index);
    }

    /// What the platform tells about the conversation, for later.
    void note_names(const Event& event) {
        store::ConversationRow& row = change_.row();
        if (event.conversation != model::kNone) {
            const model::ConversationId& id = batch_.conversations[event.conversation];
            if (id.bot) row.bot = std::string(batch_.view(id.bot));
            row.id = std::string(batch_.view(id.id));
            row.mode = id.mode;
            if (event.warns(model::Warning::id_was_number)) row.raw_id = row.id;
        }
        if (row.id.empty()) row.id = std::string(kUnattributed);
    }

    ItemKeys keys_of(std::uint32_t index) const {
        const auto item = prepared_.items.find(index);
        if (item != prepared_.items.end()) return item->second.keys;
        return item_keys(prepared_.identities[index], account_.adapter->coarse_times);
    }

    std::string body_of(std::uint32_t index) const {
        const auto item = prepared_.items.find(index);
        if (item != prepared_.items.end()) return item->second.body;
        return event_json(batch_, index, account_.name, prepared_.identities);
    }

    /// Whether the item is known. `keys_` becomes what the item will be known by.
    Result<bool> is_duplicate(std::uint32_t index) {
        doubtful_ = false;
        ItemKeys keys = keys_of(index);
        keys_ = std::move(keys.stored);
        if (keys.asked.empty()) return note_doubt(prepared_.identities[index]);
        LJK_TRY(seqs, tx_.known(change_.row().key, keys.asked));
        const auto found =
            std::find_if(seqs.begin(), seqs.end(), [](std::uint64_t seq) { return seq != 0; });
        if (found == seqs.end()) return false;
        for (const ItemKey& key : keys_) LJK_CHECK(tx_.alias(change_.row().key, key, *found));
        return true;
    }

    Result<bool> note_doubt(const model::Identity& identity) {
        const auto doubts = doubt_keys(identity.fingerprint, change_.now());
        LJK_TRY(seqs, tx_.known(change_.row().key, doubts));
        doubtful_ = seqs[0] != 0 || seqs[1] != 0;
        keys_.push_back(doubts[0]);
        return false;
    }

    /// Appends what the transcript tells and live traffic did not; where live traffic should have, the item says so.
    Result<void> merge_transcript(model::Range transcript) {
        LJK_TRY(stored, tx_.newest(change_.row().key, kMergedItems));
        LJK_TRY(news, news_of(batch_, transcript, prepared_.identities, stored, account_.name));
        for (const TranscriptNews& one : news) {
            LJK_TRY(known, is_duplicate(one.event));
            if (known) continue;
            LJK_CHECK(append(one.event, To::nobody, one.hole ? "transcript hole" : "transcript"));
        }
        return {};
    }

    /// A bot that talks to itself must not fill the store. While a human is asked for or at work everything is kept.
    Result<bool> is_full() {
        const store::ConversationRow& row = change_.row();
        const auto limit = static_cast<std::uint64_t>(core_.config.limits.events_kept);
        const bool human = row.state.state == conversation::State::requested ||
                           row.state.state == conversation::State::agent;
        if (row.next_seq <= limit || human || row.retired_epoch != 0) return false;
        if (row.next_seq == limit + 1)
            LJK_CHECK(change_.append_fact(R"({"type":"transcript_full"})", "transcript_full",
                                          To::nobody));
        return true;
    }

    Result<void> append(std::uint32_t index, To to, std::string flags) {
        LJK_TRY(full, is_full());
        if (full) {
            ++change_.report().unkept;
            return {};
        }
        if (doubtful_) add_word(flags, "maybe_duplicate");
        ++change_.report().events;
        return change_.append_event(body_of(index), word(batch_.events[index].kind), to,
                                    std::move(flags), keys_);
    }

    /// As the end channel we bring the bot's words to the user, unless a human owns the conversation.
    Result<void> pass_on(std::uint32_t index, const conversation::Effects& effects) {
        const Event& event = batch_.events[index];
        if (account_.side != platforms::Side::channel || event.kind != EventKind::message ||
            event.role != Role::bot)
            return {};
        if (effects.flags.talk_over || effects.flags.late || effects.flags.echo) return {};
        return change_.send_words(conversation::Action::reply, {&batch_, index}, true);
    }

    Core& core_;
    store::Tx& tx_;
    const platforms::Account& account_;
    const model::Batch& batch_;
    const Ingest::Prepared& prepared_;
    const conversation::Decision& decision_;
    Ingested& out_;
    Change change_;
    std::vector<ItemKey> keys_;
    bool doubtful_ = false;
    std::optional<conversation::Answer> answer_;
};

}  // namespace

std::string Ingest::ref_of(const Event& event) const {
    const bool attributed =
        event.conversation != model::kNone && batch_.conversations[event.conversation].id;
    if (!attributed) return model::make_ref(account_.name, model::Mode::live, kUnattributed);
    const model::ConversationId& id = batch_.conversations[event.conversation];
    return model::make_ref(account_.name, id.mode, batch_.view(id.id));
}

const Event* Ingest::handover_request() const {
    for (const std::uint32_t root : batch_.roots)
        if (batch_.events[root].kind == EventKind::handover_requested) return &batch_.events[root];
    return nullptr;
}

Result<std::optional<model::Answer>> Ingest::earlier_answer() {
    const Event* request = handover_request();
    if (request == nullptr || request->sent_at == model::kNoTime)
        return std::optional<model::Answer>{};
    const Prepared prepared = prepare();
    const auto index = static_cast<std::size_t>(request - batch_.events.data());
    const auto key = store::key_of(ref_of(*request));
    Report report;
    LJK_TRY(earlier, core_.lane->run([&](store::Tx& tx) -> Result<std::optional<model::Answer>> {
        report = {};
        LJK_TRY(known, tx.answer_of(key, prepared.identities[index].id));
        if (known.status == 0) return std::optional<model::Answer>{};  // mostly: no lock
        return repeat(tx, *request, prepared, report);
    }));
    core_.committed(report);
    return std::move(earlier);
}

Result<std::optional<model::Answer>> Ingest::repeat(store::Tx& tx, const Event& request,
                                                    const Prepared& prepared, Report& report) {
    const auto index = static_cast<std::uint32_t>(&request - batch_.events.data());
    const std::string ref = ref_of(request);
    Ingested unused;
    const conversation::Decision undecided;
    Walk walk(core_, tx, account_, batch_, prepared, undecided, unused);
    // The lock comes first: another process may be about to store its answer to the same request.
    LJK_TRY(exists, walk.open(ref, index));
    LJK_TRY(earlier, tx.answer_of(store::key_of(ref), prepared.identities[index].id));
    if (earlier.status == 0) return std::optional<model::Answer>{};
    ++report.duplicates;
    if (exists) LJK_CHECK(walk.again(index, silences(earlier)));
    report.add(walk.take_report());
    return std::optional(std::move(earlier));
}

bool Ingest::silences(const model::Answer& answer) const {
    if (!account_.adapter->handover.mute_by_answer) return false;
    const platforms::Decision muting{true, true, {}};
    return answer == account_.adapter->answer(account_, {endpoint_, &batch_, &muting, nullptr});
}

Result<bool> Ingest::conversation_known() {
    if (batch_.roots.empty()) return false;
    const auto row = core_.store->conversation(store::key_of(ref_of(batch_.root(0))));
    if (row) return true;
    if (row.error().code == Code::not_found) return false;
    return row.error();
}

Ingest::Prepared Ingest::prepare() const {
    Prepared prepared{model::identify(batch_, account_.name), {}};
    for (const std::uint32_t root : batch_.roots)
        prepared.items[root] = {
            item_keys(prepared.identities[root], account_.adapter->coarse_times),
            event_json(batch_, root, account_.name, prepared.identities)};
    return prepared;
}

Result<Ingested> Ingest::run(const Decision& decision) {
    const Prepared prepared = prepare();
    Report report;
    LJK_TRY(done, core_.lane->run([&](store::Tx& tx) {
        report = {};
        return run_in(tx, decision, prepared, report);
    }));
    core_.committed(report);
    return std::move(done);
}

Result<Ingested> Ingest::run_in(store::Tx& tx, const Decision& decision, const Prepared& prepared,
                                Report& report) {
    Ingested out;
    platforms::Decision answered{decision.accepted, decision.mute, decision.reason};
    const Event* request = handover_request();
    const bool kept = request != nullptr && request->sent_at != model::kNoTime;
    if (kept) {  // the same request may have been decided about at the same time: the first answer holds
        LJK_TRY(earlier, repeat(tx, *request, prepared, report));
        if (earlier) {
            out.answer = std::move(*earlier);
            return out;
        }
    }
    LJK_CHECK(walk_all(tx, answered, prepared, out, report));
    out.answer = account_.adapter->answer(
        account_, {endpoint_, &batch_, request ? &answered : nullptr, nullptr});
    if (kept) {
        const auto index = static_cast<std::size_t>(request - batch_.events.data());
        LJK_CHECK(tx.put_answer(store::key_of(ref_of(*request)), prepared.identities[index].id,
                                out.answer));
    }
    return out;
}

Result<void> Ingest::walk_all(store::Tx& tx, platforms::Decision& answered,
                              const Prepared& prepared, Ingested& out, Report& report) {
    const conversation::Decision wanted{.accept = answered.accepted, .mute = answered.mute};
    std::vector<std::uint32_t> left = batch_.roots;
    while (!left.empty()) {
        const std::string ref = ref_of(batch_.events[left.front()]);
        Walk walk(core_, tx, account_, batch_, prepared, wanted, out);
        LJK_CHECK(walk.open(ref, left.front()));
        std::vector<std::uint32_t> others;
        for (const std::uint32_t index : left) {
            if (ref_of(batch_.events[index]) != ref) {
                others.push_back(index);
                continue;
            }
            LJK_CHECK(walk.event(index));
        }
        LJK_CHECK(walk.finish());
        if (walk.answer())
            answered = {walk.answer()->accepted, walk.answer()->muted, answered.reason};
        report.add(walk.take_report());
        left.swap(others);
    }
    return {};
}

}  // namespace lampjack::engine
