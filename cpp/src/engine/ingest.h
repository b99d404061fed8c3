#pragma once
// Ingest: one request's events into the store, in one transaction, and the answer, kept for a repetition.

#include "engine/core.h"
#include "engine/decisions.h"
#include "engine/prepared_request.h"

#include <optional>
#include <vector>

namespace lampjack::engine {

class IngestConversation;

class Ingest {
public:
    Ingest(Core& core, const platforms::Account& account, const platforms::Endpoint& endpoint,
           const PreparedRequest& request)
        : core_(core),
          account_(account),
          endpoint_(endpoint),
          request_(request) {}

    /// The answer given before to this very handover request, if there is one.
    Result<std::optional<model::Answer>> earlier_answer();
    Result<model::Answer> run(const Decisions& decisions);

private:
    Result<model::Answer> run_in(store::Tx& tx, const Decisions& decisions, Report& report);
    bool is_translation() const noexcept;
    model::Answer answer(const platforms::Decision& answered,
                         const std::vector<std::uint32_t>& to_bot) const;
    /// The handover request when its answer is kept: one without a time may be another request with the same words. The
    /// answer to a translation tells what holds now, also when it is repeated.
    const PreparedEvent* kept_request() const;
    /// The answer given before to this very request, with what follows from its repetition. `walk` is opened.
    Result<std::optional<model::Answer>> repeat(store::Tx& tx, IngestConversation& walk,
                                                const PreparedEvent& request, Report& report);
    /// Whether that answer makes the platform mute its bot.
    bool mutes(const model::Answer& answer) const;
    /// Every conversation of the request, each locked once: `opened` is locked already. `answered` becomes what the state
    /// machine made of the decision about the first request. `to_bot`: the events that the bot is to get in the answer.
    Result<void> walk_all(store::Tx& tx, IngestConversation* opened, const Decisions& decisions,
                          platforms::Decision& answered, std::vector<std::uint32_t>& to_bot,
                          Report& report);

    Core& core_;
    const platforms::Account& account_;
    const platforms::Endpoint& endpoint_;
    const PreparedRequest& request_;
};

}  // namespace lampjack::engine
