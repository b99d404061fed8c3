/* The channel's side: a user speaks through the hub, the bot answers, a human takes over, a sink shows what is said. */
#include "check.h"

static const char kRef[] = "chat:live:c-1";
static ljk_error err;

static int32_t post(ljk_hub* hub, const char* path, const char* token, const char* body) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_header header = {LJK_S("Authorization"), {NULL, 0}};
    ljk_answer* answer = NULL;
    int32_t status;
    header.value = text(token);
    request.path = text(path);
    request.headers = &header;
    request.header_count = 1;
    request.body = text(body);
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("chat"), &request, &answer, &err));
    status = ljk_answer_status(answer);
    ljk_answer_free(answer);
    return status;
}

/* The next message to show, which holds `part`; the caller ends it. */
static ljk_sink_delivery* shown(ljk_hub* hub, const char* part) {
    ljk_sink_delivery* delivery = NULL;
    GIVES(LJK_OK, ljk_hub_next_sink(hub, LJK_S("chat"), 5000, &delivery, &err));
    CHECK(holds(ljk_sink_delivery_json(delivery), part));
    CHECK(holds(ljk_sink_delivery_json(delivery), kRef));
    return delivery;
}

static void end(ljk_sink_delivery* delivery, int32_t outcome) {
    GIVES(LJK_OK, ljk_sink_delivery_done(delivery, outcome, LJK_S("the widget was closed"), &err));
    ljk_sink_delivery_free(delivery);
}

static void the_user_speaks(ljk_hub* hub) {
    ljk_receipt* receipt = NULL;
    ljk_receipt* again = NULL;
    GIVES(LJK_OK,
          ljk_hub_say(hub, LJK_S("chat"), LJK_S("{\"id\":\"c-1\",\"display_name\":\"Ada\"}"),
                      LJK_S("hi"), LJK_S("u1"), &receipt, &err));
    CHECK(is(ljk_receipt_owner(receipt), "bot"));
    CHECK(ljk_receipt_delivery(receipt).len > 0); /* it goes to the platform */
    GIVES(LJK_OK, ljk_hub_say(hub, LJK_S("chat"), LJK_S("{\"id\":\"c-1\"}"), LJK_S("hi"),
                              LJK_S("u1"), &again, &err));
    CHECK(ljk_receipt_delivery(again).len == ljk_receipt_delivery(receipt).len);
    CHECK(memcmp(ljk_receipt_delivery(again).ptr, ljk_receipt_delivery(receipt).ptr,
                 ljk_receipt_delivery(again).len) == 0);
    ljk_receipt_free(receipt);
    ljk_receipt_free(again);
    GIVES(LJK_E_ARGUMENT,
          ljk_hub_say(hub, LJK_S("chat"), LJK_S("{}"), LJK_S("hi"), LJK_S(""), &receipt, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_say(hub, LJK_S("none"), LJK_S("{\"id\":\"u\"}"), LJK_S("hi"),
                                       LJK_S(""), &receipt, &err));
    CHECK(receipt == NULL);
}

/* A user whose id is not the conversation's: both are sent, and erasing the user finds all conversations. */
static void a_user_has_two_conversations(ljk_hub* hub) {
    ljk_say_options options = LJK_SAY_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_text* report = NULL;
    options.conversation = LJK_S("4211");
    options.key = LJK_S("k1");
    GIVES(LJK_OK, ljk_hub_say_in(hub, LJK_S("chat"), LJK_S("{\"id\":\"v-9\"}"), LJK_S("hi"),
                                 &options, &receipt, &err));
    CHECK(holds(ljk_receipt_json(receipt), "\"ref\":\"chat:live:4211\""));
    ljk_receipt_free(receipt);
    options.conversation = LJK_S("4212");
    GIVES(LJK_OK,
          ljk_hub_say_parts_in(hub, LJK_S("chat"), LJK_S("{\"id\":\"v-9\",\"last_name\":\"Doe\"}"),
                               LJK_S("[{\"type\":\"file\",\"url\":\"https://f.example/a.pdf\","
                                     "\"media\":\"file\",\"size\":5}]"),
                               &options, &receipt, &err));
    CHECK(holds(ljk_receipt_json(receipt), "{\"part\":0,\"field\":\"name\",\"what\":\"made_up\"}"));
    CHECK(holds(ljk_receipt_json(receipt), "{\"field\":\"actor.last_name\",\"what\":\"missing\"}"));
    ljk_receipt_free(receipt);
    GIVES(LJK_E_ARGUMENT,
          ljk_hub_say_parts_in(hub, LJK_S("chat"), LJK_S("{\"id\":\"v-9\"}"),
                               LJK_S("[{\"type\":\"file\",\"url\":\"https://f.example/a.pdf\","
                                     "\"media\":\"file\"}]"),
                               NULL, &receipt, &err));
    CHECK(receipt == NULL);
    options.conversation = LJK_S("a\nb");
    GIVES(LJK_E_ARGUMENT, ljk_hub_say_in(hub, LJK_S("chat"), LJK_S("{\"id\":\"v-9\"}"), LJK_S("hi"),
                                         &options, NULL, &err));
    options.struct_size = 1;
    GIVES(LJK_E_ARGUMENT, ljk_hub_say_in(hub, LJK_S("chat"), LJK_S("{\"id\":\"v-9\"}"), LJK_S("hi"),
                                         &options, NULL, &err));
    GIVES(LJK_OK, ljk_hub_export(hub, LJK_S("chat"), LJK_S("v-9"), &report, &err));
    CHECK(holds(ljk_text_str(report), "{\"conversation\":\"chat:live:4211\",\"account\":\"chat\""));
    CHECK(holds(ljk_text_str(report), "{\"conversation\":\"chat:live:4212\",\"account\":\"chat\""));
    ljk_text_free(report);
    GIVES(LJK_OK, ljk_hub_erase(hub, LJK_S("chat"), LJK_S("v-9"), 0, 5000, &report, &err));
    CHECK(holds(ljk_text_str(report), "chat:live:4211"));
    CHECK(holds(ljk_text_str(report), "chat:live:4212"));
    ljk_text_free(report);
}

/* What a bot's script at the platform gets of a user's message, and what a script's text stands for. */
static void a_script_gets_tokens_and_variables(void) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = NULL;
    ljk_text* view = NULL;
    request.body = LJK_S(
        "{\"event\":\"new_message\",\"chat_id\":4211,\"visitor\":{\"id\":\"v-9\"},\"message\":"
        "{\"id\":\"m-1\",\"kind\":\"file_visitor\",\"data\":{\"id\":\"f-1\",\"state\":\"ready\","
        "\"name\":\"a.png\",\"content_type\":\"image/png\",\"size\":5,"
        "\"url\":\"https://f.example/a.png\"}}}");
    GIVES(LJK_OK, ljk_parse(LJK_S("omnichannel"), LJK_S("chat"), &request, &batch, &err));
    GIVES(LJK_OK, ljk_batch_script(batch, 0, &view, &err));
    CHECK(holds(ljk_text_str(view), "\"text\":\"file:image|f-1|https://f.example/a.png\""));
    CHECK(holds(ljk_text_str(view), "\"channel_visitor_id\":\"v-9\""));
    CHECK(holds(ljk_text_str(view), "\"channel_chat_id\":\"4211|omnichannel\""));
    ljk_text_free(view);
    GIVES(LJK_E_ARGUMENT, ljk_batch_script(batch, 1, &view, &err));
    ljk_batch_free(batch);
    GIVES(LJK_OK, ljk_script_part(LJK_S("omnichannel"),
                                  LJK_S("file:image|f-1|https://f.example/a|b"), &view, &err));
    CHECK(holds(ljk_text_str(view), "\"url\":\"https://f.example/a|b\""));
    CHECK(holds(ljk_text_str(view), "\"vendor_id\":\"f-1\""));
    ljk_text_free(view);
    GIVES(LJK_OK, ljk_script_part(LJK_S("omnichannel"), LJK_S("hello"), &view, &err));
    CHECK(is(ljk_text_str(view), "{\"type\":\"text\",\"text\":\"hello\"}"));
    ljk_text_free(view);
    GIVES(LJK_E_CONFIG, ljk_script_part(LJK_S("none"), LJK_S("hello"), &view, &err));
}

static void the_bot_answers(ljk_hub* hub) {
    ljk_sink_delivery* delivery;
    CHECK(post(hub, "/send_message", "Token wrong",
               "{\"chat_id\":\"c-1\",\"message\":{\"kind\":\"operator\",\"text\":\"hello\"}}") ==
          401);
    CHECK(post(hub, "/send_message", "Token ct-made-up",
               "{\"chat_id\":\"c-1\",\"message\":{\"kind\":\"operator\",\"text\":\"hello\"}}") ==
          200);
    delivery = shown(hub, "\"text\":\"hello\"");
    GIVES(LJK_OK, ljk_sink_delivery_may_leave(delivery, &err));
    GIVES(LJK_E_ARGUMENT, ljk_sink_delivery_done(delivery, 0, LJK_S(""), &err));
    end(delivery, LJK_RETRY);
    delivery = shown(hub, "\"attempt\":2");
    end(delivery, LJK_DONE);
}

static void a_human_answers(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_sink_delivery* delivery;
    CHECK(post(hub, "/transfer", "Token tt-made-up",
               "{\"chat_id\":\"c-1\",\"reason\":\"wants a human\"}") == 200);
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_reply(hub, text(kRef), LJK_S("Dana here"), &options, NULL, &err));
    delivery = shown(hub, "\"text\":\"Dana here\"");
    end(delivery, LJK_DONE);
    GIVES(LJK_OK, ljk_hub_say_parts(hub, LJK_S("chat"), LJK_S("{\"id\":\"c-1\"}"),
                                    LJK_S("[{\"type\":\"text\",\"text\":\"thanks\"}]"), LJK_S(""),
                                    &receipt, &err));
    CHECK(is(ljk_receipt_owner(receipt), "agent") &&
          ljk_receipt_delivery(receipt).len == 0); /* to the desk */
    ljk_receipt_free(receipt);
}

/* What an agent said must not be shown once another has the conversation. */
static void a_stale_message_is_not_shown(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_sink_delivery* delivery;
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_reply(hub, text(kRef), LJK_S("stale"), &options, NULL, &err));
    delivery = shown(hub, "\"text\":\"stale\"");
    GIVES(LJK_OK, ljk_sink_delivery_may_leave(delivery, &err));
    options.agent = LJK_S("lee");
    options.force = 1;
    GIVES(LJK_OK, ljk_hub_take(hub, text(kRef), &options, NULL, &err));
    GIVES(LJK_E_STALE_OWNER, ljk_sink_delivery_may_leave(delivery, &err));
    ljk_sink_delivery_free(delivery);
}

/* A request whose body only the host understands: what it translates goes to the bot in the answer itself. */
static void the_host_translates(void) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_request request = LJK_REQUEST_INIT;
    ljk_hub* hub = NULL;
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    ljk_text* conversation = NULL;
    GIVES(LJK_OK, ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"account\":{\"app\":{\"platform\":"
                                     "\"chatlayer_app\",\"relay_token\":\"rt-made-up\"}}}"),
                               LJK_RUN_NOTHING, &hub, &err));
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{\"who\":\"u-1\",\"says\":\"hello\"}}}");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("app"), &request, &reception, &err));
    CHECK(ljk_reception_question(reception) == NULL);
    CHECK(holds(ljk_reception_untranslated(reception), "\"says\":\"hello\""));
    GIVES(LJK_E_PAYLOAD,
          ljk_reception_translate(reception, LJK_S("{\"v\":1,\"kind\":\"dance\"}"), &err));
    GIVES(
        LJK_OK,
        ljk_reception_translate(
            reception,
            LJK_S("[{\"v\":1,\"kind\":\"message\",\"platform\":\"chatlayer_app\",\"conversation\":{"
                  "\"mode\":\"live\",\"id\":\"u-1\"},\"actor\":{\"role\":\"user\",\"id\":\"u-1\"},"
                  "\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}]"),
            &err));
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    CHECK(ljk_answer_status(answer) == 200 && holds(ljk_answer_body(answer), "\"text\":\"hello\""));
    ljk_answer_free(answer);
    GIVES(LJK_OK, ljk_hub_conversation(hub, LJK_S("app:live:u-1"), &conversation, &err));
    ljk_text_free(conversation);
    ljk_hub_free(hub);
    ljk_reception_free(reception); /* in any order */
}

/* A request for a human in what the host translates: decided like any other, and the answer mutes the bot. */
static void the_host_translates_a_request(void) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_request request = LJK_REQUEST_INIT;
    ljk_hub* hub = NULL;
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"account\":{\"app\":{\"platform\":"
                                     "\"chatlayer_app\",\"relay_token\":\"rt-made-up\"}}}"),
                               LJK_RUN_NOTHING, &hub, &err));
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{}}}");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("app"), &request, &reception, &err));
    CHECK(ljk_reception_question(reception) == NULL);
    GIVES(LJK_OK, ljk_reception_translate(reception,
                                          LJK_S("[{\"v\":1,\"kind\":\"handover_requested\","
                                                "\"actor\":{\"role\":\"user\",\"id\":\"u-1\"}}]"),
                                          &err));
    CHECK(is(ljk_question_ref(ljk_reception_question(reception)), "app:live:u-1"));
    CHECK(ljk_question_deadline_ms(ljk_reception_question(reception)) > 0);
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_ACCEPT_MUTED, LJK_S(""), &answer, &err));
    CHECK(holds(ljk_answer_body(answer), "\"handover\":{\"to\":\"agent\"}"));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
    GIVES(LJK_E_ARGUMENT, ljk_hub_subscribe(hub, LJK_S("s"), LJK_S("{\"to\":\"both\"}"), &err));
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("s"),
                                    LJK_S("{\"to\":\"desk\",\"include_bot\":true}"), &err));
    ljk_hub_free(hub);
}

int main(void) {
    ljk_hub* hub = NULL;
    GIVES(
        LJK_OK,
        ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"retry_base_ms\":1,\"retry_cap_ms\":1,"
                           "\"account\":{\"chat\":{"
                           "\"platform\":\"omnichannel\",\"webhook_token\":\"wt-made-up\","
                           "\"channel_token\":\"ct-made-up\",\"transfer_token\":\"tt-made-up\"}}}"),
                     LJK_RUN_NOTHING, &hub, &err));
    the_user_speaks(hub);
    the_bot_answers(hub);
    a_human_answers(hub);
    a_stale_message_is_not_shown(hub);
    a_user_has_two_conversations(hub);
    ljk_hub_free(hub);
    a_script_gets_tokens_and_variables();
    the_host_translates();
    the_host_translates_a_request();
    return 0;
}
