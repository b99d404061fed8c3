#include "engine/speaker.h"

#include "base/plain_name.h"
#include "base/utf8.h"
#include "engine/prepared_request.h"
#include "engine/user_seen.h"
#include "model/identity.h"
#include "json/value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

Result<void> check_member(std::string_view name, const json::Value& value) {
    if (name == "role") {
        if (value.is_string() && value.get_string() == "user") return {};
        return fail(Code::argument, "user.role must be \"user\" or absent");
    }
    if (!UserSeen::has_field(name))
        return fail(Code::argument, "user: there is no member " + std::string(plain_name(name)) +
                                        "; known are " + UserSeen::all_fields());
    if (value.is_string()) return {};
    return fail(Code::argument, "user." + std::string(name) + " must be a text");
}

bool is_usable(std::string_view id) {
    return model::is_id(id) && !is_blank(id) && id != kUnattributed;
}

/// The user's JSON as an object whose members are known.
Result<json::Object> read_actor(std::string_view user_json) {
    auto user = json::parse_value(user_json, "the user");
    if (!user) return fail(Code::argument, user.error().message);
    if (!user->is_object()) return fail(Code::argument, "the user must be an object with an id");
    json::Object actor = user->get_object();
    for (const auto& member : actor)
        LJK_CHECK(check_member({member.key().data(), member.key().size()}, member.value()));
    actor["role"] = "user";
    return actor;
}

}  // namespace

// The ids an integrator gives are texts; one made of digits is what the vendor documents as a number.
bool Speaker::has_plain_number() const noexcept {
    const std::string_view text = conversation;
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && !text.empty() && text.size() <= 18 &&
           (text.size() == 1 || text.front() != '0');
}

Result<Speaker> read_speaker(std::string_view user_json, std::string_view conversation) {
    LJK_TRY(actor, read_actor(user_json));
    Speaker speaker{json::to_text(actor), std::string(json::text_of(actor, "id")),
                    std::string(conversation)};
    if (speaker.conversation.empty()) speaker.conversation = speaker.id;
    if (!is_usable(speaker.id))
        return fail(Code::argument, "the user's id must be a text of 1 to 256 bytes without "
                                    "control characters, and not blank");
    if (!is_usable(speaker.conversation))
        return fail(Code::argument, "the conversation's id must be a text of 1 to 256 bytes "
                                    "without control characters, and not blank");
    return speaker;
}

}  // namespace lampjack::engine
