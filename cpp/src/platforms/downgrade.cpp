// The fixed rules by which a part a platform cannot carry becomes one it can: choice and cards become lines of text,
// a file a link, a location its coordinates, a button press its label. losses.h finds what that costs.

#include "platforms/losses.h"

#include "model/graft.h"

#include <algorithm>
#include <array>

namespace lampjack::platforms {
namespace {

using model::Batch;
using model::Card;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;

bool carries_options(const Batch& batch, const Part& part, const Capabilities& capabilities) {
    const auto carries = [&](model::Range options) {
        return std::ranges::all_of(batch.options_of(options), [&](const Option& option) {
            return capabilities.carries(option.kind);
        });
    };
    return carries(part.options) &&
           std::ranges::all_of(batch.cards_of(part),
                               [&](const Card& card) { return carries(card.options); });
}

class Downgrade {
public:
    Downgrade(const Batch& from, Batch& to, const Capabilities& capabilities, Places* places)
        : from_(from),
          to_(to),
          graft_(to, from),
          capabilities_(capabilities),
          places_(places) {}

    void event(std::uint32_t index) {
        const std::uint32_t at = graft_.event_without_parts(index);
        to_.roots.push_back(at);
        const std::uint32_t first = to_.events[at].parts.first;
        const auto count = [&] { return static_cast<std::uint32_t>(to_.parts.size()) - first; };
        for (const Part& part : from_.parts_of(from_.events[index])) {
            const std::uint32_t place = count();
            this->part(part);
            if (places_ != nullptr) places_->push_back(count() != place ? place : model::kNone);
        }
        to_.events[at].parts.count = count();
    }

private:
    void part(const Part& part) {
        if (!capabilities_.carries(part.type)) return as_text(part);
        if (carries_options(from_, part, capabilities_)) return push(graft_.part(part));
        if (part.type == PartType::choice) return with_fewer_options(part);
        as_text(part);
    }

    void push(const Part& part) { to_.parts.push_back(part); }

    /// A choice that keeps its carried options; the others become lines under its text. Reply and postback stand in
    /// for each other: both send a payload.
    void with_fewer_options(const Part& part) {
        std::string text(from_.view(part.text));
        Part out = graft_.part(part);
        out.options = {static_cast<std::uint32_t>(to_.options.size()), 0};
        for (const Option& option : from_.options_of(part.options)) {
            const OptionKind kind = stand_in(option.kind);
            if (!capabilities_.carries(kind)) {
                append_line(text, line_of(option));
                continue;
            }
            Option copy = graft_.option(option);
            copy.kind = kind;
            to_.options.push_back(copy);
            ++out.options.count;
        }
        if (out.options.count == 0)  // a choice of nothing is no choice
            return push_text(text);
        out.text = to_.text.add(text);
        push(out);
    }

    OptionKind stand_in(OptionKind kind) const noexcept {
        if (capabilities_.carries(kind)) return kind;
        if (kind == OptionKind::reply && capabilities_.carries(OptionKind::postback))
            return OptionKind::postback;
        if (kind == OptionKind::postback && capabilities_.carries(OptionKind::reply))
            return OptionKind::reply;
        return kind;
    }

    void as_text(const Part& part) {
        std::string text;
        switch (part.type) {
            case PartType::choice:
                text = from_.view(part.text);
                numbered(text, part.options);
                break;
            case PartType::cards: cards(text, part); break;
            case PartType::file: file(text, part); break;
            case PartType::location:
                text.append(from_.view(part.title)).append(part.title ? ": " : "");
                text.append(from_.view(part.latitude))
                    .append(", ")
                    .append(from_.view(part.longitude));
                break;
            case PartType::postback:
                text = from_.view(part.title ? part.title : part.payload);
                break;
            default: break;
        }
        if (!text.empty()) push_text(text);
    }

    void push_text(std::string_view text) {
        Part out;
        out.type = PartType::text;
        out.text = to_.text.add(text);
        push(out);
    }

    void cards(std::string& text, const Part& part) {
        for (const Card& card : from_.cards_of(part)) {
            std::string line(from_.view(card.title));
            if (card.subtitle)
                line.append(line.empty() ? "" : ": ").append(from_.view(card.subtitle));
            if (card.url) line.append(line.empty() ? "" : " ").append(from_.view(card.url));
            append_line(text, line);
            for (const Option& option : from_.options_of(card.options))
                append_line(text, "- " + line_of(option));
        }
        numbered(text, part.options);
    }

    void file(std::string& text, const Part& part) {
        if (part.name) text.append(from_.view(part.name)).append(part.url ? ": " : "");
        text.append(from_.view(part.url));
    }

    void numbered(std::string& text, model::Range options) {
        int number = 0;
        for (const Option& option : from_.options_of(options))
            append_line(text, std::to_string(++number) + ". " + line_of(option));
    }

    std::string line_of(const Option& option) const {
        std::string line(from_.view(option.title));
        const model::Str detail = option.url ? option.url : option.phone;
        if (detail) line.append(line.empty() ? "" : ": ").append(from_.view(detail));
        if (line.empty()) line = stand_in_title(option);
        return line;
    }

    /// Of an option that is shown by its picture, or not at all. What kind it is means nothing to a person where it is a plain
    /// answer.
    std::string stand_in_title(const Option& option) const {
        const bool is_answer =
            option.kind == OptionKind::reply || option.kind == OptionKind::postback;
        if (!is_answer) return std::string(word(option.kind));
        return std::string(from_.view(option.payload ? option.payload : option.image_url));
    }

    static void append_line(std::string& text, std::string_view line) {
        if (!text.empty()) text += '\n';
        text += line;
    }

    const Batch& from_;
    Batch& to_;
    model::Graft graft_;
    const Capabilities& capabilities_;
    Places* places_;
};

/// A field of a part that its words say where it became a text, or that its type alone says.
struct InWords {
    PartType type;
    std::string_view field;
};
constexpr std::array kInWords{
    InWords{PartType::choice, "text"},
    InWords{PartType::choice, "style"},
    InWords{PartType::choice, "options.kind"},
    InWords{PartType::choice, "options.title"},
    InWords{PartType::choice, "options.url"},
    InWords{PartType::choice, "options.phone"},
    InWords{PartType::cards, "layout"},
    InWords{PartType::cards, "cards.title"},
    InWords{PartType::cards, "cards.subtitle"},
    InWords{PartType::cards, "cards.url"},
    InWords{PartType::cards, "cards.options.kind"},
    InWords{PartType::cards, "cards.options.title"},
    InWords{PartType::cards, "cards.options.url"},
    InWords{PartType::cards, "cards.options.phone"},
    InWords{PartType::cards, "options.kind"},
    InWords{PartType::cards, "options.title"},
    InWords{PartType::cards, "options.url"},
    InWords{PartType::cards, "options.phone"},
    InWords{PartType::file, "url"},
    InWords{PartType::file, "media"},
    InWords{PartType::file, "name"},
    InWords{PartType::location, "latitude"},
    InWords{PartType::location, "longitude"},
    InWords{PartType::location, "title"},
    InWords{PartType::postback, "title"},
};

}  // namespace

bool stands_in_words(PartType type, std::string_view field) noexcept {
    return std::ranges::any_of(
        kInWords, [&](const InWords& row) { return row.type == type && row.field == field; });
}

Result<model::BatchPtr> downgrade(const Batch& batch, std::uint32_t event,
                                  const Capabilities& capabilities, Places* places) {
    model::BatchPtr out = model::BatchPtr::make();
    out.mutate().reader = batch.reader;
    out.mutate().text.assign({});
    if (batch.reader.empty() && batch.platform_name)
        out.mutate().platform_name = out.mutate().text.add(batch.view(batch.platform_name));
    Downgrade(batch, out.mutate(), capabilities, places).event(event);
    const bool emptied = batch.events[event].parts.count != 0 && out->parts.empty();
    if (emptied)
        return fail(Code::unsupported, "nothing in this message can be carried to that platform");
    return out;
}

Result<model::BatchPtr> as_one_text(const Batch& batch, std::uint32_t event, Places& places) {
    LJK_TRY(lines, downgrade(batch, event, {.parts = bit(PartType::text)}, &places));
    model::BatchPtr out = std::move(lines);
    Batch& simple = out.mutate();
    model::Event& one = simple.events[simple.roots.front()];
    std::string text;
    for (const Part& part : simple.parts_of(one))
        text.append(text.empty() ? "" : "\n").append(simple.view(part.text));
    if (text.empty()) return fail(Code::unsupported, "the event has no words");
    one.parts.count = 1;
    Part joined;
    joined.type = PartType::text;
    joined.text = simple.text.add(text);
    simple.parts[one.parts.first] = joined;
    for (std::uint32_t& place : places)
        if (place != model::kNone) place = 0;
    return out;
}

bool carries_all(const Batch& batch, std::uint32_t event, const Capabilities& capabilities) {
    return std::ranges::all_of(batch.parts_of(batch.events[event]), [&](const Part& part) {
        return capabilities.carries(part.type) && carries_options(batch, part, capabilities);
    });
}

std::string as_text(const Batch& batch, std::uint32_t event) {
    Places places;
    const auto simple = as_one_text(batch, event, places);
    if (!simple) return {};
    return std::string((*simple)->view((*simple)->parts_of((*simple)->root(0)).front().text));
}

}  // namespace lampjack::platforms
