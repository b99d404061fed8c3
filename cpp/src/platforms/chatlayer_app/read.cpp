// Which of the app's bodies is this? The endpoint's path tells; without one the shape does.

#include "platforms/chatlayer_app/read.h"

#include "platforms/chatlayer_app/envelope.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::Chain;
using model::EventKind;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;
using Level = Envelope::Level;

Error missing(std::string_view name) {
    return fail(Code::payload, "\"" + std::string(name) + "\" is missing or of a wrong type");
}

std::uint32_t add_event(BatchBuilder& build, EventKind kind, Role role) {
    const auto index = build.add_event(kind, role);
    build.batch.roots.push_back(index);
    return index;
}

/// Fills the conversation once the user is known. Empty: nothing in the bundle names one.
Result<bool> settle_user(Envelope& envelope, const ReadInput& input, BatchBuilder& build,
                         std::uint32_t conversation) {
    Str id;
    bool was_number = false;
    if (!envelope.find_user(input.account, id, was_number)) return false;
    if (!is_id(build.batch, id))
        return fail(Code::payload,
                    "the user's id must be 1 to 256 bytes without control characters");
    build.batch.conversations[conversation].id = id;
    build.batch.conversations[conversation].mode = mode_of(build.view(id));
    if (was_number)
        for (const auto root : build.batch.roots) build.event(root).warn(Warning::id_was_number);
    return true;
}

// ---- performSend

class SendReader {
public:
    SendReader(const ReadInput& input, BatchBuilder& build) noexcept
        : input_(input),
          build_(build),
          envelope_(build),
          start_(build.mark()) {}

    Result<void> read() {
        conversation_ = build_.add_conversation();
        if (!envelope_.walk(Level::bundle, [this](Key key) { return member(key); })) return {};
        if (!has_messages_) return bare();
        if (build_.batch.roots.empty()) return {};
        auto& first = build_.event(build_.batch.roots.front());
        build_.splice(first.extra, extra_);
        LJK_TRY(found, settle_user(envelope_, input_, build_, conversation_));
        for (const auto root : build_.batch.roots) {
            if (!found) build_.event(root).warn(Warning::unattributed);
            if (outside_) build_.event(root).warn(Warning::messages_under_other_key);
        }
        return {};
    }

private:
    bool member(Key key) {
        if (key == "inputData" && build_.cursor.peek() == '{')
            return envelope_.walk(Level::input,
                                  [this](Key inner) { return messages(inner, Scope::data); });
        return messages(key, Scope::request);
    }

    bool messages(Key key, Scope scope) {
        if (!(key == "messages") || has_messages_ || build_.cursor.peek() != '[')
            return build_.keep(extra_, scope);
        has_messages_ = true;
        outside_ = scope == Scope::request;
        return read_messages(build_, conversation_, input_.limits.items_up_to(kMaxItems));
    }

    /// One message without a bundle, as the vendor's pages print them.
    Result<void> bare() {
        if (envelope_.find(Level::bundle, "inputData").present())
            return missing("inputData.messages");
        if (envelope_.find(Level::bundle, "messages").present()) return missing("messages");
        if (!build_.rewind(start_)) return {};
        bool known = false;
        const auto here = build_.cursor.mark();
        build_.cursor.object([&](Key key) {
            known = known || is_message_key(key.text);
            return build_.cursor.skip();
        });
        build_.cursor.rewind(here);
        if (!known) {
            build_.cursor.skip();
            return missing("inputData.messages");
        }
        if (read_message(build_, conversation_))
            build_.event(build_.batch.roots.front()).warn(Warning::unattributed);
        return {};
    }

    const ReadInput& input_;
    BatchBuilder& build_;
    Envelope envelope_;
    BatchBuilder::Mark start_;
    Chain extra_;
    std::uint32_t conversation_ = 0;
    bool has_messages_ = false;
    bool outside_ = false;
};

// ---- performOffload

Result<void> read_offload(const ReadInput& input, BatchBuilder& build) {
    auto& cursor = build.cursor;
    Envelope envelope(build);
    Chain extra;
    Str payload;
    const bool good = envelope.walk(Level::bundle, [&](Key key) {
        if (!(key == "inputData") || cursor.peek() != '{') return build.keep(extra, Scope::request);
        const auto start = cursor.mark();
        if (!envelope.walk(Level::input, [&](Key) { return cursor.skip(); })) return false;
        cursor.rewind(start);
        return cursor.raw(payload);
    });
    if (!good) return {};
    const auto index = add_event(build, EventKind::handover_requested, Role::bot);
    const auto conversation = build.add_conversation();
    auto& event = build.event(index);
    event.conversation = conversation;
    event.payload = payload;
    event.extra = extra;
    LJK_TRY(found, settle_user(envelope, input, build, conversation));
    if (!found)
        return fail(Code::payload,
                    "the bundle names no user: say with \"user_path\" where it stands");
    return {};
}

// ---- performSubscribe, performUnsubscribe

Result<void> read_subscribe(BatchBuilder& build) {
    auto& cursor = build.cursor;
    Envelope envelope(build);
    Chain extra;
    Str url;
    bool is_null = false;
    const bool good = envelope.walk(Level::bundle, [&](Key key) {
        if (key == "targetUrl") {
            is_null = cursor.at_null();
            const auto start = cursor.mark();
            if (cursor.peek() == '"' && !cursor.string(url)) return false;
            cursor.rewind(start);
        }
        return build.keep(extra, Scope::field);
    });
    if (!good) return {};
    const std::string_view text = build.view(url);
    if (!is_null && !text.starts_with("https://") && !text.starts_with("http://"))
        return missing("targetUrl");
    build.event(add_event(build, EventKind::unknown, Role::system)).extra = extra;
    return {};
}

// ---- performReceive

bool is_request_key(std::string_view key) noexcept {
    return key == "content" || key == "method" || key == "query" || key == "headers";
}

class RequestReader {
public:
    RequestReader(const ReadInput& input, BatchBuilder& build) noexcept
        : input_(input),
          build_(build),
          cursor_(build.cursor),
          envelope_(build),
          start_(build.mark()) {}

    Result<void> read() {
        bool known = false;
        const bool good = envelope_.walk(Level::bundle, [&](Key key) {
            if (key == "request" && cursor_.peek() == '{') {
                known = true;
                return envelope_.walk(Level::input, [this](Key) { return cursor_.skip(); });
            }
            known = known || is_request_key(key.text);
            return cursor_.skip();
        });
        if (!good) return {};
        if (!known) return missing("request");
        if (read_own() || !build_.rewind(start_)) return {};
        Str raw;
        if (!cursor_.raw(raw)) return {};
        const auto index = add_event(build_, EventKind::unknown, Role::unknown);
        build_.add_part(build_.event(index), model::PartType::unknown).raw = raw;
        return {};
    }

private:
    /// Our own request, come back by way of the app.
    bool read_own() {
        const auto end = cursor_.mark();
        Mark content = envelope_.find(Level::input, "content");
        if (!content.present()) content = envelope_.find(Level::bundle, "content");
        if (!content.present()) return false;
        cursor_.rewind(content);
        const bool read = cursor_.peek() == '{' ? read_command(build_, input_.account)
                                                : cursor_.peek() == '"' && read_text();
        if (cursor_.ok()) cursor_.rewind(end);
        if (!read) build_.batch.roots.clear();
        return read;
    }

    bool read_text() {
        Str text;
        return cursor_.string(text) && read_command_text(build_, input_.account, build_.view(text));
    }

    const ReadInput& input_;
    BatchBuilder& build_;
    json::Cursor& cursor_;
    Envelope envelope_;
    BatchBuilder::Mark start_;
};

Result<void> read_bare_command(const ReadInput& input, BatchBuilder& build) {
    if (!read_command(build, input.account) && build.cursor.ok()) return missing("lampjack");
    return {};
}

// ---- by shape

enum class Shape : std::uint8_t { command, request, send, subscribe, none };

Shape shape_of(BatchBuilder& build) {
    auto& cursor = build.cursor;
    bool command = false, request = false, part = false, messages = false, input = false,
         target = false, bare = false;
    const auto start = cursor.mark();
    cursor.object([&](Key key) {
        command = command || key == "lampjack";
        request = request || key == "request";
        part = part || is_request_key(key.text);
        messages = messages || key == "messages";
        target = target || key == "targetUrl";
        bare = bare || is_message_key(key.text);
        if (!(key == "inputData") || cursor.peek() != '{') return cursor.skip();
        input = true;
        return cursor.object([&](Key inner) {
            messages = messages || inner == "messages";
            return cursor.skip();
        });
    });
    cursor.rewind(start);
    if (command) return Shape::command;
    if (request) return Shape::request;
    if (messages) return Shape::send;
    if (target) return Shape::subscribe;
    if (bare || input) return Shape::send;
    return part ? Shape::request : Shape::none;
}

Result<void> read_by_shape(const ReadInput& input, BatchBuilder& build) {
    const Shape shape = shape_of(build);
    if (!build.cursor.ok()) return {};
    switch (shape) {
        case Shape::command: return read_bare_command(input, build);
        case Shape::request: return RequestReader(input, build).read();
        case Shape::send: return SendReader(input, build).read();
        case Shape::subscribe: return read_subscribe(build);
        case Shape::none: break;
    }
    return fail(Code::payload, "this is no result of performReceive and no bundle: none of "
                               "inputData, messages, request and "
                               "targetUrl is there");
}

}  // namespace

model::Mode mode_of(std::string_view id) noexcept {
    return id.starts_with("emulator-") ? model::Mode::test : model::Mode::live;
}

Result<void> read(const ReadInput& input, BatchBuilder& build) {
    std::string_view path = input.path;
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const bool endpoint =
        path == "/send" || path == "/receive" || path == "/offload" || path == "/subscribe";
    const char first = build.cursor.peek();
    if (first == '[' && !endpoint) {
        read_items(build, input.limits.items_up_to(kMaxItems));
        return {};
    }
    if (first != '{') {
        build.cursor.skip();
        return fail(Code::payload, endpoint ? "the body must be an object"
                                            : "the body must be an object or an array");
    }
    if (path == "/send") return SendReader(input, build).read();
    if (path == "/receive") return RequestReader(input, build).read();
    if (path == "/offload") return read_offload(input, build);
    if (path == "/subscribe") return read_subscribe(build);
    return read_by_shape(input, build);
}

}  // namespace lampjack::platforms::chatlayer_app
