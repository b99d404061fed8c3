#pragma once
// Ingest: one request's events into the store, in one transaction: duplicates left out, transcript merged, every event
// through the state machine, the answer kept for a repetition.

#include "engine/core.h"
#include "model/batch.h"
#include "model/identity.h"

#include <optional>
#include <vector>

namespace lampjack::engine {

struct Ingested {
    model::Answer answer;
    std::vector<std::uint32_t>
        to_bot;  ///< events of this request that the bot is to get now (translate)
};

class Ingest {
public:
    Ingest(Core& core, const platforms::Account& account, const platforms::Endpoint& endpoint,
           const model::Batch& batch)
        : core_(core),
          account_(account),
          endpoint_(endpoint),
          batch_(batch) {}

    /// The answer given before to this very handover request, if there is one.
    Result<std::optional<model::Answer>> earlier_answer();
    /// Whether the conversation of the first event is known; for transfers.
    Result<bool> conversation_known();
    Result<Ingested> run(const Decision& decision);

    /// The conversation of an event; events without one share the account's `~unattributed`.
    std::string ref_of(const model::Event& event) const;
    /// The first handover request, or null.
    const model::Event* handover_request() const;

    /// What the events are stored with, as far as it can be made before the transaction, where everybody waits.
    struct Prepared;

private:
    Prepared prepare() const;
    Result<Ingested> run_in(store::Tx& tx, const Decision& decision, const Prepared& prepared,
                            Report& report);
    /// The answer given before to this very request, with what follows from hearing it again.
    Result<std::optional<model::Answer>> repeat(store::Tx& tx, const model::Event& request,
                                                const Prepared& prepared, Report& report);
    /// Whether that answer makes the platform silence its bot.
    bool silences(const model::Answer& answer) const;
    /// Every conversation of the request; `answered` becomes what the state machine made of the decision.
    Result<void> walk_all(store::Tx& tx, platforms::Decision& answered, const Prepared& prepared,
                          Ingested& out, Report& report);

    Core& core_;
    const platforms::Account& account_;
    const platforms::Endpoint& endpoint_;
    const model::Batch& batch_;
};

}  // namespace lampjack::engine
