#include "model/graft.h"

namespace lampjack::model {

Str Graft::str(Str value) { return value ? to_.text.add(from_.view(value)) : Str{}; }

Chain Graft::chain(Chain value) {
    Chain out;
    from_.each(value, [&](const Extra& entry) {
        const auto index = static_cast<std::uint32_t>(to_.extras.size());
        to_.extras.push_back(Extra{
            .key = str(entry.key), .raw = str(entry.raw), .next = kNone, .scope = entry.scope});
        (out.head == kNone ? out.head : to_.extras[out.tail].next) = index;
        out.tail = index;
    });
    return out;
}

Option Graft::option(const Option& value) {
    return Option{.kind = value.kind,
                  .title = str(value.title),
                  .payload = str(value.payload),
                  .url = str(value.url),
                  .phone = str(value.phone),
                  .image_url = str(value.image_url),
                  .target = str(value.target),
                  .extra = chain(value.extra)};
}

Range Graft::options(Range range) {
    const Range out{static_cast<std::uint32_t>(to_.options.size()), range.count};
    for (const Option& value : from_.options_of(range)) {
        const Option copy = option(value);
        to_.options.push_back(copy);
    }
    return out;
}

Card Graft::card(const Card& value) {
    return Card{.title = str(value.title),
                .subtitle = str(value.subtitle),
                .image_url = str(value.image_url),
                .url = str(value.url),
                .options = options(value.options),
                .extra = chain(value.extra)};
}

Part Graft::part(const Part& value) {
    Part out = value;
    for (Str Part::*member : {&Part::text, &Part::url, &Part::name, &Part::mime, &Part::state,
                              &Part::vendor_id, &Part::latitude, &Part::longitude, &Part::title,
                              &Part::payload, &Part::target, &Part::parameters, &Part::raw})
        out.*member = str(value.*member);
    out.options = options(value.options);
    std::vector<Card> cards;
    for (const Card& one : from_.cards_of(value)) cards.push_back(card(one));
    out.cards = {static_cast<std::uint32_t>(to_.cards.size()),
                 static_cast<std::uint32_t>(cards.size())};
    to_.cards.insert(to_.cards.end(), cards.begin(), cards.end());
    out.extra = chain(value.extra);
    return out;
}

std::uint32_t Graft::copy(std::uint32_t index, bool with_parts) {
    const Event& source = from_.events[index];
    Event out = source;
    for (Str Event::*member : {&Event::id, &Event::vendor_id, &Event::payload})
        out.*member = str(source.*member);
    out.extra = chain(source.extra);
    out.session = chain(source.session);
    if (source.conversation != kNone) {
        ConversationId id = from_.conversations[source.conversation];
        id.account = str(id.account);
        id.bot = str(id.bot);
        id.id = str(id.id);
        to_.conversations.push_back(id);
        out.conversation = static_cast<std::uint32_t>(to_.conversations.size() - 1);
    }
    if (source.actor != kNone) {
        Actor actor = from_.actors[source.actor];
        for (Str Actor::*member :
             {&Actor::id, &Actor::first_name, &Actor::last_name, &Actor::display_name,
              &Actor::login, &Actor::phone, &Actor::email, &Actor::site, &Actor::language})
            actor.*member = str(actor.*member);
        actor.extra = chain(actor.extra);
        to_.actors.push_back(actor);
        out.actor = static_cast<std::uint32_t>(to_.actors.size() - 1);
    }
    out.parts = {static_cast<std::uint32_t>(to_.parts.size()), 0};
    if (with_parts) {
        for (const Part& one : from_.parts_of(source)) {
            const Part copied = part(one);
            to_.parts.push_back(copied);
            ++out.parts.count;
        }
    }
    out.transcript = {};
    to_.events.push_back(out);
    return static_cast<std::uint32_t>(to_.events.size() - 1);
}

std::uint32_t Graft::event_without_parts(std::uint32_t index) { return copy(index, false); }

std::uint32_t Graft::event(std::uint32_t index) {
    const std::uint32_t at = copy(index, true);
    const Range transcript = from_.events[index].transcript;
    const auto first = static_cast<std::uint32_t>(to_.events.size());
    for (std::uint32_t i = 0; i < transcript.count; ++i) copy(transcript.first + i, true);
    to_.events[at].transcript = {first, transcript.count};
    return at;
}

}  // namespace lampjack::model
