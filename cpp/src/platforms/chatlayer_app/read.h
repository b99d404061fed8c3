#pragma once
// The reader's pieces. All of them read at the batch builder's cursor and return false only when the document itself is
// unreadable; an item that is not as documented becomes an `unknown` event with its raw JSON.

#include "platforms/adapter.h"

#include "model/batch_builder.h"

#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// What comes behind so many items of one request is only kept raw.
inline constexpr std::uint32_t kMaxItems = 1000;

using Mark = json::Cursor::Mark;

using model::is_id;
/// `test` for ids that begin like those of the vendor's emulator.
model::Mode mode_of(std::string_view id) noexcept;

Result<void> read(const ReadInput& input, model::BatchBuilder& build);

/// The array that performReceive returns: one event for each element.
bool read_items(model::BatchBuilder& build, std::uint32_t most = kMaxItems);
/// The `message` of such an element: the event's parts. A mismatch when it is not as documented.
bool read_user_message(model::BatchBuilder& build, std::uint32_t event);

/// The `messages` of performSend: one event for each element, all of one conversation.
bool read_messages(model::BatchBuilder& build, std::uint32_t conversation, std::uint32_t most);
/// One of them.
bool read_message(model::BatchBuilder& build, std::uint32_t conversation);
/// Whether a key is one by which a performSend message, of this or of the older form, is told.
bool is_message_key(std::string_view key) noexcept;

/// The `choices` of a message or card. An empty or wrong list is kept in the chain.
bool read_choices(model::BatchBuilder& build, model::Range& out, model::Chain& chain);
/// The object of a card_message at the cursor; the card is appended to the batch.
bool read_card(model::BatchBuilder& build);

/// One of an object's texts: read into `out`, or told to be something else.
struct TextField {
    std::string_view name;
    model::Str* out;
};
/// An object of those texts. `exact` turns false when the texts alone cannot give it back.
bool read_texts(model::BatchBuilder& build, std::initializer_list<TextField> fields, bool& exact);

/// Our own request, come back through the app's performReceive: an object with `lampjack` at the cursor. Its items are
/// read as events; the first one's `extra` holds the key. False when it is none, or not made by this account.
bool read_command(model::BatchBuilder& build, const Account* account);
/// The same inside a string; its events are copied into the batch.
bool read_command_text(model::BatchBuilder& build, const Account* account, std::string_view text);

}  // namespace lampjack::platforms::chatlayer_app
