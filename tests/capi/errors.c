/* What goes wrong, and what the library says then: bad arguments, wrong senders, broken bodies, closed hubs, waits. */
#include "check.h"

#include <pthread.h>
#include <time.h>

static const char kConfig[] =
    "{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":\"chatlayer_offloading\","
    "\"verify_token\":\"vt-made-up\"}}}";
static const char kOffload[] =
    "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
    "\"timestamp\":\"2026-01-05T10:00:04.000Z\",\"payload\":{},\"transcript\":[]}";

static ljk_error err;

static ljk_hub* open_hub(void) {
    ljk_hub* hub = NULL;
    GIVES(LJK_OK, ljk_hub_open(text(kConfig), LJK_RUN_NOTHING, &hub, &err));
    CHECK(err.message[0] == '\0');
    return hub;
}

static ljk_request request_of(const char* body) {
    ljk_request request = LJK_REQUEST_INIT;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body = text(body);
    return request;
}

static void statuses_have_names(void) {
    CHECK(is(ljk_status_name(LJK_OK), "ok"));
    CHECK(is(ljk_status_name(LJK_E_STALE_OWNER), "stale_owner"));
    CHECK(is(ljk_status_name(LJK_E_INTERNAL), "internal"));
    CHECK(ljk_status_name(50).len == 0 && ljk_status_name(-1).len == 0);
    CHECK(ljk_status_is_retryable(LJK_E_TIMEOUT) == 1);
    CHECK(ljk_status_is_retryable(LJK_E_AUTH) == 0 && ljk_status_is_retryable(1000) == 0);
    CHECK(is(ljk_kind_name(LJK_KIND_HANDOVER_REQUESTED), "handover_requested"));
    CHECK(is(ljk_kind_name(77), "unknown") && is(ljk_role_name(LJK_ROLE_AGENT), "agent"));
    CHECK(is(ljk_part_type_name(LJK_PART_CARDS), "cards") && is(ljk_part_type_name(-5), "unknown"));
    CHECK(ljk_version().len >= 5);
}

static void nothing_happens_to_null(void) {
    ljk_text_free(NULL);
    ljk_answer_free(NULL);
    ljk_batch_free(NULL);
    ljk_item_free(NULL);
    ljk_receipt_free(NULL);
    ljk_reception_free(NULL);
    ljk_sink_delivery_free(NULL);
    ljk_hub_free(NULL);
    CHECK(ljk_text_str(NULL).len == 0 && ljk_answer_status(NULL) == 0 &&
          ljk_answer_body(NULL).len == 0);
    CHECK(ljk_answer_header_count(NULL) == 0 && ljk_answer_header(NULL, 0).name.len == 0);
    CHECK(ljk_batch_count(NULL) == 0 && ljk_batch_lines(NULL).len == 0 &&
          ljk_batch_platform(NULL).len == 0);
    CHECK(ljk_event_json(NULL, 0).len == 0 && ljk_event_kind(NULL, 0) == 0 &&
          ljk_event_part_count(NULL, 0) == 0);
    CHECK(ljk_item_json(NULL).len == 0 && ljk_receipt_json(NULL).len == 0 &&
          ljk_receipt_epoch(NULL) == 0);
    CHECK(ljk_receipt_owner(NULL).len == 0 && ljk_receipt_agent(NULL).len == 0);
    CHECK(ljk_question_ref(NULL).len == 0 && ljk_reception_question(NULL) == NULL);
    CHECK(ljk_reception_untranslated(NULL).len == 0 && ljk_sink_delivery_json(NULL).len == 0);
}

static void configurations_are_checked(void) {
    ljk_hub* hub = (ljk_hub*)&err;
    GIVES(LJK_E_JSON, ljk_hub_open(LJK_S("{\"store\":"), 0, &hub, &err));
    CHECK(hub == NULL);
    GIVES(LJK_E_CONFIG,
          ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"acount\":{}}"), 0, &hub, &err));
    CHECK(holds(text(err.message), "account"));
    GIVES(LJK_E_CONFIG, ljk_hub_open(LJK_S("{\"account\":{}}"), 0, &hub, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_open(text(kConfig), 8, &hub, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_open(text(kConfig), 0, NULL, &err));
    CHECK(ljk_hub_open(LJK_S("[]"), 0, &hub, NULL) == LJK_E_CONFIG);
}

/* A message longer than its room is cut, between characters. */
static void long_messages_are_cut(void) {
    char config[1024];
    ljk_hub* hub = NULL;
    size_t i, at = 1;
    strcpy(config, "{\"x");
    at = strlen(config);
    for (i = 0; i < 200; ++i) {
        config[at++] = '\xC3';
        config[at++] = '\xA9';
    }
    strcpy(config + at, "\":1}");
    GIVES(LJK_E_CONFIG, ljk_hub_open(text(config), 0, &hub, &err));
    at = strlen(err.message);
    CHECK(at == sizeof err.message - 1 || at == sizeof err.message - 2);
    CHECK(err.message[at - 1] == '\xA9');
}

/* A message is printed and logged: what a configuration holds must not command a terminal. */
static void messages_command_no_terminal(void) {
    ljk_hub* hub = NULL;
    const char* at;
    GIVES(LJK_E_CONFIG,
          ljk_hub_open(LJK_S("{\"a\\u001b[2J\\u0007\\u009bb\\u007f\\n\":1}"), 0, &hub, &err));
    CHECK(holds(text(err.message), "a [2J"));
    for (at = err.message; *at != '\0'; ++at)
        CHECK((unsigned char)*at >= 0x20 && *at != '\x7F' && *at != '\x9B');
}

static void structures_are_checked(ljk_hub* hub) {
    struct {
        ljk_command_options known;
        uint64_t later;
    } newer;
    ljk_request request = request_of("{}");
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_answer* answer = (ljk_answer*)&err;
    ljk_hub* other = NULL;
    GIVES(LJK_E_ARGUMENT, ljk_hub_receive(NULL, LJK_S("shop"), &request, &answer, &err));
    CHECK(answer == NULL);
    GIVES(LJK_E_ARGUMENT, ljk_hub_receive(hub, LJK_S("shop"), NULL, &answer, &err));
    request.header_count = 1;
    GIVES(LJK_E_ARGUMENT, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    request.headers = (const ljk_header*)&request;
    request.header_count = SIZE_MAX;
    GIVES(LJK_E_ARGUMENT, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    request = request_of("{}");
    request.struct_size = 0;
    GIVES(LJK_E_ARGUMENT, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    options.struct_size = 3;
    GIVES(LJK_E_ARGUMENT, ljk_hub_open_with(text(kConfig), 0, &options, &other, &err));
    memset(&newer, 0, sizeof newer);
    newer.known.struct_size = sizeof newer;
    newer.known.agent = LJK_S("dana");
    GIVES(LJK_E_NOT_FOUND, ljk_hub_take(hub, LJK_S("shop:live:none"), &newer.known, NULL, &err));
    newer.later = 1;
    GIVES(LJK_E_ARGUMENT, ljk_hub_take(hub, LJK_S("shop:live:none"), &newer.known, NULL, &err));
}

static int32_t status_of(ljk_hub* hub, const char* account, const ljk_request* request) {
    ljk_answer* answer = NULL;
    int32_t status;
    GIVES(LJK_OK, ljk_hub_receive(hub, text(account), request, &answer, &err));
    status = ljk_answer_status(answer);
    if (status >= 400) CHECK(holds(ljk_answer_header(answer, 0).value, "application/problem+json"));
    CHECK(ljk_answer_header(answer, ljk_answer_header_count(answer)).name.len == 0);
    ljk_answer_free(answer);
    return status;
}

static void wrong_requests_are_answered(ljk_hub* hub) {
    ljk_request request = request_of(kOffload);
    CHECK(status_of(hub, "nobody", &request) == 404);
    request.query = LJK_S("challenge.verifyToken=wrong");
    CHECK(status_of(hub, "shop", &request) == 401);
    request.query = LJK_S("");
    CHECK(status_of(hub, "shop", &request) == 401);
    request = request_of("{\"event\":");
    CHECK(status_of(hub, "shop", &request) == 400);
    request = request_of("{\"event\":\"\xFF\"}");
    CHECK(status_of(hub, "shop", &request) == 400);
    request = request_of(kOffload);
    request.path = LJK_S("/elsewhere");
    CHECK(status_of(hub, "shop", &request) == 404);
    request = request_of(kOffload);
    request.method = LJK_S("PUT");
    CHECK(status_of(hub, "shop", &request) == 405);
    request = request_of(kOffload);
    CHECK(status_of(hub, "shop", &request) == 200); /* the control: only the faults were refused */
}

static void senders_are_verified(void) {
    static const char kAccount[] =
        "{\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\"}";
    ljk_request request = request_of("not looked at");
    int32_t trust = 99;
    GIVES(LJK_OK, ljk_verify(text(kAccount), &request, &trust, &err));
    CHECK(trust == LJK_TRUST_FULL);
    request.query = LJK_S("challenge.verifyToken=vt-made-u");
    GIVES(LJK_E_AUTH, ljk_verify(text(kAccount), &request, &trust, &err));
    CHECK(trust == LJK_TRUST_NONE && !holds(text(err.message), "made-u"));
    GIVES(LJK_E_CONFIG,
          ljk_verify(LJK_S("{\"platform\":\"chatlayer_offloading\"}"), &request, NULL, &err));
    request.path = LJK_S("/elsewhere");
    GIVES(LJK_E_NOT_FOUND, ljk_verify(text(kAccount), &request, &trust, &err));
}

/* begin, question, finish: without a decision the safe default, which is no promise. */
static void decisions_may_come_later(ljk_hub* hub) {
    ljk_request request = request_of(
        "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-2\","
        "\"timestamp\":\"2026-01-05T10:00:04.000Z\",\"payload\":{},\"transcript\":[]}");
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    ljk_text* none = (ljk_text*)&err;
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("shop"), &request, &reception, &err));
    ljk_reception_free(reception); /* never finished: never received */
    GIVES(LJK_E_NOT_FOUND, ljk_hub_conversation(hub, LJK_S("shop:live:s-2"), &none, &err));
    CHECK(none == NULL);
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("shop"), &request, &reception, &err));
    CHECK(is(ljk_question_ref(ljk_reception_question(reception)), "shop:live:s-2"));
    CHECK(ljk_reception_untranslated(reception).len == 0);
    GIVES(LJK_E_ARGUMENT, ljk_reception_translate(reception, LJK_S("[]"), &err));
    GIVES(LJK_E_ARGUMENT, ljk_reception_finish(reception, 17, LJK_S(""), &answer, &err));
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    CHECK(is(ljk_answer_body(answer), "{\"offloadSuccess\":false,\"pauseBot\":false}"));
    ljk_answer_free(answer);
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_ACCEPT, LJK_S(""), &answer, &err));
    CHECK(is(ljk_answer_body(answer), "{\"offloadSuccess\":false,\"pauseBot\":false}"));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
}

static void commands_are_checked(ljk_hub* hub) {
    const ljk_str ref = LJK_S("shop:live:s-1");
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = (ljk_receipt*)&err;
    ljk_text* out = NULL;
    options.agent = LJK_S("dana");
    GIVES(LJK_E_ARGUMENT, ljk_hub_reply(hub, ref, LJK_S(""), &options, &receipt, &err));
    CHECK(receipt == NULL);
    GIVES(LJK_E_ARGUMENT, ljk_hub_reply(hub, ref, LJK_S("\xC0\xAF"), &options, &receipt, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_reply(hub, ref, LJK_S("\xED\xA0\x80"), &options, &receipt, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_take(hub, LJK_S("no ref"), &options, &receipt, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_take(hub, LJK_S("shop:live:unknown"), &options, &receipt, &err));
    CHECK(ljk_hub_take(hub, LJK_S("shop:live:unknown"), &options, NULL, NULL) == LJK_E_NOT_FOUND);
    CHECK(ljk_hub_close_conversation(hub, LJK_S("shop:live:unknown"), NULL, NULL, NULL) ==
          LJK_E_NOT_FOUND);
    options.agent = LJK_S("\xFF");
    GIVES(LJK_E_ARGUMENT, ljk_hub_take(hub, ref, &options, &receipt, &err));
    GIVES(LJK_E_UNSUPPORTED, ljk_hub_say(hub, LJK_S("shop"), LJK_S("{\"id\":\"u\"}"), LJK_S("hi"),
                                         LJK_S(""), NULL, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_explain(hub, ref, LJK_S("fly"), LJK_S("dana"), &out, &err));
    CHECK(out == NULL);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_delivery(hub, LJK_S("none"), &out, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_wait(hub, LJK_S("none"), 1000, &out, &err));
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void waits_end(ljk_hub* hub) {
    const double begun = seconds();
    ljk_item* item = (ljk_item*)&err;
    ljk_sink_delivery* sink = (ljk_sink_delivery*)&err;
    GIVES(LJK_E_CONFIG,
          ljk_hub_subscribe(hub, LJK_S("none"), LJK_S("{\"accounts\":[\"other\"]}"), &err));
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("none"), LJK_S("{\"kinds\":[\"session\"]}"), &err));
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("none"), 60, &item, &err));
    CHECK(item == NULL && seconds() - begun >= 0.06);
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("none"), 0, &item, &err));
    GIVES(LJK_E_CONFIG, ljk_hub_next_sink(hub, LJK_S("shop"), 60000, &sink, &err));
    CHECK(sink == NULL);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_next_sink(hub, LJK_S("nobody"), 0, &sink, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_next(hub, LJK_S(""), 0, &item, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_subscribe(hub, LJK_S("bad"), LJK_S("{\"too\":1}"), &err));
    GIVES(LJK_E_JSON, ljk_hub_subscribe(hub, LJK_S("bad"), LJK_S("{"), &err));
}

static void* wait_for_ever(void* argument) {
    static ljk_error error;
    ljk_item* item = NULL;
    CHECK(ljk_hub_next(argument, LJK_S("none"), 600000, &item, &error) == LJK_E_CLOSED);
    CHECK(item == NULL && error.status == LJK_E_CLOSED);
    return NULL;
}

static void closing_wakes_and_refuses(ljk_hub* hub) {
    pthread_t waiter;
    ljk_request request = request_of(kOffload);
    ljk_item* item = NULL;
    ljk_item* none = NULL;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("late"), 1000, &item, &err));
    GIVES(LJK_E_ARGUMENT, ljk_item_done(item, 0, &err));
    CHECK(pthread_create(&waiter, NULL, wait_for_ever, hub) == 0);
    GIVES(LJK_OK, ljk_hub_close(hub, &err));
    GIVES(LJK_OK, ljk_hub_close(hub, &err));
    CHECK(pthread_join(waiter, NULL) == 0);
    GIVES(LJK_E_CLOSED, ljk_hub_next(hub, LJK_S("late"), 1000, &none, &err));
    GIVES(LJK_E_CLOSED, ljk_hub_take(hub, LJK_S("shop:live:s-1"), NULL, NULL, &err));
    request.body =
        LJK_S("{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:09.000Z\",\"messages\":[]}");
    CHECK(status_of(hub, "shop", &request) == 503);
    ljk_hub_free(hub);
    CHECK(holds(ljk_item_json(item), "\"ref\"")); /* an item may outlive its hub */
    CHECK(ljk_item_done(item, LJK_DONE, &err) == err.status);
    ljk_item_free(item);
}

int main(void) {
    ljk_hub* hub;
    statuses_have_names();
    nothing_happens_to_null();
    configurations_are_checked();
    long_messages_are_cut();
    messages_command_no_terminal();
    senders_are_verified();
    hub = open_hub();
    structures_are_checked(hub);
    wrong_requests_are_answered(hub);
    decisions_may_come_later(hub);
    commands_are_checked(hub);
    waits_end(hub);
    closing_wakes_and_refuses(hub);
    return 0;
}
