/* The head of a request, asked before its body is read: what each path of each platform answers, how bytes are counted, and
 * that nothing which the head says is believed afterwards. */
#include "check.h"

static ljk_error err;

#define ACCOUNTS                                                                                   \
    "\"account\":{\"shop\":{\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\"" \
    "},\"open\":{\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\","           \
    "\"offload_token\":\"optional\"},\"claims\":{\"platform\":\"certainly\",\"webhook_token\":"    \
    "\"wt-made-up\",\"deployment_id\":\"dep-1\"},\"line\":{\"platform\":\"omnichannel\","          \
    "\"webhook_token\":\"wt-made-up\",\"channel_token\":\"ct-made-up\",\"transfer_token\":"        \
    "\"tt-made-up\"},\"peer\":{\"platform\":\"omnichannel\",\"side\":\"peer\",\"webhook_token\":"  \
    "\"wt-made-up\",\"channel_token\":\"ct-made-up\",\"channel_url\":\"https://peer.example\"},"   \
    "\"app\":{\"platform\":\"chatlayer_app\",\"relay_token\":\"rt-made-up\",\"target_hosts\":["    \
    "\"hook.example\"]}}}"

static ljk_hub* open_hub(const char* keys) {
    char config[2048];
    ljk_hub* hub = NULL;
    CHECK(snprintf(config, sizeof config, "{\"store\":\"memory:\",%s%s", keys, ACCOUNTS) <
          (int)sizeof config);
    GIVES(LJK_OK, ljk_hub_open(text(config), LJK_RUN_NOTHING, &hub, &err));
    return hub;
}

/* Where a vendor calls, with a good token and with a wrong one. */
typedef struct {
    const char *account, *path, *query, *authorization;
    const char *wrong_path, *wrong_query, *wrong_authorization;
    int32_t refused; /* with a wrong token */
    size_t limit;
} place;

static const place kPlaces[] = {
    {"shop", "/", "challenge.verifyToken=vt-made-up", "", "/", "challenge.verifyToken=not-this", "",
     401, 8u << 20},
    {"claims", "/messages", "token=wt-made-up", "", "/messages", "token=not-this", "", 401,
     1u << 20},
    {"claims", "/claim", "", "Bearer wt-made-up", "/claim", "", "Bearer not-this", 401, 1u << 20},
    {"line", "/send_message", "", "Token ct-made-up", "/send_message", "", "Token not-this", 401,
     1u << 20},
    {"line", "/transfer", "", "Bearer tt-made-up", "/transfer", "", "Bearer not-this", 401,
     1u << 20},
    {"peer", "/wt-made-up/bot_api_webhook", "", "", "/not-this/bot_api_webhook", "", "", 400,
     1u << 20},
    {"app", "/receive", "", "Bearer rt-made-up", "/receive", "", "Bearer not-this", 401, 1u << 20}};

typedef struct {
    const char *method, *path, *query, *authorization, *length, *type;
} given_head;

static ljk_head* check(ljk_hub* hub, const char* account, given_head given) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_header headers[3];
    ljk_head* head = NULL;
    size_t count = 0;
    const char* const names[] = {"Authorization", "Content-Length", "Content-Type"};
    const char* const values[] = {given.authorization, given.length, given.type};
    size_t i;
    for (i = 0; i < 3; ++i) {
        if (values[i] == NULL || values[i][0] == '\0') continue;
        headers[count].name = text(names[i]);
        headers[count++].value = text(values[i]);
    }
    request.method = text(given.method == NULL ? "POST" : given.method);
    request.path = text(given.path);
    request.query = text(given.query);
    request.headers = headers;
    request.header_count = count;
    GIVES(LJK_OK, ljk_hub_check_head(hub, text(account), &request, &head, &err));
    return head;
}

static given_head head_of(const place* at) {
    given_head given = {NULL, NULL, NULL, NULL, NULL, NULL};
    given.path = at->path;
    given.query = at->query;
    given.authorization = at->authorization;
    return given;
}

/* Frees the head after it was refused so. */
static void refused(ljk_head* head, int32_t status) {
    const ljk_answer* answer = ljk_head_answer(head);
    if (answer == NULL || ljk_answer_status(answer) != status)
        fprintf(stderr, "expected %d, found %d\n", (int)status, (int)ljk_answer_status(answer));
    CHECK(answer != NULL && ljk_answer_status(answer) == status);
    ljk_head_free(head);
}

static int has_retry_after(const ljk_answer* answer) {
    size_t i;
    for (i = 0; i < ljk_answer_header_count(answer); ++i)
        if (is(ljk_answer_header(answer, i).name, "retry-after")) return 1;
    return 0;
}

static size_t bytes_in_memory(ljk_hub* hub) {
    ljk_text* stats = NULL;
    const char* found;
    char copy[1024];
    GIVES(LJK_OK, ljk_hub_stats(hub, &stats, &err));
    CHECK(ljk_text_str(stats).len < sizeof copy);
    memcpy(copy, ljk_text_str(stats).ptr, ljk_text_str(stats).len);
    copy[ljk_text_str(stats).len] = '\0';
    ljk_text_free(stats);
    found = strstr(copy, "\"body_bytes\":");
    CHECK(found != NULL);
    return (size_t)strtoul(found + strlen("\"body_bytes\":"), NULL, 10);
}

static void each_path_of_each_platform(ljk_hub* hub) {
    size_t i;
    for (i = 0; i < sizeof kPlaces / sizeof *kPlaces; ++i) {
        const place* at = &kPlaces[i];
        given_head given = head_of(at);
        ljk_head* head = check(hub, at->account, given);
        CHECK(ljk_head_answer(head) == NULL);
        CHECK(ljk_head_max_body(head) == at->limit);
        CHECK(ljk_head_timeout_ms(head) == 10000);
        ljk_head_free(head);

        given.path = "/else/where/at/all";
        refused(check(hub, at->account, given), 404);
        given = head_of(at);
        given.method = "PUT";
        refused(check(hub, at->account, given), 405);
        given = head_of(at);
        given.length = "8388609";
        refused(check(hub, at->account, given), 413);
        given.length = "99999999999999999999999";
        refused(check(hub, at->account, given), 413);
        given.length = "-1";
        refused(check(hub, at->account, given), 400);
        given = head_of(at);
        given.type = "text/xml";
        refused(check(hub, at->account, given), 415);
        given = head_of(at);
        given.path = at->wrong_path;
        given.query = at->wrong_query;
        given.authorization = at->wrong_authorization;
        refused(check(hub, at->account, given), at->refused);
    }
    refused(check(hub, "nobody", head_of(&kPlaces[0])), 404);
}

static void a_health_check_needs_no_body(ljk_hub* hub) {
    given_head given = head_of(&kPlaces[0]);
    ljk_head* head;
    given.method = "GET";
    head = check(hub, "shop", given);
    CHECK(is(ljk_answer_body(ljk_head_answer(head)), "{\"status\":\"ok\"}"));
    refused(head, 200);
}

static void bytes_are_counted_and_given_back(ljk_hub* hub) {
    ljk_head* head = check(hub, "line", head_of(&kPlaces[3]));
    GIVES(LJK_OK, ljk_head_take(head, 1000, &err));
    GIVES(LJK_OK, ljk_head_take(head, 0, &err));
    CHECK(ljk_head_answer(head) == NULL && bytes_in_memory(hub) == 1000);
    GIVES(LJK_OK, ljk_head_take(head, (1u << 20) - 1000, &err));
    CHECK(ljk_head_answer(head) == NULL && bytes_in_memory(hub) == 1u << 20);
    GIVES(LJK_OK, ljk_head_take(head, 1, &err)); /* whatever Content-Length said */
    CHECK(bytes_in_memory(hub) == 0);
    GIVES(LJK_OK, ljk_head_late(head, &err)); /* the first answer stays */
    GIVES(LJK_OK, ljk_head_take(head, 1, &err));
    CHECK(bytes_in_memory(hub) == 0);
    refused(head, 413);

    head = check(hub, "line", head_of(&kPlaces[3]));
    GIVES(LJK_OK, ljk_head_take(head, 1000, &err));
    ljk_head_free(head); /* the sender has gone */
    CHECK(bytes_in_memory(hub) == 0);
}

static void a_body_that_is_late_is_408(ljk_hub* hub) {
    ljk_head* head = check(hub, "claims", head_of(&kPlaces[1]));
    GIVES(LJK_OK, ljk_head_take(head, 1000, &err));
    GIVES(LJK_OK, ljk_head_late(head, &err));
    CHECK(bytes_in_memory(hub) == 0);
    CHECK(holds(ljk_answer_body(ljk_head_answer(head)), "\"code\":\"timeout\""));
    refused(head, 408);
}

/* One account can use its own share up, and no other one's. */
static void an_account_has_a_share(void) {
    ljk_hub* hub = open_hub("\"bodies_in_flight\":3000,\"account_bodies_in_flight\":2000,");
    ljk_head* held = check(hub, "line", head_of(&kPlaces[3]));
    given_head given = head_of(&kPlaces[3]);
    ljk_head *other, *head;
    CHECK(ljk_head_max_body(held) == 2000);
    GIVES(LJK_OK, ljk_head_take(held, 1900, &err));
    given.length = "101"; /* is told at once */
    head = check(hub, "line", given);
    CHECK(has_retry_after(ljk_head_answer(head)));
    refused(head, 503);
    head = check(hub, "line", head_of(&kPlaces[3]));
    GIVES(LJK_OK, ljk_head_take(head, 100, &err));
    GIVES(LJK_OK, ljk_head_take(head, 1, &err));
    CHECK(has_retry_after(ljk_head_answer(head)));
    refused(head, 503);
    other = check(hub, "claims", head_of(&kPlaces[1]));
    GIVES(LJK_OK, ljk_head_take(other, 1100, &err));
    CHECK(ljk_head_answer(other) == NULL);
    GIVES(LJK_OK, ljk_head_take(other, 1, &err)); /* of all together */
    refused(other, 503);
    ljk_head_free(held);
    held = check(hub, "line", head_of(&kPlaces[3]));
    GIVES(LJK_OK, ljk_head_take(held, 2000, &err));
    CHECK(ljk_head_answer(held) == NULL);
    ljk_hub_free(hub); /* a head may outlive its hub */
    ljk_head_free(held);
}

/* Senders without a token get an eighth, whatever they send; those with one have the rest. */
static void senders_without_a_token_have_a_small_share(void) {
    ljk_hub* hub = open_hub("\"account_bodies_in_flight\":8000,");
    given_head given = {NULL, "/", "", NULL, NULL, NULL};
    ljk_head* first = check(hub, "open", given);
    ljk_head *second, *known;
    CHECK(ljk_head_max_body(first) == 1000);
    GIVES(LJK_OK, ljk_head_take(first, 900, &err));
    second = check(hub, "open", given);
    GIVES(LJK_OK, ljk_head_take(second, 101, &err));
    refused(second, 503);
    given.length = "1001";
    refused(check(hub, "open", given), 413);
    given = head_of(&kPlaces[0]);
    known = check(hub, "open", given);
    CHECK(ljk_head_max_body(known) == 8000);
    GIVES(LJK_OK, ljk_head_take(known, 7100, &err));
    CHECK(ljk_head_answer(known) == NULL);
    ljk_head_free(known);
    ljk_head_free(first);
    given.query = "challenge.verifyToken=not-this";
    refused(check(hub, "open", given), 401);
    ljk_hub_free(hub);
}

static void a_body_without_a_token_has_a_limit(ljk_hub* hub) {
    given_head given = {NULL, "/", "", NULL, NULL, NULL};
    ljk_head* head = check(hub, "open", given);
    CHECK(ljk_head_max_body(head) == 1u << 20);
    ljk_head_free(head);
}

/* A good head is worth nothing afterwards: the request is verified again. */
static void receive_verifies_again(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    ljk_head* head = check(hub, "shop", head_of(&kPlaces[0]));
    CHECK(ljk_head_answer(head) == NULL);
    request.query = LJK_S("challenge.verifyToken=not-this");
    request.body = LJK_S("{}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 401);
    ljk_answer_free(answer);
    ljk_head_free(head);
}

static void wrong_calls(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_head* head = NULL;
    GIVES(LJK_E_ARGUMENT, ljk_hub_check_head(NULL, LJK_S("shop"), &request, &head, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_check_head(hub, LJK_S("shop"), NULL, &head, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_check_head(hub, LJK_S("shop"), &request, NULL, &err));
    GIVES(LJK_E_ARGUMENT, ljk_head_take(NULL, 1, &err));
    GIVES(LJK_E_ARGUMENT, ljk_head_late(NULL, &err));
    CHECK(ljk_head_answer(NULL) == NULL);
    CHECK(ljk_head_max_body(NULL) == 0 && ljk_head_timeout_ms(NULL) == 0);
    ljk_head_free(NULL);
}

static void a_closed_hub_takes_nothing_more(void) {
    ljk_hub* hub = open_hub("");
    ljk_head* head = check(hub, "shop", head_of(&kPlaces[0]));
    GIVES(LJK_OK, ljk_hub_close(hub, &err));
    GIVES(LJK_OK, ljk_head_take(head, 1, &err));
    refused(head, 503);
    refused(check(hub, "shop", head_of(&kPlaces[0])), 503);
    ljk_hub_free(hub);
}

int main(void) {
    ljk_hub* hub = open_hub("");
    each_path_of_each_platform(hub);
    a_health_check_needs_no_body(hub);
    bytes_are_counted_and_given_back(hub);
    a_body_that_is_late_is_408(hub);
    a_body_without_a_token_has_a_limit(hub);
    receive_verifies_again(hub);
    wrong_calls(hub);
    ljk_hub_free(hub);
    an_account_has_a_share();
    senders_without_a_token_have_a_small_share();
    a_closed_hub_takes_nothing_more();
    return 0;
}
