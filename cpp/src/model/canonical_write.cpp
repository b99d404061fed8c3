#include "model/canonical.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "model/payload_offer.h"

namespace lampjack::model {
namespace {

/// Writes the members of one batch's structs. `bare` leaves out whatever is not the message itself.
class PartWriter {
public:
    PartWriter(const Batch& batch, json::Writer& out, bool bare)
        : batch_(batch),
          out_(out),
          bare_(bare) {}

    void content(const Event& event) {
        out_.begin_array();
        for (const Part& part : batch_.parts_of(event)) write(part);
        out_.end_array();
    }

    void extra(Chain chain) {
        if (bare_ || chain.empty()) return;
        out_.key("extra").begin_object();
        unsigned present = 0;
        batch_.each(chain, [&](const Extra& entry) {
            present |= 1U << static_cast<unsigned>(entry.scope);
        });
        for (unsigned scope = 0; scope < kScopes; ++scope)
            if ((present >> scope & 1U) != 0) entries(chain, static_cast<Scope>(scope));
        out_.end_object();
    }

    void text(std::string_view name, Str value) {
        if (value) out_.key(name).string(batch_.view(value));
    }
    void raw(std::string_view name, Str value) {
        if (!value) return;
        out_.key(name).raw({});
        json::append_compact(batch_.view(value), out_.out());
    }

private:
    void entries(Chain chain, Scope scope) {
        if (scope != Scope::field) out_.key(word(scope)).begin_object();
        batch_.each(chain, [&](const Extra& entry) {
            if (entry.scope != scope) return;
            out_.any_key(batch_.view(entry.key)).raw({});
            json::append_compact(batch_.view(entry.raw), out_.out());
        });
        if (scope != Scope::field) out_.end_object();
    }

    void write(const Part& part) {
        out_.begin_object().key("type").string(word(part.type));
        switch (part.type) {
            case PartType::text: text("text", part.text); break;
            case PartType::choice:
                text("text", part.text);
                out_.key("style").string(word(part.style));
                options(part.options);
                break;
            case PartType::cards: cards(part); break;
            case PartType::file: file(part); break;
            case PartType::location:
                raw("latitude", part.latitude);
                raw("longitude", part.longitude);
                text("title", part.title);
                break;
            case PartType::postback: postback(part); break;
            case PartType::start: break;
            case PartType::unknown: raw("raw", part.raw); break;
        }
        extra(part.extra);
        out_.end_object();
    }

    void cards(const Part& part) {
        out_.key("layout").string(word(part.layout)).key("cards").begin_array();
        for (const Card& card : batch_.cards_of(part)) {
            out_.begin_object();
            text("title", card.title);
            text("subtitle", card.subtitle);
            text("image_url", card.image_url);
            text("url", card.url);
            if (card.options.count != 0) options(card.options);
            extra(card.extra);
            out_.end_object();
        }
        out_.end_array();
        if (part.options.count != 0) options(part.options);
    }

    void file(const Part& part) {
        text("url", part.url);
        out_.key("media").string(word(part.media));
        text("name", part.name);
        text("mime", part.mime);
        if (part.size != kNoSize) out_.key("size").integer(part.size);
        text("state", part.state);
        text("vendor_id", part.vendor_id);
    }

    void postback(const Part& part) {
        text("title", part.title);
        text("payload", part.payload);
        const Offer offer = bare_ ? Offer{} : offer_of(batch_.view(part.payload));
        target(part.target, offer);
        if (part.parameters) {
            raw("parameters", part.parameters);
        } else if (!offer.parameters.empty()) {
            out_.key("parameters").raw({});
            json::append_compact(offer.parameters, out_.out());
        }
    }

    void target(Str own, const Offer& offer) {
        if (own) {
            text("target", own);
        } else if (!offer.target.empty()) {
            out_.key("target").string(offer.target);
        }
    }

    void options(Range range) {
        out_.key("options").begin_array();
        for (const Option& option : batch_.options_of(range)) {
            out_.begin_object().key("kind").string(word(option.kind));
            text("title", option.title);
            text("payload", option.payload);
            text("url", option.url);
            text("phone", option.phone);
            text("image_url", option.image_url);
            target(option.target, bare_ ? Offer{} : offer_of(batch_.view(option.payload)));
            extra(option.extra);
            out_.end_object();
        }
        out_.end_array();
    }

    const Batch& batch_;
    json::Writer& out_;
    bool bare_;
};

class EventWriter {
public:
    EventWriter(const Batch& batch, std::string_view account, std::span<const Identity> identities,
                json::Writer& out)
        : batch_(batch),
          account_(account),
          identities_(identities),
          out_(out),
          parts_(batch, out, false) {}

    void write(std::uint32_t index, bool nested) {
        const Event& event = batch_.events[index];
        out_.begin_object();
        if (!nested) out_.key("v").raw("1");
        id(event, index);
        out_.key("kind").string(word(event.kind));
        if (!nested) {
            if (!batch_.platform().empty()) out_.key("platform").string(batch_.platform());
            conversation(event);
        }
        actor(event);
        if (event.sent_at != kNoTime) out_.key("sent_at").string(format_time(event.sent_at).view());
        parts_.text("vendor_id", event.vendor_id);
        if (event.kind == EventKind::message || event.parts.count != 0) {
            out_.key("content");
            parts_.content(event);
        }
        handover(event);
        session(event.session);
        parts_.extra(event.extra);
        warnings(event);
        out_.end_object();
    }

private:
    void id(const Event& event, std::uint32_t index) {
        out_.key("id");
        if (event.id) {
            out_.string(batch_.view(event.id));
            return;
        }
        const ItemKey& key = identities_[index].id;
        out_.string(hex({reinterpret_cast<const char*>(key.data()), key.size()}));
    }

    void conversation(const Event& event) {
        if (event.conversation == kNone) return;
        const ConversationId& id = batch_.conversations[event.conversation];
        out_.key("conversation").begin_object();
        const std::string_view account = account_.empty() ? batch_.view(id.account) : account_;
        if (!account.empty()) out_.key("account").string(account);
        parts_.text("bot", id.bot);
        out_.key("mode").string(word(id.mode));
        parts_.text("id", id.id);
        out_.end_object();
    }

    void actor(const Event& event) {
        out_.key("actor").begin_object().key("role").string(word(event.role));
        if (event.actor != kNone) {
            const Actor& actor = batch_.actors[event.actor];
            parts_.text("id", actor.id);
            parts_.text("first_name", actor.first_name);
            parts_.text("last_name", actor.last_name);
            parts_.text("display_name", actor.display_name);
            parts_.text("login", actor.login);
            parts_.text("phone", actor.phone);
            parts_.text("email", actor.email);
            parts_.text("site", actor.site);
            parts_.text("language", actor.language);
            parts_.extra(actor.extra);
        }
        out_.end_object();
    }

    void handover(const Event& event) {
        if (event.kind != EventKind::handover_requested && event.kind != EventKind::handover)
            return;
        out_.key("handover").begin_object().key("to").string(word(event.handover_to));
        parts_.raw("payload", event.payload);
        if (event.transcript.count != 0) {
            out_.key("transcript").begin_array();
            for (std::uint32_t i = 0; i < event.transcript.count; ++i)
                write(event.transcript.first + i, true);
            out_.end_array();
        }
        out_.end_object();
    }

    void session(Chain chain) {
        if (chain.empty()) return;
        out_.key("session").begin_object();
        batch_.each(chain, [&](const Extra& entry) {
            out_.any_key(batch_.view(entry.key)).raw({});
            json::append_compact(batch_.view(entry.raw), out_.out());
        });
        out_.end_object();
    }

    void warnings(const Event& event) {
        if (event.warnings == 0) return;
        out_.key("warnings").begin_array();
        for (unsigned i = 0; i < kWarnings; ++i)
            if (event.warns(static_cast<Warning>(i))) out_.string(word(static_cast<Warning>(i)));
        out_.end_array();
    }

    const Batch& batch_;
    std::string_view account_;
    std::span<const Identity> identities_;
    json::Writer& out_;
    PartWriter parts_;
};

}  // namespace

void write_event(const Batch& batch, std::uint32_t index, std::string_view account,
                 std::span<const Identity> identities, json::Writer& out) {
    EventWriter(batch, account, identities, out).write(index, false);
}

std::string write_events(const Batch& batch, std::string_view account) {
    const auto identities = identify(batch, account);
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const std::uint32_t root : batch.roots) write_event(batch, root, account, identities, out);
    out.end_array();
    return text;
}

std::string write_event_lines(const Batch& batch, std::string_view account) {
    const auto identities = identify(batch, account);
    std::string text;
    for (const std::uint32_t root : batch.roots) {
        json::Writer out(text);
        write_event(batch, root, account, identities, out);
        text += '\n';
    }
    return text;
}

void write_content(const Batch& batch, const Event& event, json::Writer& out) {
    PartWriter(batch, out, false).content(event);
}

void write_normalised_content(const Batch& batch, const Event& event, std::string& out) {
    json::Writer writer(out);
    PartWriter(batch, writer, true).content(event);
    if (event.kind != EventKind::message && event.payload)
        json::append_compact(batch.view(event.payload), out);
}

}  // namespace lampjack::model
