/* A translation that fails leaves the reception as it was: what was asked before can still be read, and answered. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#define REQUEST(user)                                                        \
    LJK_S("[{\"v\":1,\"kind\":\"handover_requested\",\"actor\":{\"role\":\"" \
          "user\",\"id\":\"" user "\"}}]")

static ljk_error err;

static ljk_hub* open_hub(void) {
    ljk_hub* hub = NULL;
    GIVES(LJK_OK, ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"account\":{\"app\":{\"platform\":"
                                     "\"chatlayer_app\",\"relay_token\":\"rt-made-up\"}}}"),
                               LJK_RUN_NOTHING, &hub, &err));
    return hub;
}

/* A request of a user whose id is too long. */
static ljk_str too_long(void) {
    static char json[512];
    char id[301];
    memset(id, 'x', 300);
    id[300] = 0;
    CHECK(snprintf(json, sizeof json,
                   "[{\"v\":1,\"kind\":\"handover_requested\",\"actor\":{\"role\":\"user\",\"id\":"
                   "\"%s\"}}]",
                   id) < (int)sizeof json);
    return text(json);
}

static ljk_reception* begin(ljk_hub* hub) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_request request = LJK_REQUEST_INIT;
    ljk_reception* reception = NULL;
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{}}}");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("app"), &request, &reception, &err));
    return reception;
}

static void asks_about(const ljk_reception* reception, const char* user, const char* ref) {
    const ljk_question* question = ljk_reception_question(reception);
    CHECK(question != NULL);
    CHECK(is(ljk_question_ref(question), ref));
    CHECK(holds(ljk_question_json(question), user));
    CHECK(ljk_question_deadline_ms(question) > 0);
}

static void answered_after_all(ljk_hub* hub) {
    ljk_reception* reception = begin(hub);
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_reception_translate(reception, REQUEST("u-1"), &err));
    asks_about(reception, "u-1", "app:live:u-1");
    GIVES(LJK_E_JSON, ljk_reception_translate(reception, LJK_S("[{"), &err));
    asks_about(reception, "u-1", "app:live:u-1");
    GIVES(LJK_E_TOO_LARGE, ljk_reception_translate(reception, too_long(), &err));
    asks_about(reception, "u-1", "app:live:u-1");
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_ACCEPT_MUTED, LJK_S(""), &answer, &err));
    CHECK(holds(ljk_answer_body(answer), "\"handover\":{\"to\":\"agent\"}"));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
}

/* The control: one that succeeds asks its own question. */
static void translated_again(ljk_hub* hub) {
    ljk_reception* reception = begin(hub);
    GIVES(LJK_OK, ljk_reception_translate(reception, REQUEST("u-3"), &err));
    GIVES(LJK_OK, ljk_reception_translate(reception, REQUEST("u-4"), &err));
    asks_about(reception, "u-4", "app:live:u-4");
    GIVES(LJK_OK, ljk_reception_translate(reception, LJK_S("[]"), &err));
    CHECK(ljk_reception_question(reception) == NULL);
    ljk_reception_free(reception);
}

/* Two users ask for a human: each is asked about, and the second decision does not follow the first. */
static void two_users(ljk_hub* hub) {
    ljk_reception* reception = begin(hub);
    ljk_answer* answer = NULL;
    GIVES(LJK_OK,
          ljk_reception_translate(
              reception,
              LJK_S("[{\"v\":1,\"kind\":\"handover_requested\",\"actor\":{\"role\":\"user\","
                    "\"id\":\"u-5\"}},{\"v\":1,\"kind\":\"handover_requested\",\"actor\":{"
                    "\"role\":\"user\",\"id\":\"u-6\"}}]"),
              &err));
    asks_about(reception, "u-5", "app:live:u-5");
    GIVES(LJK_E_ARGUMENT, ljk_reception_decide(reception, 7, LJK_S(""), &err));
    GIVES(LJK_OK, ljk_reception_decide(reception, LJK_DECLINE, LJK_S("closed"), &err));
    asks_about(reception, "u-6", "app:live:u-6");
    GIVES(LJK_OK, ljk_reception_decide(reception, LJK_ACCEPT_MUTED, LJK_S(""), &err));
    CHECK(ljk_reception_question(reception) == NULL);
    GIVES(LJK_E_ARGUMENT, ljk_reception_decide(reception, LJK_DECLINE, LJK_S(""), &err));
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    CHECK(holds(ljk_answer_body(answer), "u-6"));
    CHECK(!holds(ljk_answer_body(answer), "u-5"));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
}

int main(void) {
    ljk_hub* hub = open_hub();
    answered_after_all(hub);
    translated_again(hub);
    two_users(hub);
    ljk_hub_free(hub);
    return 0;
}
