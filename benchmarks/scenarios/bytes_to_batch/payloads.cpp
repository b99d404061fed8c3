#include "payloads.h"

#include <cstdio>
#include <random>

namespace bench {
namespace {

/// Makes texts, ids and times that differ from payload to payload.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

    std::string hex(std::size_t length) {
        std::string out;
        for (std::size_t i = 0; i < length; ++i) out += "0123456789abcdef"[below(16)];
        return out;
    }
    std::string uuid() {
        return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12);
    }
    std::string time() {
        char text[32];
        std::snprintf(text, sizeof text, "2021-11-%02zuT%02zu:%02zu:%02zu.%03zuZ", 1 + below(28),
                      below(24), below(60), below(60), below(1000));
        return text;
    }
    std::string sentence() {
        static constexpr const char* kWords[] = {
            "invoice", "where",  "is",    "my",     "order", "number",   "please", "help",
            "the",     "refund", "is",    "late",   "café",  "delivery", "agent",  "thanks",
            "can",     "you",    "check", "again?", "I",     "need",     "a",      "copy"};
        std::string out;
        for (std::size_t i = 2 + below(12); i > 0; --i)
            out.append(out.empty() ? "" : " ").append(kWords[below(24)]);
        if (below(20) == 0) out += " \\\"now\\\"";
        return out;
    }

    std::string user(const std::string& session, const std::string& special, bool live) {
        const std::string at = time();
        std::string message = R"({"channelType":"web","sender":)" + sender(session);
        if (live) message += R"(,"timestamp":")" + at + "\"";
        message += "," + special;
        if (live) message += R"(,"id":")" + hex(24) + "\"";
        return R"({"actor":"user","message":)" + message + R"(},"timestamp":")" + at + "\"}";
    }
    /// As in the vendor's examples: visitors of the emulator, and guests.
    std::string sender(const std::string& session) {
        std::string out = R"({"id":")" + session + R"(","botId":"ko3123ze","botType":"web")";
        const bool emulator = session.starts_with("emulator-");
        if (!emulator && below(2) == 0) out += R"(,"preferredLanguage":"en")";
        return out + (emulator ? R"(,"isEmulator":"true"})" : R"(,"firstname":"Guest"})");
    }
    std::string bot(const std::string& message) {
        return R"({"actor":"bot","message":)" + message + R"(,"timestamp":")" + time() + "\"}";
    }
    std::string text() { return R"("messageType":"text","text":")" + sentence() + "\""; }
    std::string postback() {
        return R"("messageType":"postback","title":")" + sentence() +
               R"(","parameters":[],"nextDialogstateId":")" + uuid() + "\"";
    }
    std::string location() {
        char text[96];
        std::snprintf(
            text, sizeof text, R"("messageType":"location","coordinates":{"lat":%.4f,"long":%.4f})",
            static_cast<double>(below(900000)) / 1e4, static_cast<double>(below(900000)) / 1e4);
        return text;
    }
    std::string upload() {
        const std::string url = "https://files.example/" + hex(64) + "/" + hex(13) + "_full.png";
        return R"("messageType":"fileUploadInputResult","urls":[")" + url +
               R"("],"data":{"uploadStatus":"SUCCEEDED","fileUrl":")" + url + "\"}";
    }
    std::string bot_text() { return R"({"text":")" + sentence() + "\"}"; }
    /// What a button carries: JSON in a text, and opaque.
    std::string button_payload(const std::string& title, const char* type) {
        return R"("payload":"{\"title\":\")" + title + R"(\",\"caption\":\")" + title +
               R"(\",\"type\":\")" + type + R"(\",\"parameters\":[],\"nextDialogstateId\":\")" +
               uuid() + R"(\",\"originalTitle\":\")" + title + R"(\"}")";
    }
    std::string title() { return plain(sentence().substr(0, 20)); }
    std::string quick_replies() {
        std::string out = R"({"text":")" + sentence() + R"(","quick_replies":[)";
        for (std::size_t i = 0, n = 2 + below(3); i < n; ++i) {
            const std::string name = title();
            out.append(i ? "," : "").append(R"({"title":")").append(name).append("\",");
            out.append(button_payload(name, "quickreply")).append(R"(,"content_type":"text"})");
        }
        return out + "]}";
    }
    std::string buttons() {
        std::string out =
            R"({"attachment":{"type":"template","payload":{"template_type":"button","text":")" +
            sentence() + R"(","buttons":[)";
        for (int i = 0; i < 2; ++i) {
            const std::string name = title();
            out.append(i ? "," : "").append(R"({"title":")").append(name);
            out.append(R"(","type":"postback",)")
                .append(button_payload(name, "button"))
                .append("}");
        }
        return out + "]}}}";
    }
    std::string carousel() {
        std::string out =
            R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[)";
        for (int i = 0; i < 2; ++i) {
            const std::string url = "https://docs.example/" + hex(6);
            out.append(i ? "," : "")
                .append(R"({"title":"Item )" + hex(4) + R"(","image_url":"https://files.example/)" +
                        hex(80) + R"(.jpg")");
            if (i != 0) out.append(R"(,"subtitle":")" + plain(sentence()) + "\"");
            out.append(R"(,"buttons":[{"title":"Docs","url":")" + url + R"(","type":"web_url"}])");
            if (i != 0)
                out.append(R"(,"default_action":{"url":")" + url + R"(","type":"web_url"})");
            out.append("}");
        }
        return out + "]}}}";
    }
    std::string envelope(const std::string& session, const std::string& items) {
        return R"({"botId":"ko3123ze","version":")" +
               std::string(session.starts_with("emulator-") ? "DRAFT" : "LIVE") +
               R"(","sessionId":")" + session + R"(","event":"messages","messages":[)" + items +
               R"(],"timestamp":")" + time() + "\"}";
    }
    std::string certainly() {
        return R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":"webbot:)" +
               uuid() + R"(","timestamp":)" + std::to_string(1600000000 + below(100000000)) +
               R"(,"message":")" + sentence() + R"(","attachments":[]}}})";
    }
    std::string claim() {
        return R"({"attachedMedia":"","reply":"agent","botId":")" + uuid() +
               R"(","direction":"out","extractedData":{},"lastName":"","sessionId":")" + uuid() +
               R"(","customVariables":{"lang":"en"},"from":"webbot:)" + uuid() +
               R"(","firstName":"Robin","to":"channel-1","replyData":"","moduleId":"12","botTrainedModelId":")" +
               uuid() + "\"}";
    }
    std::string omni(const std::string& message) {
        return R"({"event":"new_message","chat_id":)" + std::to_string(1000 + below(9000000)) +
               R"(,"visitor":{"id":")" + hex(12) +
               R"(","fields":{"name":"Robin Fictive","login":"robin","phone":"+10005550100","email":"robin@visitor.example","site":"https://shop.example"}},"message":{"id":")" +
               hex(16) + R"(",)" + message + "}}";
    }
    std::string receive_item() {
        return R"({"user":{"id":")" + hex(20) +
               R"(","firstName":"Robin","lastName":"Fictive","preferredLanguage":"en"},"actor":{"type":"user"},"type":"message",)"
               R"("message":{"messageType":"text","text":")" +
               sentence() + R"("},"timestamp":)" +
               std::to_string(1640000000000 + below(100000000000)) + "}";
    }

private:
    static std::string plain(std::string text) {
        std::erase(text, '"');
        std::erase(text, '\\');
        std::erase_if(text, [](char c) {
            return static_cast<unsigned char>(c) >= 0x80;
        });  // a cut may have split one
        return text;
    }
    std::mt19937_64 random_;
};

std::string omni_text(Maker& m) {
    return m.omni(R"("kind":"visitor","text":")" + m.sentence() + "\"");
}
std::string omni_file(Maker& m) {
    return m.omni(R"("kind":"file_visitor","data":{"id":")" + m.hex(8) +
                  R"(","state":"ready","name":"a.pdf","content_type":"application/pdf","size":)" +
                  std::to_string(m.below(1 << 24)) + R"(,"url":"https://files.example/)" +
                  m.hex(32) + "\"}");
}
std::string omni_button(Maker& m) {
    return m.omni(R"("kind":"keyboard_response","data":{"button":{"id":")" + m.hex(6) +
                  R"(","text":"Yes"}})");
}
std::string receive(Maker& m, std::size_t count) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) out.append(i ? "," : "").append(m.receive_item());
    return out + "]";
}

/// The kinds come in turn, so that a long transcript has as many of each as a short one.
std::string any_item(Maker& m, const std::string& session, std::size_t turn) {
    switch (turn % 8) {
        case 1:
        case 4:
        case 6: return m.user(session, m.text(), false);
        case 2: return m.user(session, m.postback(), false);
        case 3: return m.bot(turn / 8 % 2 == 0 ? m.quick_replies() : m.buttons());
        default: return m.bot(m.bot_text());
    }
}

Payload make_offload(Maker& m, std::size_t messages) {
    const std::string session = "emulator-" + m.uuid();
    std::string body = R"({"botId":"ko3123ze","version":"DRAFT","sessionId":")" + session +
                       R"(","timestamp":")" + m.time() + R"(","event":"offload","transcript":[)";
    for (std::size_t i = 0; i < messages; ++i)
        body.append(i ? "," : "").append(any_item(m, session, i));
    return {"offload_" + std::to_string(messages), Form::chatlayer, body + "]}"};
}

Payload mixed(Maker& m) {
    const std::string session = (m.below(4) == 0 ? "emulator-" : "") + m.uuid();
    const std::size_t dice = m.below(100);
    if (dice < 29)
        return {"mix", Form::chatlayer, m.envelope(session, m.user(session, m.text(), true))};
    if (dice < 55) return {"mix", Form::chatlayer, m.envelope(session, m.bot(m.bot_text()))};
    if (dice < 67)
        return {"mix", Form::chatlayer,
                m.envelope(session, m.bot(m.bot_text()) + "," + m.bot(m.quick_replies()))};
    if (dice < 76)
        return {"mix", Form::chatlayer, m.envelope(session, m.user(session, m.postback(), true))};
    if (dice < 80) return {"mix", Form::chatlayer, m.envelope(session, m.bot(m.carousel()))};
    if (dice < 83)
        return {"mix", Form::chatlayer, m.envelope(session, m.user(session, m.upload(), true))};
    if (dice < 85)
        return {"mix", Form::chatlayer, m.envelope(session, m.user(session, m.location(), true))};
    if (dice < 89) return {"mix", Form::certainly, m.certainly()};
    if (dice < 90) return {"mix", Form::claim, m.claim()};
    if (dice < 96)
        return {"mix", Form::omnichannel,
                m.below(2)   ? omni_text(m)
                : m.below(2) ? omni_file(m)
                             : omni_button(m)};
    if (dice < 99) return {"mix", Form::receive, receive(m, 1 + m.below(5))};
    Payload offload = make_offload(m, 10 + m.below(51));
    offload.name = "mix";
    return offload;
}

}  // namespace

std::vector<Payload> kinds() {
    Maker m(1);
    const std::string s = "emulator-" + m.uuid();
    std::vector<Payload> all;
    const auto chatlayer = [&](const char* name, const std::string& items) {
        all.push_back({name, Form::chatlayer, m.envelope(s, items)});
    };
    chatlayer("user_text", m.user(s, m.text(), true));
    chatlayer("user_postback", m.user(s, m.postback(), true));
    chatlayer("user_location", m.user(s, m.location(), true));
    chatlayer("user_upload", m.user(s, m.upload(), true));
    chatlayer("bot_text", m.bot(m.bot_text()));
    chatlayer("bot_quick_replies", m.bot(m.bot_text()) + "," + m.bot(m.quick_replies()));
    chatlayer("bot_carousel", m.bot(m.carousel()));
    chatlayer("bot_buttons", m.bot(m.buttons()));
    all.push_back({"certainly_user", Form::certainly, m.certainly()});
    all.push_back({"certainly_claim", Form::claim, m.claim()});
    all.push_back({"omni_text", Form::omnichannel, omni_text(m)});
    all.push_back({"omni_file", Form::omnichannel, omni_file(m)});
    all.push_back({"omni_button", Form::omnichannel, omni_button(m)});
    all.push_back({"receive_1", Form::receive, receive(m, 1)});
    all.push_back({"receive_50", Form::receive, receive(m, 50)});
    for (const std::size_t messages : {5U, 50U, 500U, 5000U})
        all.push_back(make_offload(m, messages));
    return all;
}

std::vector<Payload> mix(std::size_t count, std::uint64_t seed) {
    Maker m(seed);
    std::vector<Payload> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(mixed(m));
    return all;
}

Payload offload(std::size_t messages, std::uint64_t seed) {
    Maker m(seed);
    return make_offload(m, messages);
}

}  // namespace bench
