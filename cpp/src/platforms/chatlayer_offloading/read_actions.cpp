// A body of the conversation actions API, read by the simulator and by whoever wants to look at what was sent.

#include "base/text.h"
#include "model/media.h"
#include "model/surplus.h"
#include "platforms/chatlayer_offloading/actions.h"
#include "platforms/chatlayer_offloading/wire.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Problem;
using json::Str;
using model::BatchBuilder;
using model::Chain;
using model::Event;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Range;
using model::Scope;
using model::Warning;
using Mark = json::Cursor::Mark;

class ActionReader {
public:
    ActionReader(BatchBuilder& build, std::uint32_t conversation) noexcept
        : build_(build),
          cursor_(build.cursor),
          conversation_(conversation) {}

    /// One element of sendMessages.
    bool read() {
        if (cursor_.values() > model::kMessageValues) return unknown(Warning::malformed_item);
        const auto start = build_.mark();
        template_ = extra_ = {};
        part_ = Part{};
        has_template_ = false;
        Warning why = Warning::malformed_item;
        if (cursor_.object([this](Key key) { return member(key); })) {
            if (has_template_) {
                Event& event = add_event();
                build_.splice(event.extra, template_);
                build_.splice(event.extra, extra_);
                build_.add_part(event, part_.type) = part_;
                return true;
            }
            why = Warning::unknown_message_type;
        }
        if (!build_.rewind(start)) return false;
        return unknown(why);
    }

    /// From the element at the cursor on.
    void surplus(Mark elements) {
        const std::uint32_t index = model::add_surplus(build_, elements).event;
        build_.event(index).kind = model::EventKind::message;  // as unknown() has it
        build_.event(index).role = model::Role::agent;
        build_.event(index).conversation = conversation_;
        build_.batch.roots.push_back(index);
    }

private:
    Event& add_event() {
        const std::uint32_t index = build_.add_event(model::EventKind::message, model::Role::agent);
        build_.batch.roots.push_back(index);
        build_.event(index).conversation = conversation_;
        return build_.event(index);
    }

    bool unknown(Warning why) {
        Str raw;
        if (!cursor_.raw(raw)) return false;
        Event& event = add_event();
        event.warn(why);
        build_.add_part(event, PartType::unknown).raw = raw;
        return true;
    }

    bool member(Key key) {
        if (key.text == kTextTemplate) return one([this] { return text_template(); });
        if (key.text == kButtonTemplate) return one([this] { return button_template(); });
        if (key.text == kQuickReplyTemplate) return one([this] { return quick_reply_template(); });
        if (key.text == kCarouselTemplate) return one([this] { return carousel_template(); });
        if (key.text == kListTemplate) return one([this] { return list_template(); });
        if (key.text == kAttachmentTemplate) return one([this] { return attachment_template(); });
        return build_.keep(extra_, Scope::action);
    }

    /// An element holds one template; a second one is more than the model holds.
    template <class Read>
    bool one(Read&& read) {
        if (has_template_) return cursor_.fail(Problem::mismatch);
        has_template_ = true;
        return read();
    }

    bool text_template() {
        part_.type = PartType::text;
        bool has_text = false;
        const bool good = cursor_.object([&](Key key) {
            if (key != "textMessages" || has_text) return build_.keep(template_, Scope::field);
            has_text = true;
            return text_messages();
        });
        return good && (part_.text.present() || cursor_.fail(Problem::mismatch));
    }

    /// [{"text":…}]. Several texts are alternatives of which the platform sends one, so the first stands for them.
    bool text_messages() {
        const Mark place = cursor_.mark();
        if (cursor_.peek() != '[') return build_.keep(template_, Scope::field);
        std::size_t count = 0;
        bool plain = true;
        const bool good = cursor_.array([&] {
            if (count++ != 0) return cursor_.skip();
            return cursor_.object([&](Key inner) {
                if (inner == "text" && cursor_.peek() == '"' && !part_.text)
                    return cursor_.string(part_.text);
                plain = false;
                return cursor_.skip();
            });
        });
        if (!good) return false;
        return (plain && count == 1 && part_.text) ||
               build_.keep_at(template_, Scope::field, place);
    }

    bool button_template() {
        part_.type = PartType::choice;
        part_.style = model::ChoiceStyle::buttons;
        return choice("buttons", [this] { return button(); });
    }

    bool quick_reply_template() {
        part_.type = PartType::choice;
        part_.style = model::ChoiceStyle::quick_replies;
        return choice("quickReplies", [this] { return quick_reply(); });
    }

    template <class Element>
    bool choice(std::string_view name, Element&& element) {
        bool has_text = false, has_options = false;
        const bool good = cursor_.object([&](Key key) {
            if (key == "textMessages" && !has_text) {
                has_text = true;
                return text_messages();
            }
            if (key.text == name && !has_options) {
                has_options = true;
                return options(part_.options, element);
            }
            return build_.keep(template_, Scope::field);
        });
        return good && (has_options || cursor_.fail(Problem::mismatch));
    }

    template <class Element>
    bool options(Range& range, Element&& element) {
        const std::size_t first = build_.batch.options.size();
        if (!cursor_.array(element)) return false;
        range = Range{static_cast<std::uint32_t>(first),
                      static_cast<std::uint32_t>(build_.batch.options.size() - first)};
        return true;
    }

    bool quick_reply() {
        Option option;
        option.kind = OptionKind::reply;
        const bool good = cursor_.object([&](Key key) {
            if (key == "title") return text(option.title, option.extra);
            if (key == "imageUrl") return text(option.image_url, option.extra);
            if (key == "payload") return payload(option);
            return build_.keep(option.extra, Scope::field);
        });
        if (good) build_.batch.options.push_back(option);
        return good;
    }

    /// {"urlButton":{…}}: one key names the kind.
    bool button() {
        Option option;
        bool known = false;
        const bool good = cursor_.object([&](Key key) {
            const OptionKind kind = kind_of(key.text);
            if (kind == OptionKind::unknown || known || cursor_.peek() != '{')
                return build_.keep(option.extra, Scope::action);
            known = true;
            option.kind = kind;
            return button_fields(option);
        });
        if (good) build_.batch.options.push_back(option);
        return good;
    }

    static OptionKind kind_of(std::string_view key) noexcept {
        if (key == kUrlButton) return OptionKind::url;
        if (key == kPhoneButton) return OptionKind::phone;
        if (key == kPostbackButton) return OptionKind::postback;
        return OptionKind::unknown;
    }

    bool button_fields(Option& option) {
        return cursor_.object([&](Key key) {
            if (key == "title") return text(option.title, option.extra);
            if (key == "url") return text(option.url, option.extra);
            if (key == "phoneNumber") return text(option.phone, option.extra);
            if (key == "payload") return payload(option);
            return build_.keep(option.extra, Scope::field);
        });
    }

    /// An object here, while a payload is a text elsewhere: its JSON is the text.
    bool payload(Option& option) {
        if (cursor_.peek() == '{' && !option.payload) return cursor_.raw(option.payload);
        const Mark place = cursor_.mark();
        if (cursor_.peek() != '"') return build_.keep(option.extra, Scope::field);
        if (!cursor_.string(option.payload)) return false;
        return build_.keep_at(option.extra, Scope::field, place);
    }

    bool carousel_template() {
        part_.type = PartType::cards;
        part_.layout = model::CardLayout::carousel;
        return cards(false);
    }

    bool list_template() {
        part_.type = PartType::cards;
        part_.layout = model::CardLayout::list;
        return cards(true);
    }

    bool cards(bool list) {
        bool has_elements = false;
        const bool good = cursor_.object([&](Key key) {
            if (key == "elements" && !has_elements) {
                has_elements = true;
                return elements();
            }
            if (list && key == "button" && part_.options.count == 0)
                return single(part_.options, part_.extra);
            return build_.keep(part_.extra, Scope::field);
        });
        return good && (has_elements || cursor_.fail(Problem::mismatch));
    }

    bool elements() {
        const std::size_t first = build_.batch.cards.size();
        if (!cursor_.array([this] { return element(); })) return false;
        part_.cards = Range{static_cast<std::uint32_t>(first),
                            static_cast<std::uint32_t>(build_.batch.cards.size() - first)};
        return true;
    }

    bool element() {
        model::Card card;
        const bool good = cursor_.object([&](Key key) {
            if (key == "title") return text(card.title, card.extra);
            if (key == "subTitle") return text(card.subtitle, card.extra);
            if (key == "imageUrl") return text(card.image_url, card.extra);
            const bool free = card.options.count == 0;
            if (key == "buttons" && free && cursor_.peek() == '[') return buttons(card);
            if (key == "button" && free) return single(card.options, card.extra);
            return build_.keep(card.extra, Scope::field);
        });
        if (good) build_.batch.cards.push_back(card);
        return good;
    }

    bool buttons(model::Card& card) {
        const Mark place = cursor_.mark();
        if (!options(card.options, [this] { return button(); })) return false;
        // A carousel writes `buttons` and a list `button`, when there are any.
        const bool plain = part_.layout == model::CardLayout::carousel && card.options.count != 0;
        return plain || build_.keep_at(card.extra, Scope::field, place);
    }

    bool single(Range& range, Chain& extra) {
        const Mark place = cursor_.mark();
        if (cursor_.peek() != '{') return build_.keep(extra, Scope::field);
        const auto first = static_cast<std::uint32_t>(build_.batch.options.size());
        if (!button()) return false;
        range = Range{first, 1};
        return part_.layout == model::CardLayout::list ||
               build_.keep_at(extra, Scope::field, place);
    }

    bool attachment_template() {
        part_.type = PartType::file;
        bool has_media = false;
        Mark type;
        const bool good = cursor_.object([&](Key key) {
            if (key != "media" || has_media) return build_.keep(template_, Scope::field);
            has_media = true;
            return cursor_.object([&](Key inner) {
                if (inner == "url") return text(part_.url, part_.extra);
                if (inner == "type" && !type.present()) {
                    type = cursor_.mark();
                    return cursor_.skip();
                }
                return build_.keep(part_.extra, Scope::field);
            });
        });
        if (!good || !has_media || !part_.url) return good && cursor_.fail(Problem::mismatch);
        return media(type);
    }

    /// The type is remembered where the writer would choose another word, or none was there.
    bool media(Mark type) {
        const auto here = cursor_.mark();
        Str word;
        if (type.present()) {
            cursor_.rewind(type);
            if (cursor_.peek() == '"' && !cursor_.string(word)) return false;
            cursor_.rewind(here);
        }
        model::MediaHints hints{.url = build_.view(part_.url)};
        for (const MediaWord& row : kMediaWords)
            if (build_.view(word) == row.text) hints.word = row.value;
        part_.media = model::media_of(hints);
        const bool written = word && build_.view(word) == word_of(part_.media);
        return written || !type.present() || build_.keep_at(part_.extra, Scope::field, type);
    }

    bool text(Str& out, Chain& extra) { return build_.text_or_keep(out, extra, Scope::field); }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    std::uint32_t conversation_;
    bool has_template_ = false;
    Part part_;
    Chain template_;  ///< leftovers of the template object
    Chain extra_;     ///< leftovers beside it
};

/// "/v1/bots/{bot}/conversations/{id}/actions" with "version=DRAFT|LIVE" in the query, where they are known.
void read_address(const ReadInput& input, BatchBuilder& build, model::ConversationId& id) {
    constexpr std::string_view bots = "/bots/", conversations = "/conversations/",
                               actions = "/actions";
    const auto bot = input.path.find(bots);
    const auto conversation =
        input.path.find(conversations, bot == std::string_view::npos ? 0 : bot + bots.size());
    if (bot == std::string_view::npos || conversation == std::string_view::npos ||
        !input.path.ends_with(actions))
        return;
    const auto segment = [&](std::size_t from, std::size_t to) {
        return to > from ? build.add(percent_decode(input.path.substr(from, to - from), false))
                         : Str{};
    };
    id.bot = segment(bot + bots.size(), conversation);
    id.id = segment(conversation + conversations.size(), input.path.size() - actions.size());
    const bool draft =
        ("&" + std::string(input.query) + "&").find("&version=DRAFT&") != std::string::npos;
    if (draft || build.view(id.id).starts_with(kEmulatorPrefix)) id.mode = model::Mode::test;
}

}  // namespace

Result<void> read_actions(const ReadInput& input, BatchBuilder& build) {
    json::Cursor& cursor = build.cursor;
    const std::uint32_t conversation = build.add_conversation();
    read_address(input, build, build.batch.conversations[conversation]);
    ActionReader action(build, conversation);
    Chain request;
    const std::uint32_t limit = input.limits.items_up_to(kMaxMessages);
    bool wrong_type = false;
    const bool good = cursor.object([&](Key key) {
        if (key != "sendMessages") return build.keep(request, Scope::request);
        wrong_type = cursor.peek() != '[';
        if (wrong_type) return false;
        const Mark elements = cursor.mark();
        std::uint32_t count = 0;
        bool is_surplus = false;
        const bool all = cursor.array([&] {
            is_surplus = ++count > limit || model::is_full(build.batch);
            if (!is_surplus) return action.read();
            action.surplus(elements);
            return false;
        });
        return all || is_surplus;
    });
    if (wrong_type) return lampjack::fail(Code::payload, "the field sendMessages must be an array");
    if (good && !build.batch.roots.empty())
        build.splice(build.event(build.batch.roots.front()).extra, request);
    return {};
}

}  // namespace lampjack::platforms::chatlayer_offloading
