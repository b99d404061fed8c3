#include "platforms/losses.h"

#include "model/canonical.h"
#include "json/index.h"

#include <algorithm>
#include <map>

namespace lampjack::platforms {
namespace {

using json::Cursor;

/// All that stands at one place of the canonical form, by the place's name; numbers of list items are left out of it.
using Sayings = std::map<std::string, std::string>;

struct Said {
    Sayings event;
    std::vector<Sayings> parts;
};

/// A vendor's value may stand as deep as a body may be, and the canonical form adds some levels. How large it is was asked
/// before.
constexpr json::Limits kLimits{.levels = json::Limits{}.levels + 64,
                               .members = json::Limits::kAny,
                               .values = json::Limits::kAny};

class SayingsReader {
public:
    explicit SayingsReader(const std::string& canonical) { text_.assign(canonical); }

    /// What a list of events says: of the first one everything, of the others the parts.
    std::vector<Said> read() {
        std::vector<Said> all;
        json::Index& index = json::Index::of_this_thread();
        if (!index.build(text_.body(), text_.body_size())) return all;
        Cursor cursor(text_, index, kLimits);
        cursor.array([&] {
            event(cursor, all.emplace_back());
            return true;
        });
        return all;
    }

private:
    /// What belongs to the canonical form itself is not said by anybody.
    static bool is_ours(std::string_view key) {
        return key == "v" || key == "id" || key == "platform" || key == "warnings";
    }

    void event(Cursor& cursor, Said& out) {
        cursor.object([&](json::Key key) {
            if (is_ours(key.text)) return cursor.skip();
            if (key.text == "content") return parts(cursor, out);
            if (key.text == "handover") return handover(cursor, out.event);
            return value(cursor, std::string(key.text), out.event);
        });
    }

    bool parts(Cursor& cursor, Said& out) {
        return cursor.array([&] { return value(cursor, {}, out.parts.emplace_back()); });
    }

    bool handover(Cursor& cursor, Sayings& out) {
        return cursor.object([&](json::Key key) {
            const std::string path = "handover." + std::string(key.text);
            if (key.text == "payload") return raw(cursor, path, out);
            if (key.text != "transcript") return value(cursor, path, out);
            return cursor.array([&] {
                Said said;
                event(cursor, said);
                // Where and when it was said is not a transcript's matter, nor what only the vendor knows.
                std::string& words = out[path];
                for (const std::string_view name : {"actor.role", "sent_at"})
                    words += said.event[std::string(name)] + "\n";
                for (Sayings& part : said.parts)
                    for (const auto& [place, what] : part)
                        if (!place.starts_with("extra")) words.append(place).append(what) += '\n';
                return true;
            });
        });
    }

    bool raw(Cursor& cursor, const std::string& path, Sayings& out) {
        json::Str place;
        cursor.raw(place);
        out[path].append(text_.view(place)) += '\n';
        return true;
    }

    bool value(Cursor& cursor, const std::string& path, Sayings& out) {
        if (cursor.peek() == '[') return cursor.array([&] { return value(cursor, path, out); });
        if (cursor.peek() != '{') return raw(cursor, path, out);
        return cursor.object([&](json::Key key) {
            const std::string below =
                path.empty() ? std::string(key.text) : path + "." + std::string(key.text);
            // Free-form values are one thing each, whatever they hold.
            const bool free = path.ends_with("extra") || path == "session" || below == "raw" ||
                              below == "parameters";
            return free ? raw(cursor, below, out) : value(cursor, below, out);
        });
    }

    json::Text text_;
};

std::vector<Said> said_by(const std::string& events) { return SayingsReader(events).read(); }

std::string one_event(const model::Batch& batch, std::uint32_t index) {
    std::string text = "[";
    json::Writer out(text);
    model::write_event(batch, index, {}, model::identify(batch, {}), out);
    return text + "]";
}

/// Keys of free-form objects are the vendor's: the report names the object.
std::string place_name(const std::string& path) {
    for (const std::string_view object : {"extra.", "session."}) {
        const auto at = path.find(object);
        if (at != std::string::npos) return path.substr(0, at + object.size() - 1);
    }
    return path;
}

/// A live conversation is what any conversation is that nobody calls a rehearsal.
bool is_implied(const std::string& path, const std::string& said) {
    return path == "conversation.mode" && said.find("test") == std::string::npos;
}

void compare(const Sayings& before, const Sayings& after, std::optional<std::size_t> part,
             std::vector<Loss>& losses) {
    std::map<std::string, bool> lost;  // whether nothing of it is left
    for (const auto& [path, said] : before) {
        const auto found = after.find(path);
        if (found != after.end() && found->second == said) continue;
        if (is_implied(path, said)) continue;
        bool& missing = lost.emplace(place_name(path), true).first->second;
        missing = missing && found == after.end();
    }
    for (const auto& [field, missing] : lost)
        losses.push_back({.part = part, .field = field, .what = missing ? "missing" : "changed"});
}

}  // namespace

void find_losses(const Conversion& conversion, std::vector<Loss>& losses) {
    const std::vector<Said> original = said_by(one_event(conversion.batch, conversion.event));
    const std::vector<Said> written = said_by(model::write_events(conversion.written, {}));
    const std::vector<Said> body = said_by(model::write_events(conversion.body, {}));
    if (original.empty() || written.empty() || body.empty()) return;
    compare(original.front().event, body.front().event, std::nullopt, losses);
    std::vector<Sayings> found;
    for (const Said& event : body)
        found.insert(found.end(), event.parts.begin(), event.parts.end());
    const std::vector<Sayings>& wanted = written.front().parts;
    if (wanted.size() != found.size()) {
        losses.push_back({.field = "content", .what = "changed"});
        return;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
        compare(wanted[i], found[i], conversion.origins[i], losses);
}

}  // namespace lampjack::platforms
