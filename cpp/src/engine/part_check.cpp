#include "engine/part_check.h"

#include "base/utf8.h"
#include "model/word_list.h"

#include <string>
#include <string_view>

namespace lampjack::engine {
namespace {

using model::Card;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Str;

std::string element(std::string_view list, std::size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
}

/// One part, whose place in the content is known.
class PartCheck {
public:
    PartCheck(const model::Batch& words, std::size_t index,
              const platforms::Capabilities* user_out) noexcept
        : words_(words),
          index_(index),
          user_out_(user_out) {}

    Result<void> run(const Part& part) const {
        switch (part.type) {
            case PartType::text: return need(part.text, "text", "a text must not be blank");
            case PartType::choice: return choice(part);
            case PartType::cards: return cards(part);
            case PartType::file: return need(part.url, "url", "a file needs its address");
            case PartType::location:
                if (!part.latitude) return lacks("latitude", "a location needs its latitude");
                if (!part.longitude) return lacks("longitude", "a location needs its longitude");
                return {};
            case PartType::postback:
                if (shows(part.title) || shows(part.payload)) return {};
                return lacks("title", "a pressed button needs its title or its payload");
            case PartType::start:
                if (user_out_ != nullptr && user_out_->carries(part.type)) return {};
                return lacks("type", "a start cannot be sent on this account");
            case PartType::unknown: break;
        }
        if (part.raw) return {};
        return lacks("type", "a part names its type: " + model::all_words<PartType>());
    }

private:
    bool shows(Str text) const noexcept { return text && !is_blank(words_.view(text)); }

    Error lacks(std::string_view member, std::string_view why) const {
        std::string message = element("content", index_);
        if (!member.empty()) message.append(".").append(member);
        return fail(Code::argument, message.append(": ").append(why));
    }

    Result<void> need(Str text, std::string_view member, std::string_view why) const {
        if (shows(text)) return {};
        return lacks(member, why);
    }

    Result<void> choice(const Part& part) const {
        if (part.options.count == 0) return lacks("options", "a choice needs an option");
        if (part.text && !shows(part.text)) return lacks("text", "a text must not be blank");
        return options(part.options, "options");
    }

    Result<void> cards(const Part& part) const {
        if (part.cards.count == 0) return lacks("cards", "cards need a card");
        std::size_t number = 0;
        for (const Card& card : words_.cards_of(part)) {
            const std::string place = element("cards", number++);
            if (is_empty(card)) return lacks(place, "a card needs a title, a text or an image");
            LJK_CHECK(options(card.options, place + ".options"));
        }
        return options(part.options, "options");
    }

    bool is_empty(const Card& card) const noexcept {
        return card.options.count == 0 && !shows(card.title) && !shows(card.subtitle) &&
               !shows(card.image_url) && !shows(card.url);
    }

    Result<void> options(model::Range range, std::string_view list) const {
        std::size_t number = 0;
        for (const Option& option : words_.options_of(range)) {
            const auto [member, why] = lack_of(option);
            if (!member.empty())
                return lacks(element(list, number).append(".").append(member), why);
            ++number;
        }
        return {};
    }

    struct Lack {
        std::string_view member = {};
        std::string_view why = {};
    };

    Lack lack_of(const Option& option) const noexcept {
        switch (option.kind) {
            case OptionKind::url:
                return shows(option.url) ? Lack{} : Lack{"url", "a link needs its address"};
            case OptionKind::phone:
                return shows(option.phone) ? Lack{} : Lack{"phone", "a call needs its number"};
            case OptionKind::reply:
            case OptionKind::postback: break;
            default: return {};
        }
        if (shows(option.title) || shows(option.payload) || shows(option.image_url)) return {};
        return {"title", "a button needs a title"};
    }

    const model::Batch& words_;
    std::size_t index_;
    const platforms::Capabilities* user_out_;
};

Result<void> check_each(const model::Batch& batch, const model::Event& event,
                        const platforms::Capabilities* user_out) {
    std::size_t index = 0;
    for (const Part& part : batch.parts_of(event))
        LJK_CHECK(PartCheck(batch, index++, user_out).run(part));
    return {};
}

}  // namespace

Result<void> check_parts(const model::Batch& words, const platforms::Capabilities* user_out) {
    if (words.root(0).parts.count == 0) return fail(Code::argument, "there is nothing to say");
    return check_each(words, words.root(0), user_out);
}

Result<void> check_parts_of(const model::Batch& batch, const model::Event& event) {
    constexpr platforms::Capabilities anything{.parts = ~0U};
    return check_each(batch, event, &anything);
}

}  // namespace lampjack::engine
