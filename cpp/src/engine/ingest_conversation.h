#pragma once
// IngestConversation: the events of one conversation of a request, one after the other, under one lock of it: duplicates
// left out, the transcript merged, each event through the state machine.

#include "engine/change.h"
#include "engine/prepared_request.h"

#include <optional>
#include <string>
#include <vector>

namespace lampjack::engine {

class IngestConversation {
public:
    IngestConversation(Core& core, store::Tx& tx, const platforms::Account& account,
                       const PreparedRequest& request)
        : core_(core),
          tx_(tx),
          account_(account),
          request_(request),
          batch_(request.batch()),
          change_(core, tx, account) {}

    /// Locks the conversation of `first`, the event to come first. False when it is new.
    Result<bool> open(const PreparedEvent& first) {
        tx_.will_ask(first.keys.asked);
        return change_.open(first.ref);
    }
    const std::string& ref() const noexcept { return change_.row().ref; }
    bool exists() const noexcept { return change_.exists(); }

    /// The answer to the request goes to the platform's bot: it carries events, mutes and returns.
    void answers_the_bot() {
        in_answer_ = true;
        change_.mute_by_answer();
    }
    /// `decision` is that of a handover request. An event that the bot is to get now is added to `to_bot`.
    Result<void> event(const PreparedEvent& prepared, const conversation::Decision& decision,
                       std::vector<std::uint32_t>& to_bot);
    /// A handover request that was answered before. Its transcript may have grown; and where the answer mutes the bot
    /// although no human owns the conversation any more, the bot is unmuted.
    Result<void> again(const PreparedEvent& prepared, bool mutes);

    Result<void> finish() { return change_.finish(); }
    Report take_report() noexcept { return change_.take_report(); }
    /// What the state machine made of the decision.
    const std::optional<conversation::Answer>& answer() const noexcept { return answer_; }

private:
    /// Whether the request may say who takes part in the conversation, and what was said in it.
    bool tells() const noexcept { return request_.is_verified() || !exists(); }

    /// What an event is stored under, and whether it is stored already.
    struct Standing {
        std::vector<model::ItemKey> keys;
        bool known = false;
        std::uint64_t seq = 0;  ///< of the known item
        bool doubtful = false;  ///< neither id nor time, and the same words came just before
    };

    Result<Standing> look_up(std::uint32_t index, ItemKeys keys);
    bool is_echo(const model::Event& event);
    Result<void> give_again(const PreparedEvent& prepared, std::uint64_t seq,
                            std::vector<std::uint32_t>& to_bot);
    void warn_of_unknown(const model::Event& event);
    void note_user(const model::Event& event);
    void note_names(const model::Event& event);
    Result<void> merge_transcript(model::Range transcript);
    Result<bool> waits_in_lane(const conversation::Effects& effects);
    void give(std::uint32_t index, const conversation::Effects& effects,
              std::vector<std::uint32_t>& to_bot) const;
    bool agrees(const model::Event& event) const;
    Result<bool> is_full();
    Result<void> append(std::uint32_t index, std::string body, conversation::To to,
                        std::string flags, const Standing& standing);
    bool is_passed_on(const model::Event& event,
                      const conversation::Effects& effects) const noexcept;

    Core& core_;
    store::Tx& tx_;
    const platforms::Account& account_;
    const PreparedRequest& request_;
    const model::Batch& batch_;
    Change change_;
    std::optional<conversation::Answer> answer_;
    bool in_answer_ = false;  ///< see answers_the_bot()
};

}  // namespace lampjack::engine
