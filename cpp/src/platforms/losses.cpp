#include "platforms/losses.h"

#include "platforms/sayings.h"

#include <algorithm>

namespace lampjack::platforms {
namespace {

using model::kNone;
using model::PartType;

constexpr std::string_view kReady = R"("ready")";

std::string_view without_quotes(std::string_view raw) {
    return raw.size() < 2 ? raw : raw.substr(1, raw.size() - 2);
}

std::string value_of(const Sayings& said, const std::string& place) {
    const auto found = said.find(place);
    return found == said.end() ? std::string{} : found->second;
}

std::string type_of(const Sayings& part) {
    return std::string(without_quotes(value_of(part, "type")));
}

/// A live conversation is what any conversation is that nobody calls a rehearsal.
bool is_implied(const std::string& place, const std::string& said) {
    return place == "conversation.mode" && said.find("test") == std::string::npos;
}

/// A file that has a link is ready where nobody says otherwise.
bool is_no_invention(const std::string& place, const std::string& said) {
    return is_free_form(place) || is_implied(place, said) || (place == "state" && said == kReady);
}

class Comparison {
public:
    explicit Comparison(std::vector<Loss>& losses) : losses_(losses) {}

    void tell(Loss loss) {
        const bool known = std::ranges::any_of(losses_, [&](const Loss& told) {
            return told.part == loss.part && told.field == loss.field;
        });
        if (!known) losses_.push_back(std::move(loss));
    }

    /// Place by place. @param part the event's part whose places these are; none: they are the event's
    void compare(const Sayings& before, const Sayings& after, std::optional<std::size_t> part) {
        struct Fate {
            bool was_said = false, is_said = false;
        };
        std::map<std::string, Fate> fates;
        for (const auto& [place, said] : before) {
            const auto found = after.find(place);
            if (found != after.end() && found->second == said) continue;
            if (is_implied(place, said)) continue;
            Fate& fate = fates[place_name(place)];
            fate.was_said = true;
            fate.is_said = fate.is_said || found != after.end();
        }
        for (const auto& [place, said] : after)
            if (!before.contains(place) && !is_no_invention(place, said))
                fates[place_name(place)].is_said = true;
        for (const auto& [field, fate] : fates)
            tell({.part = part,
                  .field = field,
                  .what = !fate.was_said ? "made_up"
                          : fate.is_said ? "changed"
                                         : "missing"});
    }

    /// A name that shows where the platform has one place for names is no invention.
    void compare_events(const Sayings& before, Sayings after) {
        const std::string shown = value_of(before, "actor.display_name");
        if (!shown.empty() && !before.contains("actor.first_name") &&
            value_of(after, "actor.first_name") == shown) {
            after.erase("actor.first_name");
            after["actor.display_name"] = "";
        }
        compare(before, after, std::nullopt);
    }

    /// @param after null: nothing is left of the part
    void compare_types(const Sayings& before, const Sayings* after, std::size_t part) {
        const std::string was = type_of(before);
        const std::string is = after == nullptr ? std::string{} : type_of(*after);
        if (was == is) return;
        tell({.part = part,
              .field = "type",
              .what = is.empty() ? "missing" : "changed",
              .before = was,
              .after = is});
    }

    void compare_parts(const Sayings& before, const Sayings* after, std::size_t part) {
        if (after == nullptr) return;
        const std::string was = type_of(before), is = type_of(*after);
        if (is == "text" && was != "text") return compare_with_text(before, part);
        if (is == "unknown" && was != "unknown") return compare(before, {{"type", was}}, part);
        compare(before, *after, part);
    }

private:
    /// Its words stand in a text; what they do not say is missing.
    void compare_with_text(const Sayings& before, std::size_t part) {
        const auto type = model::from_word<PartType>(type_of(before));
        if (!type) return;
        const bool pressed = *type == PartType::postback && !before.contains("title");
        for (const auto& [place, said] : before) {
            const std::string field = place_name(place);
            const bool stands =
                stands_in_words(*type, field) || field == "type" || (pressed && field == "payload");
            if (!stands) tell({.part = part, .field = field, .what = "missing"});
            tell_of_title(before, place, part);
        }
    }

    /// An option that says nothing for people gets a title in the text.
    void tell_of_title(const Sayings& before, const std::string& place, std::size_t part) {
        constexpr std::string_view kind = ".kind";
        if (!place.ends_with(kind)) return;
        const std::string option = place.substr(0, place.size() - kind.size() + 1);
        for (const char* const said : {"title", "url", "phone"})
            if (before.contains(option + said)) return;
        tell({.part = part, .field = place_name(option + "title"), .what = "made_up"});
    }

    std::vector<Loss>& losses_;
};

/// Which part of the bodies each written one is. Writers may put several texts into one, and files behind texts.
class Matching {
public:
    Matching(const std::vector<Sayings>& written, const std::vector<Sayings>& found)
        : found_(found),
          used_(found.size()) {
        for (const Sayings& part : found) types_.push_back(type_of(part));
        std::vector<std::string> wanted;
        for (const Sayings& part : written) wanted.push_back(type_of(part));
        const bool changed = have_other_types(wanted);
        is_plain_ = wanted.size() == found.size();
        for (std::uint32_t i = 0; i < wanted.size(); ++i) {
            places_.push_back(changed ? i : next(wanted[i]));
            is_plain_ = is_plain_ && places_[i] == i;
        }
    }

    /// Null where nothing of the part is left.
    const Sayings* part(std::uint32_t written) const noexcept {
        const std::uint32_t place = written < places_.size() ? places_[written] : kNone;
        return place < found_.size() ? &found_[place] : nullptr;
    }
    /// One for one, in order.
    bool is_plain() const noexcept { return is_plain_; }

private:
    /// As many parts, some of which the writer made something else: they are still one for one.
    bool have_other_types(std::vector<std::string> wanted) const {
        std::vector<std::string> types = types_;
        std::ranges::sort(wanted);
        std::ranges::sort(types);
        return wanted.size() == types.size() && wanted != types;
    }

    std::uint32_t next(const std::string& type) {
        std::uint32_t text = kNone;
        for (std::uint32_t i = 0; i < types_.size(); ++i) {
            if (types_[i] == type && !used_[i]) {
                used_[i] = true;
                return i;
            }
            if (types_[i] == "text" && text == kNone) text = i;
        }
        return text;
    }

    const std::vector<Sayings>& found_;
    std::vector<std::string> types_;
    std::vector<bool> used_;
    Places places_;
    bool is_plain_ = true;
};

Said said_by_all(std::span<const model::BatchPtr> bodies) {
    Said all;
    for (const model::BatchPtr& body : bodies) {
        Said one = said_by(*body);
        if (all.event.empty()) all.event = std::move(one.event);
        all.parts.insert(all.parts.end(), one.parts.begin(), one.parts.end());
    }
    return all;
}

/// Whether the platform ignores a file that leaves. What came in that state from the platform itself is not lost there.
bool ignores_files(const Conversion& conversion) {
    return std::ranges::any_of(conversion.bodies, [&](const model::BatchPtr& body) {
        return body->platform() != conversion.batch.platform() &&
               std::ranges::any_of(body->roots, [&](std::uint32_t root) {
                   return body->events[root].warns(model::Warning::file_not_ready);
               });
    });
}

bool is_unready_file(const Sayings& part) {
    const std::string state = value_of(part, "state");
    return !state.empty() && state != kReady;
}

}  // namespace

void find_losses(const Conversion& conversion, std::vector<Loss>& losses) {
    const Said original = said_by(conversion.batch, conversion.event);
    const Said written = said_by(conversion.written);
    const Said heard = said_by_all(conversion.bodies);
    const Matching matching(written.parts, heard.parts);
    std::vector<const Sayings*> parts;  // for each of the event's parts what is left of it
    for (const std::uint32_t place : conversion.places) parts.push_back(matching.part(place));
    Comparison comparison(losses);
    for (std::size_t i = 0; i < parts.size(); ++i)
        comparison.compare_types(original.parts[i], parts[i], i);
    comparison.compare_events(original.event, heard.event);
    const auto kept = parts.size() - static_cast<std::size_t>(std::ranges::count(parts, nullptr));
    if (!matching.is_plain() || kept > written.parts.size())
        comparison.tell({.field = "content", .what = "changed"});
    const bool ignored = ignores_files(conversion);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (ignored && is_unready_file(original.parts[i]))
            comparison.tell({.part = i, .field = "state", .what = "file_not_ready"});
        comparison.compare_parts(original.parts[i], parts[i], i);
    }
}

}  // namespace lampjack::platforms
