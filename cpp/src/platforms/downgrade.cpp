// The fixed rules by which a part a platform cannot carry becomes one it can: choice and cards become lines of text,
// a file a link, a location its coordinates, a button press its label. Every change is a Loss.

#include "platforms/registry.h"

#include "model/graft.h"

#include <algorithm>

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
    Downgrade(const Batch& from, Batch& to, const Capabilities& capabilities,
              std::vector<Loss>& losses, std::vector<std::uint32_t>* origins)
        : from_(from),
          to_(to),
          graft_(to, from),
          capabilities_(capabilities),
          losses_(losses),
          origins_(origins) {}

    void event(std::uint32_t index) {
        const std::uint32_t at = graft_.event_without_parts(index);
        to_.roots.push_back(at);
        std::size_t number = 0;
        for (const Part& part : from_.parts_of(from_.events[index])) {
            number_ = number++;
            const auto before = to_.parts.size();
            this->part(part);
            if (origins_ != nullptr && to_.parts.size() != before)
                origins_->push_back(static_cast<std::uint32_t>(number_));
        }
        to_.events[at].parts.count =
            static_cast<std::uint32_t>(to_.parts.size()) - to_.events[at].parts.first;
    }

private:
    void part(const Part& part) {
        if (!capabilities_.carries(part.type)) return as_text(part);
        if (carries_options(from_, part, capabilities_)) return push(graft_.part(part));
        if (part.type == PartType::choice) return with_fewer_options(part);
        as_text(part);
    }

    void push(const Part& part) { to_.parts.push_back(part); }

    void lose(const Part& part, PartType to, std::string what) {
        losses_.push_back({.part = number_, .from = part.type, .to = to, .what = std::move(what)});
    }

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
        if (out.options.count == 0) {  // a choice of nothing is no choice
            lose(part, PartType::text, "buttons and their payloads");
            Part plain;
            plain.type = PartType::text;
            plain.text = to_.text.add(text);
            return push(plain);
        }
        lose(part, PartType::choice, "kinds of options");
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
        std::string what;
        switch (part.type) {
            case PartType::choice:
                text = from_.view(part.text);
                numbered(text, part.options);
                what = "buttons and their payloads";
                break;
            case PartType::cards: what = cards(text, part); break;
            case PartType::file: what = file(text, part); break;
            case PartType::location:
                text.append(from_.view(part.title)).append(part.title ? ": " : "");
                text.append(from_.view(part.latitude))
                    .append(", ")
                    .append(from_.view(part.longitude));
                what = "the place as coordinates";
                break;
            case PartType::postback:
                text = from_.view(part.title ? part.title : part.payload);
                what = "the button's payload";
                break;
            default: what = "the whole part"; break;
        }
        lose(part, PartType::text, std::move(what));
        if (text.empty()) return;
        Part out;
        out.type = PartType::text;
        out.text = to_.text.add(text);
        push(out);
    }

    std::string cards(std::string& text, const Part& part) {
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
        return "images, buttons and their payloads";
    }

    std::string file(std::string& text, const Part& part) {
        if (part.name) text.append(from_.view(part.name)).append(part.url ? ": " : "");
        text.append(from_.view(part.url));
        return "the file as a file; its link stays";
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
        if (line.empty()) line = word(option.kind);
        return line;
    }

    static void append_line(std::string& text, std::string_view line) {
        if (!text.empty()) text += '\n';
        text += line;
    }

    const Batch& from_;
    Batch& to_;
    model::Graft graft_;
    const Capabilities& capabilities_;
    std::vector<Loss>& losses_;
    std::vector<std::uint32_t>* origins_;
    std::size_t number_ = 0;
};

}  // namespace

Result<model::BatchPtr> downgrade(const Batch& batch, std::uint32_t event,
                                  const Capabilities& capabilities, std::vector<Loss>& losses,
                                  std::vector<std::uint32_t>* origins) {
    model::BatchPtr out = model::BatchPtr::make();
    out.mutate().reader = batch.reader;
    out.mutate().text.assign({});
    if (batch.reader.empty() && batch.platform_name)
        out.mutate().platform_name = out.mutate().text.add(batch.view(batch.platform_name));
    Downgrade(batch, out.mutate(), capabilities, losses, origins).event(event);
    const bool emptied = batch.events[event].parts.count != 0 && out->parts.empty();
    if (emptied)
        return fail(Code::unsupported, "nothing in this message can be carried to that platform");
    return out;
}

bool carries_all(const Batch& batch, std::uint32_t event, const Capabilities& capabilities) {
    return std::ranges::all_of(batch.parts_of(batch.events[event]), [&](const Part& part) {
        return capabilities.carries(part.type) && carries_options(batch, part, capabilities);
    });
}

std::string as_text(const Batch& batch, std::uint32_t event) {
    std::vector<Loss> losses;
    const auto simple = downgrade(batch, event, {.parts = bit(PartType::text)}, losses);
    std::string text;
    if (!simple) return text;
    for (const Part& part : (*simple)->parts_of((*simple)->root(0)))
        text.append(text.empty() ? "" : "\n").append((*simple)->view(part.text));
    return text;
}

}  // namespace lampjack::platforms
