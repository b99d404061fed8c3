// The `message` of a performReceive item. https://developers.sinch.com/docs/chatlayer/messaging/receiving

#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/words.h"

#include <utility>

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::Chain;
using model::PartType;
using model::Scope;
using model::Str;
using model::Warning;

/// The object under `message`: text, postback_v2 or upload.
struct MessageReader {
    BatchBuilder& build;
    std::uint32_t index;
    json::Cursor& cursor = build.cursor;
    Mark type_place{}, text_place{}, url_place{}, urls_place{}, payload_place{}, title_place{};
    Str type{};
    Chain extra{};

    bool read() {
        const auto start = build.mark();
        if (!cursor.object([this](Key key) { return member(key); })) return false;
        const auto known = find_value(kMessageTypes, build.view(type));
        if (!known) return unknown(start);
        if (*known != MessageType::upload && !leave(url_place, urls_place)) return false;
        if (*known != MessageType::postback && !leave(payload_place, title_place)) return false;
        if (*known != MessageType::text && !leave(text_place, {})) return false;
        const bool good = *known == MessageType::text       ? text()
                          : *known == MessageType::postback ? postback()
                                                            : upload();
        build.splice(build.event(index).extra, extra);
        return good;
    }

    bool member(Key key) {
        if (key == "messageType") {
            type_place = build.cursor.mark();
            return cursor.string(type);
        }
        for (const auto& [name, place] :
             {std::pair{"text", &text_place}, std::pair{"url", &url_place},
              std::pair{"urls", &urls_place}, std::pair{"title", &title_place},
              std::pair{"payload", &payload_place}}) {
            if (key.text != name) continue;
            *place = build.cursor.mark();
            return cursor.skip();
        }
        return build.keep(extra, Scope::field);
    }

    /// Fields of another message type are leftovers here.
    bool leave(Mark one, Mark other) {
        return (!one.present() || build.keep_at(extra, Scope::field, one)) &&
               (!other.present() || build.keep_at(extra, Scope::field, other));
    }

    bool text() {
        if (!text_place.present()) return cursor.fail(json::Problem::mismatch);
        cursor.rewind(text_place);
        Str value;
        if (!build.text(value)) return false;
        build.add_part(build.event(index), PartType::text).text = value;
        return true;
    }

    bool postback() {
        model::Part part;
        if (!read_text(payload_place, part.payload) || !read_text(title_place, part.title))
            return false;
        if (build.view(type) != "postback_v2" && !build.keep_at(extra, Scope::field, type_place))
            return false;
        auto& added = build.add_part(build.event(index), PartType::postback);
        added.payload = part.payload;
        added.title = part.title;
        return true;
    }

    bool read_text(Mark place, Str& out) {
        if (!place.present()) return true;
        cursor.rewind(place);
        return build.text_or_keep(out, extra, Scope::field);
    }

    /// `url` is a list although its name is singular; the offloading webhook calls it `urls`.
    bool upload() {
        if (!files(url_place) || !files(urls_place)) return false;
        const bool exact = url_place.present() && !urls_place.present() && is_list(url_place);
        if (exact)
            return build.event(index).parts.count != 0 || cursor.fail(json::Problem::mismatch);
        if (url_place.present() && !build.keep_at(extra, Scope::field, url_place)) return false;
        if (urls_place.present() && !build.keep_at(extra, Scope::field, urls_place)) return false;
        return build.event(index).parts.count != 0 || cursor.fail(json::Problem::mismatch);
    }

    bool is_list(Mark place) {
        cursor.rewind(place);
        return cursor.peek() == '[';
    }

    bool files(Mark place) {
        if (!place.present()) return true;
        cursor.rewind(place);
        if (cursor.peek() == '"') return file();
        return cursor.array([this] { return file(); });
    }

    bool file() {
        Str url;
        if (!cursor.string(url)) return false;
        for (const auto& part : build.batch.parts_of(build.event(index)))
            if (build.view(part.url) == build.view(url) && urls_place.present()) return true;
        build.add_part(build.event(index), PartType::file).url = url;
        return true;
    }

    bool unknown(const BatchBuilder::Mark& start) {
        if (!build.rewind(start)) return false;
        Str raw;
        if (!cursor.raw(raw)) return false;
        build.event(index).warn(Warning::unknown_message_type);
        build.add_part(build.event(index), PartType::unknown).raw = raw;
        return true;
    }
};

}  // namespace

bool read_user_message(BatchBuilder& build, std::uint32_t event) {
    return MessageReader{build, event}.read();
}

}  // namespace lampjack::platforms::chatlayer_app
