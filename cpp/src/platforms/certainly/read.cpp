#include "base/text.h"
#include "platforms/certainly/certainly.h"
#include "platforms/certainly/common.h"
#include "platforms/certainly/webhook.h"

#include <algorithm>
#include <optional>

namespace lampjack::platforms::certainly {
namespace {

using json::Key;
using model::EventKind;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

enum class Shape { webhook, claim, frame, agent_text };

/// What the names of a body's members say about it.
struct Signs {
    bool interlocutor = false;
    bool data = false;
    bool claim = false;  ///< a key that only the claim webhook has
    bool from = false;   ///< the claim's and the newer frame's
    bool frame = false;  ///< a key that only frames have
    bool type = false;
    bool message = false;  ///< the agent's text
};

// Of the claim's keys those that no frame has: the vendor's "Handover conversation flow" and the reserved
// variables, https://support.certainly.io/knowledge/use-reserved-variables-collected-from-chatbot-conversations.
constexpr std::string_view kClaimKeys[] = {
    "to",        "sessionId",     "reply",    "botId",     "customVariables",   "extractedData",
    "replyData", "attachedMedia", "moduleId", "direction", "botTrainedModelId", "botDeploymentId",
    "firstName", "lastName",
};

void note(Signs& signs, std::string_view key, char first) noexcept {
    if (key == "interlocutor") signs.interlocutor = true;
    if (key == "data") signs.data = true;
    if (key == "from") signs.from = true;
    if (key == "type") signs.type = true;
    if (key == "message") (first == '{' ? signs.frame : signs.message) = true;
    if (key == "actions" && first == '[') signs.frame = true;
    if (key == "user_id") signs.frame = true;
    if (std::find(std::begin(kClaimKeys), std::end(kClaimKeys), key) != std::end(kClaimKeys))
        signs.claim = true;
}

/// Walks the members once without reading them; false when the cursor has a problem.
bool collect(json::Cursor& cursor, Signs& signs) {
    const auto start = cursor.mark();
    const bool read = cursor.object([&](Key key) {
        note(signs, key.text, cursor.peek());
        return cursor.skip();
    });
    if (read) cursor.rewind(start);
    return read;
}

/// The documented webhook begins with its envelope's first key: then nothing has to be walked twice.
bool begins_with_interlocutor(json::Cursor& cursor) {
    const auto start = cursor.mark();
    bool found = false;
    cursor.object([&](Key key) {
        found = key == "interlocutor";
        return false;
    });
    if (cursor.ok()) cursor.rewind(start);
    return found;
}

// The claim's body is what the bot's builder made of it, so its own address decides; elsewhere the shape must.
std::optional<Shape> shape_of(const Signs& signs, std::string_view path) noexcept {
    if (signs.interlocutor && signs.data) return Shape::webhook;
    if (path == kClaimPath) return Shape::claim;
    if (signs.interlocutor) return Shape::webhook;
    if (signs.frame && !signs.claim) return Shape::frame;
    if (signs.type && !signs.claim && !signs.from) return Shape::frame;
    if (path == kMessagesPath) return Shape::webhook;
    if (signs.claim || (signs.from && !signs.data)) return Shape::claim;
    if (signs.message) return Shape::agent_text;
    if (signs.data) return Shape::webhook;
    return std::nullopt;
}

/// An agent's text on its way to the user: {"message": "…"}. Whose it is stands in the path alone.
class AgentTextReader {
public:
    AgentTextReader(model::BatchBuilder& build, std::string_view path)
        : build_(build),
          path_(path) {}

    Result<void> read() {
        auto& cursor = build_.cursor;
        const bool read = cursor.object([&](Key key) {
            if (key != "message") return build_.keep(extra_, Scope::field);
            if (seen_) return cursor.fail(json::Problem::duplicate_key);
            seen_ = true;
            return build_.text(text_);
        });
        if (!read) return refuse_field(cursor, "message");
        if (has_twins(build_.batch, extra_, Scope::field) ||
            has_twins(build_.batch, extra_, Scope::message)) {
            cursor.fail(json::Problem::duplicate_key);
            return {};
        }
        add();
        return {};
    }

private:
    void add() {
        const auto index = build_.add_event(EventKind::message, Role::agent);
        build_.batch.roots.push_back(index);
        build_.event(index).extra = extra_;
        build_.add_part(build_.event(index), PartType::text).text = text_;
        build_.event(index).conversation = build_.add_conversation();
        const std::string user = percent_decode(user_in_path(path_), false);
        if (is_id(user)) {
            build_.batch.conversations.back().id = build_.add(user);
        } else {
            build_.event(index).warn(Warning::unattributed);
        }
    }

    model::BatchBuilder& build_;
    std::string_view path_;
    model::Chain extra_;
    Str text_;
    bool seen_ = false;
};

std::string_view without_slash(std::string_view path) noexcept {
    return path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
}

}  // namespace

std::string_view user_in_path(std::string_view path) noexcept {
    for (const std::string_view action : {"/handover/", "/takeover/"}) {
        const auto at = path.rfind(action);
        if (at == std::string_view::npos) continue;
        const std::string_view user = without_slash(path.substr(at + action.size()));
        if (!user.empty() && user.find('/') == std::string_view::npos) return user;
    }
    return {};
}

Result<void> read(const ReadInput& input, model::BatchBuilder& build) {
    if (begins_with_interlocutor(build.cursor)) return read_webhook(build);
    Signs signs;
    if (build.cursor.ok() && !collect(build.cursor, signs)) return {};
    if (!build.cursor.ok()) return {};
    const auto shape = shape_of(signs, without_slash(input.path));
    if (!shape)
        return fail(Code::payload, "from is missing: this is neither a claim nor a message");
    switch (*shape) {
        case Shape::webhook: return read_webhook(build);
        case Shape::claim: return read_claim(build);
        case Shape::frame: return read_frame(build);
        case Shape::agent_text: break;
    }
    return AgentTextReader(build, input.path).read();
}

}  // namespace lampjack::platforms::certainly
