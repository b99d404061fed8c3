#pragma once
// The writer's pieces.

#include "base/result.h"
#include "model/batch.h"
#include "json/writer.h"

#include <span>
#include <string>
#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// What an item needs beyond its event; empty members are taken from the event. The user's id is documented as a string, so
/// one that came as a number elsewhere is written as its digits in quotes.
struct ItemContext {
    std::string_view id = {};     ///< the user
    Millis now = model::kNoTime;  ///< for events without a time
    std::string_view session_key =
        {};                         ///< of a handover: the session object it brings; empty: none
    std::string_view session = {};  ///< its JSON
    /// Session data of this and of other events, later ones win; empty: the event's own.
    std::span<const model::Chain> data = {};
};

/// The array that performReceive returns. Events without a time get `now`.
Result<std::string> write_array(const model::Batch& batch, Millis now);

/// The elements that performReceive returns for this event, into the open array.
Result<void> write_items(const model::Batch& batch, const model::Event& event,
                         const ItemContext& context, json::Writer& out);
/// An action without an event of its own.
void write_handover(std::string_view to, const ItemContext& context, json::Writer& out);

/// The performSend messages of this event, into the open array.
Result<void> write_messages(const model::Batch& batch, const model::Event& event,
                            json::Writer& out);
/// `choices` of a message or card.
void write_choices(const model::Batch& batch, bool own, model::Range options, json::Writer& out);
/// The object of a card_message.
void write_card(const model::Batch& batch, bool own, const model::Card& card, json::Writer& out);

/// Whether the batch was read by this adapter, so that its extras are this vendor's.
bool is_own(const model::Batch& batch) noexcept;

}  // namespace lampjack::platforms::chatlayer_app
