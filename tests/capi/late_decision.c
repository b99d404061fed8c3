/* A late decision is no decision: the platform's default holds, in one step and in two, and the log says so. */
#include "check.h"

#include <time.h>

static ljk_error err;
static int late_lines;

static const char kConfig[] =
    "{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":\"chatlayer_offloading\","
    "\"verify_token\":\"vt-made-up\",\"api_token\":\"at-made-up\",\"pause_action\":{\"pause\":true}"
    ","
    "\"resume_action\":{\"resume\":true},\"t_answer\":1},\"c\":{\"platform\":\"certainly\","
    "\"webhook_token\":\"wt-made-up\",\"deployment_id\":\"dep-1\",\"t_answer\":1}}}";

static void use_up(int64_t deadline_ms) {
    struct timespec begun, now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &begun) == 0);
    do {
        CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    } while ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 <=
             deadline_ms + 1);
}

/* Decides the contrary of the account's default, too late. */
static int32_t decide(void* user, const ljk_question* question) {
    (void)user;
    use_up(ljk_question_deadline_ms(question));
    return is(ljk_question_ref(question), "shop:live:s-1") ? LJK_ACCEPT_MUTED : LJK_DECLINE;
}

static void log_line(void* user, ljk_str level, ljk_str line) {
    (void)user;
    (void)level;
    if (holds(line, "late")) ++late_lines;
}

static ljk_request request_of(const char* path, const char* query, const char* body) {
    ljk_request request = LJK_REQUEST_INIT;
    request.method = LJK_S("POST");
    request.path = text(path);
    request.query = text(query);
    request.body = text(body);
    return request;
}

static void state_is(ljk_hub* hub, const char* ref, const char* state) {
    ljk_text* conversation = NULL;
    char found[32];
    GIVES(LJK_OK, ljk_hub_conversation(hub, text(ref), &conversation, &err));
    CHECK(is(member(ljk_text_str(conversation), "state", found, sizeof found), state));
    ljk_text_free(conversation);
}

static void in_one_step(ljk_hub* hub, const char* account, const ljk_request* request,
                        const char* body) {
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_hub_receive(hub, text(account), request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    CHECK(is(ljk_answer_body(answer), body));
    ljk_answer_free(answer);
}

static void in_two_steps(ljk_hub* hub, const char* account, const ljk_request* request,
                         int32_t decision, const char* body) {
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_hub_begin(hub, text(account), request, &reception, &err));
    CHECK(ljk_reception_question(reception) != NULL);
    use_up(ljk_question_deadline_ms(ljk_reception_question(reception)));
    GIVES(LJK_OK, ljk_reception_finish(reception, decision, LJK_S(""), &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    CHECK(is(ljk_answer_body(answer), body));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
}

int main(void) {
    static const char declined[] = "{\"offloadSuccess\":false,\"pauseBot\":false}";
    static const char query[] = "challenge.verifyToken=vt-made-up";
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    ljk_request request;
    options.decide = decide;
    options.log = log_line;
    GIVES(LJK_OK, ljk_hub_open_with(text(kConfig), LJK_RUN_NOTHING, &options, &hub, &err));
    request = request_of("/", query,
                         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\","
                         "\"sessionId\":\"s-1\",\"timestamp\":\"2026-01-05T10:00:01.000Z\","
                         "\"payload\":{},\"transcript\":[]}");
    in_one_step(hub, "shop", &request, declined);
    state_is(hub, "shop:live:s-1", "bot");
    CHECK(late_lines == 1);
    request = request_of("/", query,
                         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\","
                         "\"sessionId\":\"s-1\",\"timestamp\":\"2026-01-05T10:00:02.000Z\","
                         "\"payload\":{},\"transcript\":[]}");
    in_two_steps(hub, "shop", &request, LJK_ACCEPT_MUTED, declined);
    state_is(hub, "shop:live:s-1", "bot");
    CHECK(late_lines == 2);

    request = request_of("/claim", "token=wt-made-up",
                         "{\"reply\":\"help\",\"from\":\"u-1\",\"botId\":\"bot-1\"}");
    in_one_step(hub, "c", &request, "{}");
    state_is(hub, "c:live:u-1", "requested");
    CHECK(late_lines == 3);
    request = request_of("/claim", "token=wt-made-up",
                         "{\"reply\":\"help\",\"from\":\"u-2\",\"botId\":\"bot-1\"}");
    in_two_steps(hub, "c", &request, LJK_DECLINE, "{}");
    state_is(hub, "c:live:u-2", "requested");
    CHECK(late_lines == 4);
    ljk_hub_free(hub);
    return 0;
}
