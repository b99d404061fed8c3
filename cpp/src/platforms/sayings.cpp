#include "platforms/sayings.h"

#include "model/canonical.h"
#include "json/cursor.h"

#include <algorithm>
#include <array>

namespace lampjack::platforms {
namespace {

using json::Cursor;

/// A vendor's value may stand as deep as a body may be, and the canonical form adds some levels. How large it is was asked
/// before.
constexpr json::Limits kLimits{.levels = json::Limits{}.levels + 64,
                               .members = json::Limits::kAny,
                               .values = json::Limits::kAny};

constexpr std::array<std::string_view, 2> kFreeForms{"extra.", "session."};

class SayingsReader {
public:
    explicit SayingsReader(const std::string& canonical) { text_.assign(canonical); }

    std::vector<Said> read() {
        std::vector<Said> all;
        json::BorrowedIndex index(text_.body_size());
        if (!index->build(text_.body(), text_.body_size(), kLimits)) return all;
        Cursor cursor(text_, *index, kLimits);
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
        out[path].append(text_.view(place));
        return true;
    }

    bool value(Cursor& cursor, const std::string& path, Sayings& out) {
        if (cursor.peek() == '[') {
            std::size_t number = 0;
            return cursor.array(
                [&] { return value(cursor, path + ".#" + std::to_string(number++), out); });
        }
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

}  // namespace

Said said_by(const model::Batch& batch, std::uint32_t index) {
    std::string text = "[";
    json::Writer out(text);
    model::write_event(batch, index, {}, model::identify(batch, {}), out);
    std::vector<Said> all = SayingsReader(text + "]").read();
    return all.empty() ? Said{} : std::move(all.front());
}

Said said_by(const model::Batch& batch) {
    std::vector<Said> all = SayingsReader(model::write_events(batch, {})).read();
    if (all.empty()) return {};
    Said first = std::move(all.front());
    for (std::size_t i = 1; i < all.size(); ++i)
        first.parts.insert(first.parts.end(), all[i].parts.begin(), all[i].parts.end());
    return first;
}

bool is_free_form(std::string_view place) noexcept {
    for (const std::string_view object : kFreeForms)
        if (place.find(object) != std::string_view::npos) return true;
    return false;
}

std::string place_name(std::string_view place) {
    for (const std::string_view object : kFreeForms) {
        const auto at = place.find(object);
        if (at != std::string_view::npos) place = place.substr(0, at + object.size() - 1);
    }
    std::string name;
    while (!place.empty()) {
        const std::string_view step = place.substr(0, place.find('.'));
        place.remove_prefix(std::min(step.size() + 1, place.size()));
        if (step.starts_with('#')) continue;
        name.append(name.empty() ? "" : ".").append(step);
    }
    return name;
}

}  // namespace lampjack::platforms
