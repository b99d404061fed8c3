#include "shapes.h"

#include <algorithm>
#include <cstdio>

namespace lampjack::resources {
namespace {

#define CHATLAYER(event, items)                                                   \
    R"({"event":")" event R"(","botId":"b1","version":"LIVE","sessionId":"s-1",)" \
    R"("timestamp":"2026-01-05T10:00:00.000Z",")" items R"(":[)"
constexpr std::string_view kOffload = CHATLAYER("offload", "transcript");
constexpr std::string_view kMessages = CHATLAYER("messages", "messages");
#define BOT(message) CHATLAYER("messages", "messages") R"({"actor":"bot","message":)" message
#define USER(message) CHATLAYER("messages", "messages") R"({"actor":"user","message":)" message
#define CERTAINLY(data) R"({"interlocutor":"user","data":{"message":{"user_id":"u1",)" data
#define OMNI(message) R"({"chat_id":7,)" message

constexpr std::string_view kBot = "chatlayer_offloading", kApp = "chatlayer_app";
constexpr std::string_view kCertainly = "certainly", kOmni = "omnichannel";
constexpr std::string_view kEnd = "]}", kItemEnd = "]}}]}";
constexpr std::size_t kAny = 100'000'000;

constexpr Shape kShapes[] = {
    // ---- the findings: elements that are no items
    {"offload_of_zeros", kBot, "/", kOffload, "0", kEnd, ",", Row::event, true},
    {"offload_of_arrays", kBot, "/", kOffload, "[]", kEnd, ",", Row::event, true},
    {"offload_of_objects", kBot, "/", kOffload, "{}", kEnd, ",", Row::event, true},
    {"offload_of_texts", kBot, "/", kOffload, R"("")", kEnd, ",", Row::event, true},
    {"offload_of_escapes", kBot, "/", kOffload, R"("\n")", kEnd, ",", Row::event, true},
    {"messages_of_zeros", kBot, "/", kMessages, "0", kEnd, ",", Row::event, true},
    {"messages_of_nulls", kBot, "/", kMessages, "null", kEnd, ",", Row::event, true},
    {"actions_of_zeros", kBot, "/", R"({"sendMessages":[)", "0", kEnd, ",", Row::event, true},
    {"receive_of_zeros", kApp, "", "[", "0", "]", ",", Row::event, true},
    {"send_of_zeros", kApp, "/send", R"({"inputData":{"userId":"u","messages":[)", "0", "]}}", ",",
     Row::event, true},
    {"omnichannel_of_zeros", kOmni, "/send_message", OMNI(R"("messages":[)"), "0", kEnd, ",",
     Row::event, true},
    {"offload_of_any_number_of_ones", kBot, "/", kOffload, "1", kEnd, ",", Row::event, true, kAny},
    {"only_ones", kBot, "/", "", "1,", "", "", Row::nothing, true, kAny},

    // ---- one message of many parts, options, cards
    {"quick_replies", kBot, "/", BOT(R"({"text":"a","quick_replies":[)"), "{}", kItemEnd, ",",
     Row::option, true},
    {"carousel", kBot, "/",
     BOT(R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[)"),
     "{}", "]}}}}]}", ",", Row::card, true},
    {"uploads", kBot, "/", USER(R"({"messageType":"fileUploadInputResult","urls":[)"), R"("u")",
     kItemEnd, ",", Row::part, true},
    {"receive_uploads", kApp, "",
     R"([{"user":{"id":"u"},"type":"message","message":{"messageType":"upload","urls":[)", R"("u")",
     "]}}]", ",", Row::part, true},
    {"send_choices", kApp, "/send",
     R"({"inputData":{"userId":"u","messages":[{"choice_message":{"choices":[)", "{}", "]}}]}}",
     ",", Row::option, true},
    {"send_cards", kApp, "/send",
     R"({"inputData":{"userId":"u","messages":[{"carousel_message":{"cards":[)", "{}", "]}}]}}",
     ",", Row::card, true},
    {"attachments", kCertainly, "/messages", CERTAINLY(R"("message":"a","attachments":[)"), "0",
     "]}}}", ",", Row::part, true},
    {"certainly_actions", kCertainly, "/messages", CERTAINLY(R"("actions":[)"), "0", "]}}}", ",",
     Row::part, true},
    {"certainly_options", kCertainly, "/messages",
     R"({"interlocutor":"bot","data":{"type":"choice","text":"a","options_type":"suggested_replies","options":[)",
     R"("")", "]}}", ",", Row::option, true},
    {"certainly_cards", kCertainly, "/messages",
     R"({"interlocutor":"bot","data":{"type":"card","cards":[)", "{}", "]}}", ",", Row::card, true},
    {"buttons", kOmni, "/send_message",
     OMNI(R"("message":{"kind":"keyboard","text":"a","buttons":[)"), R"("")", "]}}", ",",
     Row::option, true},
    {"buttons_in_rows", kOmni, "/send_message",
     OMNI(R"("message":{"kind":"keyboard","text":"a","buttons":[)"), R"([{}])", "]}}", ",",
     Row::option, true},
    {"messages_of_replies", kBot, "/", kMessages,
     R"({"actor":"bot","message":{"text":"a","quick_replies":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}})",
     kEnd},

    // ---- documented items, as many as may be
    {"offload_of_bot_texts", kBot, "/", kOffload, R"({"actor":"bot","message":{"text":"x"}})",
     kEnd},
    {"offload_of_user_texts", kBot, "/", kOffload,
     R"({"actor":"user","message":{"messageType":"text","text":"x","sender":{"id":"s-1"}},"timestamp":"2026-01-05T10:00:00.000Z"})",
     kEnd},
    {"receive_of_many_users", kApp, "", "[",
     R"({"user":{"id":"u#"},"actor":{"type":"user"},"type":"message","message":{"messageType":"text","text":"x"},"timestamp":1646415058102})",
     "]"},
    {"send_of_texts", kApp, "/send", R"({"inputData":{"userId":"u","messages":[)",
     R"({"text_message":{"text":"x"}})", "]}}"},
    {"send_of_nested_documents", kApp, "/send", R"({"inputData":{"userId":"u","messages":[)",
     R"({"explicit_channel_message":{"CHATLAYER":"{\"text\":\"x\",\"quick_replies\":[{},{},{},{},{},{},{},{}]}"}})",
     "]}}"},

    // ---- values that nobody asks for
    {"unknown_member", kBot, "/", BOT(R"({"text":"a","x":[)"), "0", kItemEnd},
    {"offload_payload", kBot, "/", CHATLAYER("offload", "transcript") R"(],"payload":[)", "0",
     kEnd},
    {"app_offload", kApp, "/offload", R"({"inputData":{"user":{"id":"u"},"x":[)", "0", "]}}"},
    {"claim_variables", kCertainly, "/claim",
     R"({"from":"webbot:u","direction":"in","reply":"a","customVariables":{"x":[)", "0", "]}}"},
    {"visitor_fields", kOmni, "/send_message",
     OMNI(R"("message":{"kind":"operator","text":"a"},"x":[)"), "{}", kEnd},
    {"objects_of_many_members", kBot, "/", BOT(R"({"text":"a","x":[)"),
     R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0})",
     kItemEnd},

    // ---- keys
    {"one_key_again", kBot, "/", "{", R"("k":0)", "}"},
    {"a_million_keys", kBot, "/", "{", R"("#":0)", "}"},
    {"keys_of_a_message", kBot, "/", BOT("{"), R"("#":0)", "}}]}"},
    {"keys_of_a_claim", kCertainly, "/claim", R"({"from":"webbot:u",)", R"("#":0)", "}"},
    {"escaped_keys", kOmni, "/send_message", "{", R"("\u0061":"\n")", "}"},

    // ---- depth
    {"brackets", kBot, "/", "", "[", "", "", Row::nothing, false, 250'001},
    {"brackets_closed", kBot, "/", "", "[]", "", "", Row::nothing, true, 250'001},
    {"objects_in_objects", kBot, "/", "", R"({"":)", "", "", Row::nothing, true},
    {"brackets_in_an_item", kBot, "/", kOffload, "[", "", "", Row::nothing, true},

    // ---- texts
    {"one_text", kBot, "/", BOT(R"({"text":")"), "x", R"("}}]})", "", Row::nothing, false, kAny},
    {"quotes_in_a_text", kBot, "/", BOT(R"({"text":")"), R"(\")", R"("}}]})", "", Row::nothing,
     false, kAny},
    {"controls_in_a_text", kBot, "/", BOT(R"({"text":")"), R"(\u0001)", R"("}}]})", "",
     Row::nothing, false, kAny},
    {"escapes_in_an_unknown_text", kOmni, "/send_message",
     OMNI(R"("message":{"kind":"operator","text":"a"},"x":")"), R"(\n)", R"("})", "", Row::nothing,
     false, kAny},
    {"one_number", kCertainly, "/messages", CERTAINLY(R"("message":)"), "1", "}}}", "",
     Row::nothing, false, kAny},
    {"many_escaped_texts", kApp, "/send", R"({"inputData":{"userId":"u","x":[)", R"("\"\"")",
     "]}}"},

    // ---- no JSON
    {"blanks", kBot, "/", "", " ", "", "", Row::nothing, false, kAny},
    {"commas", kCertainly, "/messages", "", ",", "", "", Row::nothing, true, kAny},
    {"colons", kApp, "/send", "", ":", "", "", Row::nothing, true, kAny},
    {"quotes", kOmni, "/send_message", "", R"("")", "", "", Row::nothing, false, kAny},
};

std::size_t append(std::string& out, std::string_view element, std::size_t number) {
    const auto place = element.find('#');
    if (place == std::string_view::npos) return out.append(element).size();
    char digits[16];
    std::snprintf(digits, sizeof digits, "%06zu", number % 1'000'000);
    out.append(element.substr(0, place)).append(digits);
    return out.append(element.substr(place + 1)).size();
}

}  // namespace

std::span<const Shape> shapes() { return kShapes; }

const Shape* find(std::string_view name) {
    const auto* found = std::find_if(std::begin(kShapes), std::end(kShapes),
                                     [&](const Shape& one) { return one.name == name; });
    return found == std::end(kShapes) ? nullptr : found;
}

Body body_of(const Shape& shape, std::size_t size) {
    Body body;
    body.text.reserve(size + shape.head.size() + shape.tail.size() + 2 * shape.element.size() + 16);
    body.text.append(shape.head);
    const std::size_t last = size - std::min(size, shape.tail.size() + shape.element.size() + 8);
    do {
        if (body.elements != 0) body.text.append(shape.between);
        append(body.text, shape.element, body.elements++);
    } while (body.text.size() < last && body.elements < shape.most);
    body.text.append(shape.tail);
    return body;
}

}  // namespace lampjack::resources
