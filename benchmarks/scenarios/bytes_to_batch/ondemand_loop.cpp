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

// ---- the vendors' words

Role role_of(std::string_view word) {
    return word == "user" ? Role::user : word == "bot" ? Role::bot : Role::unknown;
}

PartType kind_of(std::string_view word) {
    if (word == "text") return PartType::text;
    if (word == "postback" || word == "postback_v2") return PartType::postback;
    if (word == "fileUploadInputResult" || word == "upload") return PartType::file;
    if (word == "location") return PartType::location;
    return word == "intro" ? PartType::start : PartType::unknown;
}

OptionKind option_of(std::string_view word) {
    if (word == "text") return OptionKind::reply;
    if (word == "postback") return OptionKind::postback;
    if (word == "web_url") return OptionKind::url;
    if (word == "phone_number") return OptionKind::phone;
    return word == "element_share" ? OptionKind::share : OptionKind::unknown;
}

Media media_of(std::string_view word) {
    if (word == "image") return Media::image;
    if (word == "video") return Media::video;
    return word == "audio" ? Media::audio : Media::file;
}

/// By the ending of the address.
Media media_of_url(std::string_view url) {
    const auto dot = url.find_last_of("./");
    if (dot == std::string_view::npos || url[dot] != '.') return Media::file;
    const std::string_view ending = url.substr(dot + 1);
    for (const std::string_view image : {"jpg", "jpeg", "png", "gif", "webp"})
        if (ending == image) return Media::image;
    for (const std::string_view video : {"mp4", "mov", "webm"})
        if (ending == video) return Media::video;
    for (const std::string_view audio : {"mp3", "ogg", "wav", "m4a"})
        if (ending == audio) return Media::audio;
    return Media::file;
}

Mode mode_of(std::string_view version) { return version == "DRAFT" ? Mode::test : Mode::live; }

EventKind event_of(std::string_view word) {
    if (word == "messages") return EventKind::message;
    return word == "offload" ? EventKind::handover_requested : EventKind::unknown;
}

// ---- Chatlayer's offloading webhook

void read_button(od::object object, FlatEvent& event) {
    FlatButton button;
    button.card = event.cards.empty() ? 0 : static_cast<std::uint32_t>(event.cards.size() - 1);
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "title")
            button.title = text(field.value());
        else if (key == "type" || key == "content_type")
            button.kind = option_of(text(field.value()));
        else if (key == "payload" || key == "url")
            button.value = text(field.value());
        else
            keep(event, key, field.value());
    }
    event.buttons.push_back(button);
}

void read_element(od::object object, FlatEvent& event) {
    event.cards.emplace_back();
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "title")
            event.cards.back().title = text(field.value());
        else if (key == "image_url")
            event.cards.back().image_url = text(field.value());
        else if (key == "subtitle")
            event.cards.back().subtitle = text(field.value());
        else if (key == "buttons")
            for (auto button : field.value().get_array()) read_button(button.get_object(), event);
        else if (key == "default_action") {
            for (auto inner : field.value().get_object()) {
                const std::string_view name = inner.unescaped_key();
                if (name == "url")
                    event.cards.back().url = text(inner.value());
                else
                    (void)text(inner.value());
            }
        } else
            keep(event, key, field.value());
    }
}

void read_template(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "template_type")
            event.kind = text(field.value()) == "button" ? PartType::choice : PartType::cards;
        else if (key == "text")
            event.text = text(field.value());
        else if (key == "elements")
            for (auto element : field.value().get_array())
                read_element(element.get_object(), event);
        else if (key == "buttons")
            for (auto button : field.value().get_array()) read_button(button.get_object(), event);
        else if (key == "url") {
            event.files.emplace_back();
            event.files.back().url = text(field.value());
        } else
            keep(event, key, field.value());
    }
}

void read_attachment(od::object object, FlatEvent& event) {
    Media media = Media::file;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "type")
            media = media_of(text(field.value()));
        else if (key == "payload")
            read_template(field.value().get_object(), event);
        else
            keep(event, key, field.value());
    }
    if (event.files.empty()) return;
    event.kind = PartType::file;
    event.files.back().media = media;
}

void read_sender(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "id")
            event.sender = text(field.value());
        else if (key == "preferredLanguage")
            event.language = text(field.value());
        else if (key == "firstname")
            event.first_name = text(field.value());
        else
            keep(event, key, field.value());
    }
}

void read_coordinates(od::object object, FlatEvent& event) {
    for (auto place : object) {
        const std::string_view name = place.unescaped_key();
        if (name == "lat")
            event.latitude = place.value().get_double();
        else if (name == "long")
            event.longitude = place.value().get_double();
        else
            keep(event, name, place.value());
    }
}

void read_upload(od::object object, FlatEvent& event) {
    std::string_view state;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "uploadStatus")
            state = text(field.value());
        else if (key == "fileUrl")
            (void)text(field.value());
        else
            keep(event, key, field.value());
    }
    if (state == "SUCCEEDED") state = "ready";
    for (FlatFile& file : event.files) file.state = state;
}

void read_message(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "text") {
            event.text = text(field.value());
            if (event.kind == PartType::unknown) event.kind = PartType::text;
        } else if (key == "messageType")
            event.kind = kind_of(text(field.value()));
        else if (key == "channelType")
            event.channel = text(field.value());
        else if (key == "sender")
            read_sender(field.value().get_object(), event);
        else if (key == "timestamp")
            event.sent_at = millis(text(field.value()));
        else if (key == "id")
            event.vendor_id = text(field.value());
        else if (key == "title")
            event.title = text(field.value());
        else if (key == "nextDialogstateId")
            event.payload = text(field.value());
        else if (key == "urls")
            for (auto url : field.value().get_array()) {
                event.files.emplace_back();
                event.files.back().url = url.get_string();
                event.files.back().media = media_of_url(event.files.back().url);
            }
        else if (key == "data")
            read_upload(field.value().get_object(), event);
        else if (key == "quick_replies") {
            event.kind = PartType::choice;
            for (auto reply : field.value().get_array()) read_button(reply.get_object(), event);
        } else if (key == "attachment")
            read_attachment(field.value().get_object(), event);
        else if (key == "coordinates")
            read_coordinates(field.value().get_object(), event);
        else
            keep(event, key, field.value());
    }
}

void read_item(od::object object, FlatEvent& event) {
    for (auto member : object) {
        const std::string_view name = member.unescaped_key();
        if (name == "actor")
            event.role = role_of(text(member.value()));
        else if (name == "message")
            read_message(member.value().get_object(), event);
        else if (name == "timestamp")
            event.sent_at = millis(text(member.value()));
        else
            keep(event, name, member.value());
    }
}

void read_chatlayer(od::object object, Flat& out) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "botId")
            out.bot = text(field.value());
        else if (key == "version")
            out.mode = mode_of(text(field.value()));
        else if (key == "sessionId")
            out.conversation = text(field.value());
        else if (key == "event")
            out.kind = event_of(text(field.value()));
        else if (key == "messages" || key == "transcript")
            for (auto item : field.value().get_array()) read_item(item.get_object(), out.add());
        else if (key == "timestamp")
            out.sent_at = millis(text(field.value()));
        else
            keep(out, key, field.value());
    }
    if (out.conversation.starts_with("emulator-")) out.mode = Mode::test;
}

// ---- Certainly

void read_frame(od::object object, Flat& out, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view name = field.unescaped_key();
        if (name == "user_id")
            out.conversation = event.sender = text(field.value());
        else if (name == "message") {
            event.kind = PartType::text;
            event.text = text(field.value());
        } else if (name == "timestamp")
            event.sent_at = std::int64_t(field.value().get_int64()) * 1000;
        else if (name == "attachments")
            for (auto file : field.value().get_array()) {
                event.files.emplace_back();
                event.files.back().url = file.get_string();
            }
        else
            keep(event, name, field.value());
    }
}

void read_certainly(od::object object, Flat& out) {
    FlatEvent& event = out.add();
    out.kind = EventKind::message;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "interlocutor")
            event.role = role_of(text(field.value()));
        else if (key == "data") {
            for (auto member : field.value().get_object()) {
                const std::string_view name = member.unescaped_key();
                if (name == "message")
                    read_frame(member.value().get_object(), out, event);
                else
                    keep(event, name, member.value());
            }
        } else
            keep(out, key, field.value());
    }
}

void read_claim(od::object object, Flat& out) {
    FlatEvent& event = out.add();
    out.kind = EventKind::handover_requested;
    event.role = Role::user;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "botId")
            out.bot = text(field.value());
        else if (key == "from")
            out.conversation = event.sender = text(field.value());
        else if (key == "firstName")
            event.first_name = text(field.value());
        else if (key == "lastName")
            event.last_name = text(field.value());
        else
            keep(event, key, field.value());
    }
}

// ---- Omnichannel

void read_visitor_fields(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view name = field.unescaped_key();
        if (name == "name")
            event.first_name = text(field.value());
        else if (name == "login")
            event.login = text(field.value());
        else if (name == "phone")
            event.phone = text(field.value());
        else if (name == "email")
            event.email = text(field.value());
        else if (name == "site")
            event.site = text(field.value());
        else
            keep(event, name, field.value());
    }
}

void read_visitor(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "id")
            event.sender = text(field.value());
        else if (key == "fields")
            read_visitor_fields(field.value().get_object(), event);
        else
            keep(event, key, field.value());
    }
}

void read_omni_data(od::object object, FlatEvent& event) {
    FlatFile file;
    for (auto field : object) {
        const std::string_view name = field.unescaped_key();
        if (name == "button") {
            for (auto member : field.value().get_object())
                (std::string_view(member.unescaped_key()) == "id" ? event.payload : event.title) =
                    text(member.value());
        } else if (name == "id")
            file.id = text(field.value());
        else if (name == "state")
            file.state = text(field.value());
        else if (name == "name")
            file.name = text(field.value());
        else if (name == "content_type")
            file.mime = text(field.value());
        else if (name == "size")
            file.size = field.value().get_int64();
        else if (name == "url")
            file.url = text(field.value());
        else
            keep(event, name, field.value());
    }
    if (event.kind != PartType::file) return;
    if (file.mime.starts_with("image/")) file.media = Media::image;
    event.files.push_back(file);
}

void read_omni_message(od::object object, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "id")
            event.vendor_id = text(field.value());
        else if (key == "kind") {
            const std::string_view word = text(field.value());
            event.kind = word == "visitor"        ? PartType::text
                         : word == "file_visitor" ? PartType::file
                                                  : PartType::postback;
        } else if (key == "text")
            event.text = text(field.value());
        else if (key == "data")
            read_omni_data(field.value().get_object(), event);
        else
            keep(event, key, field.value());
    }
}

void read_omnichannel(od::object object, Flat& out) {
    FlatEvent& event = out.add();
    event.role = Role::user;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        if (key == "event")
            out.kind =
                text(field.value()) == "new_message" ? EventKind::message : EventKind::unknown;
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

// ---- Chatlayer's app integration

void read_app_user(od::object object, Flat& out, FlatEvent& event) {
    for (auto field : object) {
        const std::string_view name = field.unescaped_key();
        if (name == "id")
            out.conversation = event.sender = text(field.value());
        else if (name == "firstName")
            event.first_name = text(field.value());
        else if (name == "lastName")
            event.last_name = text(field.value());
        else if (name == "preferredLanguage")
            event.language = text(field.value());
        else
            keep(event, name, field.value());
    }
}

void read_receive(od::array array, Flat& out) {
    for (auto item : array) {
        FlatEvent& event = out.add();
        for (auto field : item.get_object()) {
            const std::string_view key = field.unescaped_key();
            if (key == "user")
                read_app_user(field.value().get_object(), out, event);
            else if (key == "actor")
                for (auto inner : field.value().get_object())
                    event.role = role_of(text(inner.value()));
            else if (key == "type")
                out.kind =
                    text(field.value()) == "message" ? EventKind::message : EventKind::unknown;
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
            case Form::claim: read_claim(document.get_object(), out); break;
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
        out.mode = mode_of(request.find_field("version").get_string());
        out.conversation = request.find_field("sessionId").get_string();
        if (out.conversation.starts_with("emulator-")) out.mode = Mode::test;
        out.kind = event_of(request.find_field("event").get_string());
        for (auto item : request.find_field("messages").get_array()) {
            FlatEvent& event = out.add();
            od::object entry = item.get_object();
            event.role = role_of(entry.find_field("actor").get_string());
            od::object message = entry.find_field("message").get_object();
            event.channel = message.find_field("channelType").get_string();
            od::object sender = message.find_field("sender").get_object();
            event.sender = sender.find_field("id").get_string();
            for (const std::string_view extra : {"botId", "botType", "isEmulator"})
                keep(event, extra, sender.find_field(extra));
            (void)millis(message.find_field("timestamp").get_string());
            event.kind = kind_of(message.find_field("messageType").get_string());
            event.text = message.find_field("text").get_string();
            event.vendor_id = message.find_field("id").get_string();
            event.sent_at = millis(entry.find_field("timestamp").get_string());
        }
        out.sent_at = millis(request.find_field("timestamp").get_string());
        return true;
    } catch (const simdjson::simdjson_error&) {
        return false;
    }
}

}  // namespace bench
