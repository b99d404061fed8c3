#include "ours.h"

#include "base/timestamp.h"

#include <charconv>

namespace bench {

using lampjack::model::Batch;
using lampjack::model::Event;
using lampjack::model::Part;

namespace {

double number(std::string_view digits) {
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

class Check {
public:
    Check(Form form, const Batch& batch, std::string& why)
        : form_(form),
          batch_(batch),
          why_(why) {}

    bool event(const Event& event, const FlatEvent& expected) {
        bool good = equal("role", event.role, expected.role) &&
                    equal("sent_at", time(event), expected.sent_at);
        good = equal("vendor_id", view(event.vendor_id), expected.vendor_id) && good;
        good = actor(event, expected) && good;
        if (!expected.channel.empty())
            good = extra(event, {"channelType", expected.channel}, true) && good;
        for (const FlatExtra& one : expected.extras) good = extra(event, one, false) && good;
        if (form_ == Form::claim) return good;
        const auto parts = batch_.parts_of(event);
        if (parts.empty()) return differ("content");
        if (parts.front().type == PartType::file && parts.size() != expected.files.size())
            return differ("number of files");
        for (std::size_t i = 0; i < parts.size(); ++i) good = part(parts[i], i, expected) && good;
        return good;
    }

private:
    std::string_view view(lampjack::json::Str str) const { return batch_.view(str); }

    static Millis time(const Event& event) {
        return event.sent_at == lampjack::model::kNoTime ? 0 : event.sent_at;
    }

    bool actor(const Event& event, const FlatEvent& expected) {
        const bool has = event.actor != lampjack::model::kNone;
        const auto actor = has ? batch_.actors[event.actor] : lampjack::model::Actor{};
        return equal("sender", view(actor.id), has ? expected.sender : "") &&
               equal("language", view(actor.language), expected.language) &&
               equal("first name", view(actor.first_name), expected.first_name) &&
               equal("last name", view(actor.last_name), expected.last_name) &&
               equal("login", view(actor.login), expected.login) &&
               equal("phone", view(actor.phone), expected.phone) &&
               equal("email", view(actor.email), expected.email) &&
               equal("site", view(actor.site), expected.site);
    }

    /// A field without a place stands in the batch as its raw JSON; `quoted` when the expected value is a text.
    /// A few of them have a place in our model after all.
    bool extra(const Event& event, const FlatExtra& expected, bool quoted) {
        bool found = false;
        const auto visit = [&](const lampjack::model::Extra& one) {
            std::string_view raw = view(one.raw);
            if (quoted && raw.size() >= 2) raw = raw.substr(1, raw.size() - 2);
            found |= view(one.key) == expected.key && trimmed(raw) == trimmed(expected.raw);
        };
        batch_.each(event.extra, visit);
        batch_.each(event.session, visit);
        if (event.actor != lampjack::model::kNone)
            batch_.each(batch_.actors[event.actor].extra, visit);
        for (const Part& part : batch_.parts_of(event)) {
            batch_.each(part.extra, visit);
            found |= part.parameters && trimmed(view(part.parameters)) == trimmed(expected.raw);
        }
        found |= event.payload && trimmed(view(event.payload)) == trimmed(expected.raw);
        return found || differ(expected.key);
    }
    static std::string_view trimmed(std::string_view raw) {
        while (!raw.empty() && raw.back() <= ' ') raw.remove_suffix(1);
        return raw;
    }

    bool part(const Part& part, std::size_t index, const FlatEvent& expected) {
        if (!equal("kind of part", part.type, expected.kind)) return false;
        switch (part.type) {
            case PartType::text: return equal("text", view(part.text), expected.text);
            case PartType::choice:
                return equal("text", view(part.text), expected.text) &&
                       buttons(part.options, 0, 0, expected);
            case PartType::cards: return cards(part, expected);
            case PartType::file: return file(part, expected.files[index]);
            case PartType::location:
                return equal("latitude", number(view(part.latitude)), expected.latitude) &&
                       equal("longitude", number(view(part.longitude)), expected.longitude);
            case PartType::postback:
                return equal("title", view(part.title), expected.title) &&
                       equal("payload",
                             view(form_ == Form::omnichannel ? part.payload : part.target),
                             expected.payload);
            default: return differ("kind of part");
        }
    }

    bool file(const Part& part, const FlatFile& expected) {
        return equal("url", view(part.url), expected.url) &&
               equal("media", part.media, expected.media) &&
               equal("file name", view(part.name), expected.name) &&
               equal("mime", view(part.mime), expected.mime) &&
               equal("state", view(part.state), expected.state) &&
               equal("file id", view(part.vendor_id), expected.id) &&
               equal("size", part.size, expected.size);
    }

    bool cards(const Part& part, const FlatEvent& expected) {
        const auto cards = batch_.cards_of(part);
        if (!equal("number of cards", cards.size(), expected.cards.size())) return false;
        std::size_t first = 0;
        for (std::size_t i = 0; i < cards.size(); ++i) {
            const FlatCard& card = expected.cards[i];
            if (!equal("title of a card", view(cards[i].title), card.title) ||
                !equal("subtitle", view(cards[i].subtitle), card.subtitle) ||
                !equal("image", view(cards[i].image_url), card.image_url) ||
                !equal("link", view(cards[i].url), card.url) ||
                !buttons(cards[i].options, first, static_cast<std::uint32_t>(i), expected))
                return false;
            first += cards[i].options.count;
        }
        return equal("number of buttons", first, expected.buttons.size());
    }

    bool buttons(lampjack::model::Range range, std::size_t first, std::uint32_t card,
                 const FlatEvent& expected) {
        for (const auto& option : batch_.options_of(range)) {
            if (first >= expected.buttons.size()) return differ("number of buttons");
            const FlatButton& button = expected.buttons[first++];
            if (!equal("kind of button", option.kind, button.kind) ||
                !equal("button title", view(option.title), button.title) ||
                !equal("button value", view(option.url ? option.url : option.payload),
                       button.value) ||
                !equal("card of a button", card, button.card))
                return false;
        }
        return true;
    }

    template <class Ours, class Theirs>
    bool equal(std::string_view what, const Ours& ours, const Theirs& theirs) {
        return ours == theirs || differ(what);
    }
    bool differ(std::string_view what) {
        why_ = what;
        return false;
    }

    Form form_;
    const Batch& batch_;
    std::string& why_;
};

}  // namespace

// Looked up once, as a hub does for its accounts.
const lampjack::platforms::Adapter& adapter_of(Form form) {
    using lampjack::platforms::find;
    static const auto* const chatlayer = find("chatlayer_offloading");
    static const auto* const certainly = find("certainly");
    static const auto* const omnichannel = find("omnichannel");
    static const auto* const receive = find("chatlayer_app");
    switch (form) {
        case Form::certainly:
        case Form::claim: return *certainly;
        case Form::omnichannel: return *omnichannel;
        case Form::receive: return *receive;
        case Form::chatlayer: break;
    }
    return *chatlayer;
}

namespace {

/// What stands around the events: its time and the fields without a place.
bool envelope(const Batch& batch, const Event& first, const Flat& expected, std::string& why) {
    for (const FlatExtra& extra : expected.extras) {
        bool found = false;
        batch.each(first.extra, [&](const lampjack::model::Extra& one) {
            found |= batch.view(one.key) == extra.key;
        });
        if (found) continue;
        why = extra.key;
        return false;
    }
    if (expected.sent_at == 0) return true;
    const auto raw = batch.find(first.extra, lampjack::model::Scope::request, "timestamp");
    std::string_view text = batch.view(raw);
    Millis kept = first.sent_at;  // kept by itself only where it is another than the first event's
    if (text.size() > 2) lampjack::parse_exact(text.substr(1, text.size() - 2), kept);
    if (kept != expected.sent_at) why = "time of the request";
    return kept == expected.sent_at;
}

}  // namespace

bool same(Form form, const Batch& batch, const Flat& expected, std::string& why) {
    const Event& last_root = batch.root(batch.size() - 1);
    const bool offload = batch.size() == 1 && last_root.transcript.count != 0;
    const std::size_t count = offload ? last_root.transcript.count : batch.size();
    if (count != expected.count) {
        why = "number of events";
        return false;
    }
    if (last_root.kind != expected.kind) {
        why = "kind of event";
        return false;
    }
    Check check(form, batch, why);
    for (std::size_t i = 0; i < count; ++i) {
        const Event& event = offload ? batch.transcript_of(batch.root(0))[i] : batch.root(i);
        if (!check.event(event, expected.events[i])) return false;
    }
    const auto& conversation = batch.conversations[last_root.conversation];
    if (batch.view(conversation.id) != expected.conversation ||
        batch.view(conversation.bot) != expected.bot || conversation.mode != expected.mode) {
        why = "conversation";
        return false;
    }
    return envelope(batch, batch.root(0), expected, why);
}

}  // namespace bench
