#pragma once
// PreparedRequest: what one request's events are stored with, made once on the caller's own thread, where nobody else
// waits: conversations, identities, keys and canonical JSON. The question, the earlier answer and the commit read it.

#include "engine/item_keys.h"
#include "model/batch.h"
#include "platforms/adapter.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lampjack::engine {

/// One event of the request itself, not of a transcript.
struct PreparedEvent {
    std::uint32_t index = 0;  ///< in the batch
    std::string ref;  ///< its conversation; events without one share the account's `~unattributed`
    ItemKeys keys;
    std::string body;  ///< canonical JSON, with its transcript
};

class PreparedRequest {
public:
    /// `batch` is what a reader or a translation made, its lengths checked.
    PreparedRequest(model::BatchPtr batch, const platforms::Account& account,
                    platforms::Trust trust = platforms::Trust::full);

    /// Whether its sender is known. Anybody may have sent another one: it asks for a human, and shows nothing else about a
    /// conversation that is known already.
    bool is_verified() const noexcept { return trust_ == platforms::Trust::full; }

    const model::Batch& batch() const noexcept { return *batch_; }
    std::span<const PreparedEvent> events() const noexcept { return events_; }
    /// The first request for a human, or null.
    const PreparedEvent* handover_request() const noexcept {
        return request_ ? &events_[*request_] : nullptr;
    }
    const model::Event& event_of(const PreparedEvent& event) const {
        return batch_->events[event.index];
    }
    std::span<const model::Identity> identities() const noexcept { return identities_; }

    /// For an event of a transcript, when it turns out to be news: most of what transcripts tell is known.
    ItemKeys keys_of(std::uint32_t index) const;
    std::string body_of(std::uint32_t index) const;

private:
    std::string ref_of(const model::Event& event) const;

    model::BatchPtr batch_;
    const platforms::Account* account_;
    platforms::Trust trust_;
    std::vector<model::Identity> identities_;  ///< of every event of the batch
    std::vector<PreparedEvent> events_;
    std::optional<std::size_t> request_;
};

/// Whether it names its conversation. The name of what belongs to none, given by whomever, is no name.
bool is_attributed(const model::Batch& batch, const model::Event& event) noexcept;

/// The id of the conversation that holds what belongs to none.
inline constexpr std::string_view kUnattributed = "~unattributed";

}  // namespace lampjack::engine
