#include "ondemand_loop.h"

#include "base/timestamp.h"

namespace bench {
namespace {

namespace od = simdjson::ondemand;

std::int64_t millis(std::string_view text) {
    lampjack::Millis out = 0;
    return lampjack::parse_exact(text, out) ? out : 0;
}

std::string_view text(od::value value) { return value.get_string(); }

/// A field that has no place: kept as its bytes.
template <class Owner>
void keep(Owner& owner, std::string_view key, od::value value) {
    std::string_view raw = value.raw_json_token();
    if (raw.front() == '{') {
        od::object object = value.get_object();
        raw = object.raw_json();
    } else if (raw.front() == '[') {
        od::array array = value.get_array();
        raw = array.raw_json();
    }
    owner.extras.push_back({key, raw});
}

void read_button(od::object object, FlatEvent& event) {
    FlatButton button;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "title")
            button.title = text(field.value());
        else if (key == "type" || key == "content_type")
            button.type = text(field.value());
        else if (key == "payload" || key == "url")
            button.value = text(field.value());
        else
            keep(event, key, field.value());
    }
    event.buttons.push_back(button);
}

void read_element(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "title")
            event.title = text(field.value());
        else if (key == "image_url")
            event.urls.push_back(text(field.value()));
        else if (key == "subtitle")
            event.payload = text(field.value());
        else if (key == "buttons")
            for (auto button : field.value().get_array()) read_button(button.get_object(), event);
        else
            keep(event, key, field.value());
    }
}

void read_attachment(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "type")
            event.kind = text(field.value());
        else if (key == "payload") {
            for (auto inner : field.value().get_object()) {
                const std::string_view name = inner.unescaped_key();
                if (name == "template_type")
                    event.kind = text(inner.value());
                else if (name == "elements")
                    for (auto element : inner.value().get_array())
                        read_element(element.get_object(), event);
                else
                    keep(event, name, inner.value());
            }
        } else
            keep(event, key, field.value());
    }
}

void read_sender(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "preferredLanguage")
            event.language = text(field.value());
        else if (key == "firstname")
            event.first_name = text(field.value());
        else
            keep(event, key, field.value());
    }
}

void read_message(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "text")
            event.text = text(field.value());
        else if (key == "messageType")
            event.kind = text(field.value());
        else if (key == "channelType")
            event.channel = text(field.value());
        else if (key == "sender")
            read_sender(field.value().get_object(), event);
        else if (key == "timestamp")
            keep(event, key, field.value());
        else if (key == "id")
            event.vendor_id = text(field.value());
        else if (key == "title")
            event.title = text(field.value());
        else if (key == "nextDialogstateId")
            event.payload = text(field.value());
        else if (key == "urls")
            for (auto url : field.value().get_array()) event.urls.push_back(url.get_string());
        else if (key == "quick_replies")
            for (auto reply : field.value().get_array()) read_button(reply.get_object(), event);
        else if (key == "attachment")
            read_attachment(field.value().get_object(), event);
        else if (key == "coordinates") {
            for (auto place : field.value().get_object()) {
                const std::string_view name = place.unescaped_key();
                if (name == "lat")
                    event.latitude = place.value().get_double();
                else if (name == "long")
                    event.longitude = place.value().get_double();
                else
                    keep(event, name, place.value());
            }
        } else
            keep(event, key, field.value());
    }
}

void read_chatlayer(od::object object, Flat& out) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "botId")
            out.bot = text(field.value());
        else if (key == "sessionId")
            out.conversation = text(field.value());
        else if (key == "messages" || key == "transcript") {
            for (auto item : field.value().get_array()) {
                FlatEvent& event = out.add();
                for (auto member : item.get_object()) {
                    const std::string_view name = member.unescaped_key();
                    if (name == "actor")
                        event.actor = text(member.value());
                    else if (name == "message")
                        read_message(member.value().get_object(), event);
                    else if (name == "timestamp")
                        event.sent_at = millis(text(member.value()));
                    else
                        keep(event, name, member.value());
                }
            }
        } else
            keep(out, key, field.value());
    }
}

void read_certainly(od::object object, Flat& out) {
    FlatEvent& event = out.add();
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "interlocutor")
            event.actor = text(field.value());
        else if (key == "data") {
            for (auto member : field.value().get_object()) {
                const std::string_view outer = member.unescaped_key();
                if (outer != "message") {
                    keep(event, outer, member.value());
                    continue;
                }
                for (auto inner : member.value().get_object()) {
                    const std::string_view name = inner.unescaped_key();
                    if (name == "user_id")
                        out.conversation = text(inner.value());
                    else if (name == "message")
                        event.text = text(inner.value());
                    else if (name == "timestamp")
                        event.sent_at = std::int64_t(inner.value().get_int64()) * 1000;
                    else
                        keep(event, name, inner.value());
                }
            }
        } else
            keep(out, key, field.value());
    }
}

void read_visitor(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "id")
            keep(event, key, field.value());
        else if (key == "fields") {
            for (auto inner : field.value().get_object()) {
                const std::string_view name = inner.unescaped_key();
                if (name == "name")
                    event.first_name = text(inner.value());
                else
                    keep(event, name, inner.value());
            }
        } else
            keep(event, key, field.value());
    }
}

void read_omni_message(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "id")
            event.vendor_id = text(field.value());
        else if (key == "kind")
            event.kind = text(field.value());
        else if (key == "text")
            event.text = text(field.value());
        else if (key == "data") {
            for (auto inner : field.value().get_object()) {
                const std::string_view name = inner.unescaped_key();
                if (name == "url")
                    event.urls.push_back(text(inner.value()));
                else if (name == "name")
                    event.title = text(inner.value());
                else if (name == "button") {
                    for (auto member : inner.value().get_object()) {
                        const std::string_view what = member.unescaped_key();
                        if (what == "id")
                            event.payload = text(member.value());
                        else
                            event.title = text(member.value());
                    }
                } else
                    keep(event, name, inner.value());
            }
        } else
            keep(event, key, field.value());
    }
}

void read_omnichannel(od::object object, Flat& out) {
    FlatEvent& event = out.add();
    event.actor = "user";
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "event")
            keep(out, key, field.value());
        else if (key == "chat_id") {
            out.conversation = field.value().raw_json_token();
            while (!out.conversation.empty() && out.conversation.back() <= ' ')
                out.conversation.remove_suffix(1);
        } else if (key == "visitor")
            read_visitor(field.value().get_object(), event);
        else if (key == "message")
            read_omni_message(field.value().get_object(), event);
        else
            keep(out, key, field.value());
    }
}

void read_receive(od::array array, Flat& out) {
    for (auto item : array) {
        FlatEvent& event = out.add();
        for (auto field : item.get_object()) {
            const std::string_view key = field.unescaped_key();
            if (key == "user") {
                for (auto inner : field.value().get_object()) {
                    const std::string_view name = inner.unescaped_key();
                    if (name == "id")
                        out.conversation = text(inner.value());
                    else if (name == "firstName")
                        event.first_name = text(inner.value());
                    else if (name == "preferredLanguage")
                        event.language = text(inner.value());
                    else
                        keep(event, name, inner.value());
                }
            } else if (key == "actor") {
                for (auto inner : field.value().get_object()) event.actor = text(inner.value());
            } else if (key == "type")
                keep(event, key, field.value());
            else if (key == "message")
                read_message(field.value().get_object(), event);
            else if (key == "timestamp")
                event.sent_at = field.value().get_int64();
            else
                keep(event, key, field.value());
        }
    }
}

}  // namespace

bool OndemandLoop::read(Form form, simdjson::padded_string_view body, Flat& out) {
    out.clear();
    try {
        od::document document = parser_.iterate(body);
        switch (form) {
            case Form::chatlayer: read_chatlayer(document.get_object(), out); break;
            case Form::certainly: read_certainly(document.get_object(), out); break;
            case Form::omnichannel: read_omnichannel(document.get_object(), out); break;
            case Form::receive: read_receive(document.get_array(), out); break;
        }
        return true;
    } catch (const simdjson::simdjson_error&) {
        return false;
    }
}

bool OndemandLoop::read_user_text_in_order(simdjson::padded_string_view body, Flat& out) {
    out.clear();
    try {
        od::document document = parser_.iterate(body);
        od::object request = document.get_object();
        out.bot = request.find_field("botId").get_string();
        (void)std::string_view(request.find_field("version").get_string());
        out.conversation = request.find_field("sessionId").get_string();
        (void)std::string_view(request.find_field("event").get_string());
        for (auto item : request.find_field("messages").get_array()) {
            FlatEvent& event = out.add();
            od::object entry = item.get_object();
            event.actor = entry.find_field("actor").get_string();
            od::object message = entry.find_field("message").get_object();
            event.channel = message.find_field("channelType").get_string();
            od::object sender = message.find_field("sender").get_object();
            (void)std::string_view(sender.find_field("id").get_string());
            (void)std::string_view(sender.find_field("botId").get_string());
            (void)std::string_view(sender.find_field("botType").get_string());
            (void)millis(message.find_field("timestamp").get_string());
            event.kind = message.find_field("messageType").get_string();
            event.text = message.find_field("text").get_string();
            event.vendor_id = message.find_field("id").get_string();
            event.sent_at = millis(entry.find_field("timestamp").get_string());
        }
        (void)millis(request.find_field("timestamp").get_string());
        return true;
    } catch (const simdjson::simdjson_error&) {
        return false;
    }
}

}  // namespace bench
