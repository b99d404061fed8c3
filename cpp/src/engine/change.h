#pragma once
// Change: one conversation being changed inside a transaction. It runs inputs through the state machine and writes down
// what follows: items, facts, outgoing rows, refused rows. finish() stores the conversation; the caller commits.

#include "conversation/transition.h"
#include "engine/core.h"
#include "model/batch.h"
#include "platforms/registry.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::engine {

class Change {
public:
    Change(Core& core, store::Tx& tx, const platforms::Account& account)
        : core_(core),
          tx_(tx),
          account_(account),
          now_(core.clock->now()) {}

    /// Locks the conversation. False when it is new: it then exists as soon as it is stored.
    Result<bool> open(std::string_view ref);
    bool exists() const noexcept { return exists_; }
    /// Code::not_found with `what` when it is new.
    Result<void> must_exist(std::string_view what = "no such conversation") const;
    store::Tx& tx() noexcept { return tx_; }
    store::ConversationRow& row() noexcept { return row_; }
    const store::ConversationRow& row() const noexcept { return row_; }
    /// Keeps who the end user is: a canonical actor, and the vendor's id of the user in it.
    void set_user(std::string actor_json, std::string_view id) {
        if (exists_ && actor_json == row_.user) return;
        row_.user = std::move(actor_json);
        if (!id.empty() && id != row_.id) user_ = store::user_key(account_.name, id);
    }
    Millis now() const noexcept { return now_; }

    /// The event behind an input, when there is one: what reply, notify and forward send.
    struct Words {
        const model::Batch* batch = nullptr;
        std::uint32_t event = 0;
        std::string_view agent = {};
        std::string_view key = {};
        std::uint64_t item = 0;  ///< words of an earlier item; 0: of the one that take() appends
        const std::string* body = nullptr;  ///< their canonical JSON, when `between` has written it
    };
    /// Runs an input through the state machine, takes the next state over, lets `between`, a Result<void>(const Outcome&),
    /// append what caused it, and writes what follows: items, facts, outgoing rows. A refusal changes nothing.
    template <class Between>
    Result<conversation::Outcome> take(const conversation::Input& input, const Words& words,
                                       Between between) {
        conversation::Outcome outcome = apply(input);
        if (outcome.refusal) return outcome;
        row_.state = std::move(outcome.next);
        expected_.clear();
        if (carries_words(outcome.effects, words)) expect_delivery();
        const std::uint64_t seq = row_.next_seq;
        LJK_CHECK(between(std::as_const(outcome)));
        item_ = row_.next_seq != seq ? seq : 0;
        LJK_CHECK(carry_out(outcome, words));
        return outcome;
    }
    /// For an input without words.
    Result<conversation::Outcome> take(const conversation::Input& input) {
        return take(input, Words{}, [](const conversation::Outcome&) { return Result<void>{}; });
    }

    /// Appends an item to the log, under the state as it is now.
    Result<void> append_event(std::string body, std::string_view kind, conversation::To to,
                              std::string flags, std::span<const model::ItemKey> keys,
                              std::optional<conversation::MergeRecord> merge = {});
    Result<void> append_command(std::string body, std::span<const model::ItemKey> keys);
    Result<void> append_fact(std::string body, std::string_view kind, conversation::To to);
    /// The same for an item that is no command's; its seq, epoch, episode, state and time are drawn here.
    Result<void> append(store::ItemRow item, std::span<const model::ItemKey> keys);

    /// What belongs to no conversation goes as that of others does: T_retain after the first of it came, all of it.
    void limit_unattributed();
    Result<void> erase_unattributed();

    /// The event that is appended next and the delivery that is queued for it name each other. take() says so by itself
    /// where the effects send the words; `between` says so where the caller sends them afterwards.
    void expect_delivery() { expected_ = core_.new_id(); }
    /// Queues words towards the end user or the platform's bot; several rows when the platform takes one part at a time.
    Result<void> send_words(conversation::Action action, const Words& words, bool to_sink);

    /// Queues a user's words of an earlier item for the bot. What cannot be queued or said there must not hold up the rest.
    Result<void> forward_again(const store::ItemRow& item, const model::Batch& batch);
    const conversation::Policy& policy() const {
        return policy_ ? *policy_ : core_.policy(account_);
    }
    /// The answer to the platform's request mutes its bot, where the account mutes by a call else.
    void mute_by_answer();

    /// Tells the platform once more that its bot is to speak, unless the bot is to be silent.
    Result<void> wake();

    /// Whether a mute or a return is still to be made, or its outcome to be heard: what would end it must not be removed.
    Result<bool> has_open_call();

    /// Whether something is to be sent by HTTP.
    Result<bool> has_lane();

    /// Ends a drain when nothing of the leaving owner is left to send, then stores the conversation, once.
    Result<void> finish();
    /// Nothing happened: finish() stores nothing.
    void leave() noexcept { stored_ = true; }
    /// Removes it and all that is kept of it, but for its counters.
    Result<void> erase();

    /// The last row queued; empty when nothing was.
    const std::string& delivery_id() const noexcept { return delivery_id_; }
    /// The last item appended that is an event or a command; 0 when none was.
    std::uint64_t item_seq() const noexcept { return item_seq_; }
    const std::vector<platforms::Loss>& losses() const noexcept { return losses_; }
    /// For Core::committed(): said after the commit, because the transaction may hold the store's lock and run again.
    Report& report() noexcept { return report_; }
    /// Adds a line to the log with account and conversation; add the other keys. Valid until the next call.
    LogLine& say(LogEvent event);
    /// The same for a delivery, with its action, reason and attempts.
    LogLine& say(LogEvent event, const store::OutboxRow& row);
    /// Logs a reply refused because ownership changed: its author believes that it was sent.
    void warn_of_refusal(const store::OutboxRow& row);
    Report take_report() noexcept { return std::exchange(report_, {}); }

private:
    conversation::Outcome apply(const conversation::Input& input);
    Result<void> put_row() {
        LJK_CHECK(tx_.put(row_));
        return user_ ? tx_.set_user(row_.key, *user_) : Result<void>{};
    }
    static bool carries_words(const conversation::Effects& effects, const Words& words) noexcept;
    Result<void> carry_out(const conversation::Outcome& outcome, const Words& words);
    Result<void> act(conversation::Action action, const Words& words);
    Result<void> check_queue();
    Result<void> send_call(conversation::Action action, std::string_view key);
    Result<void> queue_words(store::OutboxRow row, const Words& words, std::string content,
                             bool is_last);
    Result<void> enqueue(store::OutboxRow row);
    Result<void> refuse_below(std::uint64_t epoch);
    Result<bool> drained();
    Result<void> resume_when_empty();
    Result<void> note(const conversation::Effects& effects);
    Result<void> raise_alarm(conversation::Alarm alarm);
    Result<std::string> last_error_of_return();
    Result<void> move_user_words(const conversation::Effects& effects);
    Result<void> replay(const conversation::Effects& effects);

    Core& core_;
    store::Tx& tx_;
    const platforms::Account& account_;
    Millis now_;
    store::ConversationRow row_;
    bool exists_ = false;
    bool stored_ = false;
    std::optional<store::UserKey> user_;  ///< to be stored: the user's id is not the conversation's
    conversation::State before_ = conversation::State::bot;  ///< what the last apply() began from
    std::uint64_t epoch_before_ = 0;                         ///< the same; 0: it was new
    std::uint64_t item_ = 0;                                 ///< what the last take() appended
    std::optional<conversation::Policy> policy_;             ///< instead of the account's
    bool erased_ = false;
    std::string delivery_id_;
    std::uint64_t item_seq_ = 0;
    std::string expected_;  ///< the id of the delivery to come; empty: none, or queued already
    std::vector<platforms::Loss> losses_;
    Report report_;
    std::string tag_;
    LogLine unwritten_;
};

}  // namespace lampjack::engine
