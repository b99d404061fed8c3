#pragma once
// The vendor's words of the offloading webhook, and what its readers and writers share.
// https://docs.chatlayer.ai/integrations/human-offloading-live-chat/offloading-webhook

#include "model/batch_builder.h"
#include "platforms/adapter.h"
#include "json/writer.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::platforms::chatlayer_offloading {

inline constexpr std::string_view kName = "chatlayer_offloading";

/// A `messages` body is small; an `offload` holds the whole conversation.
inline constexpr std::size_t kMaxMessagesBody = std::size_t{1} << 20;
inline constexpr std::size_t kMaxOffloadBody = std::size_t{8} << 20;
inline constexpr std::uint32_t kMaxMessages = 1000;
inline constexpr std::uint32_t kMaxTranscript = 5000;

inline constexpr std::string_view kMessages = "messages";
inline constexpr std::string_view kOffload = "offload";
inline constexpr std::string_view kBot = "bot";
inline constexpr std::string_view kUser = "user";
inline constexpr std::string_view kDraft = "DRAFT";
inline constexpr std::string_view kLive = "LIVE";
/// Sessions of the bot builder's emulator are told by this prefix of their id.
inline constexpr std::string_view kEmulatorPrefix = "emulator-";
/// The vendor's word for a file that is there, and the canonical one.
inline constexpr std::string_view kUploadSucceeded = "SUCCEEDED";
inline constexpr std::string_view kFileReady = "ready";

/// Times and ids that must stand in a body although the event has none.
inline constexpr std::string_view kNoTimeText = "1970-01-01T00:00:00.000Z";
inline constexpr std::string_view kNoId = "unknown";

using model::is_id;

/// A time as it stands in the body, with its quotes: readable, and whether it is exactly what would be written.
struct TimeRead {
    Millis time = model::kNoTime;
    bool exact = false;
};
TimeRead read_time(std::string_view raw) noexcept;

/// Reads one item of `messages` or `transcript` into a new event. False with a mismatch for a malformed item.
struct Item {
    std::uint32_t conversation;
    Error& error;               ///< out: set when the whole request must be refused
    json::Cursor::Mark time{};  ///< out: its timestamp, when that is exactly what would be written
};
bool read_item(model::BatchBuilder& build, Item& item);

/// The outcome of reading a user's message: what its item must know.
struct UserMessage {
    bool known = false;       ///< false: it became an `unknown` part that holds all of it
    json::Cursor::Mark time;  ///< the message's own timestamp
    json::Cursor::Mark id;    ///< its id, when the event's vendor_id is written back as it is
};
/// Reads the UserMessage object at the cursor into the event.
bool read_user_message(model::BatchBuilder& build, std::uint32_t event, UserMessage& out);
/// Whether the object at the cursor has a `messageType`, as a user's message does.
bool is_user_message(model::BatchBuilder& build);

/// Reads a body of the conversation actions API: {"sendMessages":[…]}.
Result<void> read_actions(const ReadInput& input, model::BatchBuilder& build);

Result<void> read(const ReadInput& input, model::BatchBuilder& build);
Result<std::string> write(const model::Batch& batch, Direction direction);
Result<std::string> write_actions(const model::Batch& batch, bool own);
/// Writes a user's part as a UserMessage object; several parts are files of one upload. `with_id` is false for the
/// second and later messages that one event becomes. Fails with `unsupported` for a part that users do not send.
Result<void> write_user_message(const model::Batch& batch, const model::Event& event,
                                std::span<const model::Part> parts, bool own, bool with_id,
                                json::Writer& out);
Result<Trust> verify(const Account& account, const Endpoint& endpoint,
                     const model::Request& request);
Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing);

}  // namespace lampjack::platforms::chatlayer_offloading
