#include "ours.h"

#include "base/text.h"

#include <charconv>

namespace bench {

using lampjack::model::Batch;
using lampjack::model::Event;
using lampjack::model::Part;
using lampjack::model::PartType;

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
        bool good = equal("actor", word(event.role), expected.actor);
        good = equal("vendor_id", batch_.view(event.vendor_id), expected.vendor_id) && good;
        if (event.sent_at != expected.sent_at &&
            !(expected.sent_at == 0 && event.sent_at == lampjack::model::kNoTime))
            good = differ("sent_at");
        if (event.actor != lampjack::model::kNone) {
            const auto& actor = batch_.actors[event.actor];
            good = equal("first_name", batch_.view(actor.first_name), expected.first_name) && good;
            good = equal("language", batch_.view(actor.language), expected.language) && good;
        }
        for (const Part& part : batch_.parts_of(event)) good = this->part(part, expected) && good;
        return (event.parts.count != 0 || differ("content")) && good;
    }

private:
    bool part(const Part& part, const FlatEvent& expected) {
        switch (part.type) {
            case PartType::text: return equal("text", batch_.view(part.text), expected.text);
            case PartType::choice:
                return equal("text", batch_.view(part.text), expected.text) &&
                       buttons(part.options, 0, expected);
            case PartType::cards: {
                std::size_t first = 0, image = 0;
                bool good = true;
                for (const auto& card : batch_.cards_of(part)) {
                    good = equal("image", batch_.view(card.image_url),
                                 image < expected.urls.size() ? expected.urls[image] : "") &&
                           good;
                    ++image;
                    good = buttons(card.options, first, expected) && good;
                    first += card.options.count;
                }
                return good;
            }
            case PartType::file:
                return equal("url", batch_.view(part.url),
                             expected.urls.empty() ? "" : expected.urls.front());
            case PartType::location:
                return (number(batch_.view(part.latitude)) == expected.latitude &&
                        number(batch_.view(part.longitude)) == expected.longitude) ||
                       differ("location");
            case PartType::postback:
                return equal("title", batch_.view(part.title), expected.title) &&
                       equal("payload",
                             batch_.view(form_ == Form::omnichannel ? part.payload : part.target),
                             expected.payload);
            default: return differ("kind of part");
        }
    }

    bool buttons(lampjack::model::Range range, std::size_t first, const FlatEvent& expected) {
        for (const auto& option : batch_.options_of(range)) {
            if (first >= expected.buttons.size()) return differ("number of buttons");
            const FlatButton& button = expected.buttons[first++];
            if (!equal("button title", batch_.view(option.title), button.title)) return false;
            if (!equal("button value", batch_.view(option.url ? option.url : option.payload),
                       button.value))
                return false;
        }
        return true;
    }

    bool equal(std::string_view what, std::string_view ours, std::string_view theirs) {
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
        case Form::certainly: return *certainly;
        case Form::omnichannel: return *omnichannel;
        case Form::receive: return *receive;
        case Form::chatlayer: break;
    }
    return *chatlayer;
}

bool same(Form form, const Batch& batch, const Flat& expected, std::string& why) {
    const bool offload =
        batch.size() == 1 && batch.root(0).kind == lampjack::model::EventKind::handover_requested;
    const std::size_t count = offload ? batch.root(0).transcript.count : batch.size();
    if (count != expected.count) {
        why = "number of events";
        return false;
    }
    Check check(form, batch, why);
    for (std::size_t i = 0; i < count; ++i) {
        const Event& event = offload ? batch.transcript_of(batch.root(0))[i] : batch.root(i);
        if (!check.event(event, expected.events[i])) return false;
    }
    const auto& last = batch.conversations[batch.root(batch.size() - 1).conversation];
    if (batch.view(last.id) != expected.conversation) {
        why = "conversation";
        return false;
    }
    return true;
}

}  // namespace bench
