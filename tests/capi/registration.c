/* What cannot be subscribed to, and what no sink ever gets, is refused at once. Requests that nobody decides about or hears are
 * told in the log, once for each account. */
#include "check.h"

static ljk_error err;
static char lines[4096];

static void note(void* user, ljk_str level, ljk_str line) {
    const size_t used = strlen(lines);
    (void)user;
    if (!is(level, "warning")) return;
    CHECK(used + line.len + 2 < sizeof lines);
    memcpy(lines + used, line.ptr, line.len);
    memcpy(lines + used + line.len, "\n", 2);
}

static int32_t decline(void* user, const ljk_question* question) {
    (void)user;
    (void)question;
    return LJK_DECLINE;
}

static ljk_hub* open_hub(ljk_decide decide) {
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    options.log = note;
    options.decide = decide;
    lines[0] = '\0';
    GIVES(LJK_OK, ljk_hub_open_with(
                      LJK_S("{\"store\":\"memory:\",\"account\":{"
                            "\"shop\":{\"platform\":\"chatlayer_offloading\",\"verify_token\":"
                            "\"made-up-token-of-tests\"},"
                            "\"line\":{\"platform\":\"omnichannel\",\"webhook_token\":"
                            "\"made-up-token-of-tests\",\"auth\":\"none\"}}}"),
                      LJK_RUN_NOTHING, &options, &hub, &err));
    return hub;
}

static void check_filter(ljk_hub* hub, const char* filter, ljk_status status, const char* message) {
    GIVES(status, ljk_hub_subscribe(hub, LJK_S("desk"), text(filter), &err));
    if (strcmp(err.message, message) != 0) fprintf(stderr, "%s\n", err.message);
    CHECK(strcmp(err.message, message) == 0);
}

static void filters_are_checked(ljk_hub* hub) {
    check_filter(hub, "{\"accounts\":[\"shpo\"]}", LJK_E_CONFIG,
                 "subscription desk: account \"shpo\" is not configured");
    check_filter(hub, "{\"accounts\":\"shop\"}", LJK_E_ARGUMENT,
                 "subscription desk: accounts must be a list of texts");
    check_filter(hub, "{\"accounts\":[7]}", LJK_E_ARGUMENT,
                 "subscription desk: accounts must be a list of texts");
    check_filter(hub, "{\"kinds\":[\"mesage\"]}", LJK_E_ARGUMENT,
                 "subscription desk: kinds: \"mesage\" is no kind of an event or a fact; did you "
                 "mean message?");
    check_filter(hub, "{\"kinds\":[\"\"]}", LJK_E_ARGUMENT,
                 "subscription desk: kinds: \"?\" is no kind of an event or a fact");
    check_filter(hub, "{\"kinds\":\"message\"}", LJK_E_ARGUMENT,
                 "subscription desk: kinds must be a list of texts");
    check_filter(hub, "{\"to\":\"dsek\"}", LJK_E_ARGUMENT,
                 "subscription desk: to must be desk, bot or nobody");
    check_filter(hub, "{\"to\":[\"desk\"]}", LJK_E_ARGUMENT,
                 "subscription desk: to must be desk, bot or nobody");
    check_filter(
        hub, "{\"to\":\"both\"}", LJK_E_ARGUMENT,
        "subscription desk: to: \"both\" is not a filter: \"desk\" and \"bot\" each get it");
    check_filter(hub, "{\"include_bot\":true}", LJK_E_ARGUMENT,
                 "subscription desk: include_bot needs \"to\": \"desk\"");
    check_filter(hub, "{\"start\":\"then\"}", LJK_E_ARGUMENT,
                 "subscription desk: start must be \"now\", or be left out");
    check_filter(hub, "{\"form\":\"desk\"}", LJK_E_ARGUMENT,
                 "subscription desk: unknown key of a filter: form");
    check_filter(hub, "[]", LJK_E_ARGUMENT, "subscription desk: the filter must be an object");
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("all"),
                                    LJK_S("{\"kinds\":[\"message\",\"handover_requested\","
                                          "\"owner_changed\",\"delivery_changed\",\"item_dead\"],"
                                          "\"accounts\":[\"shop\"],\"to\":\"nobody\"}"),
                                    &err));
}

static void sinks_are_of_channels(ljk_hub* hub) {
    ljk_sink_delivery* sink = (ljk_sink_delivery*)&err;
    GIVES(LJK_E_CONFIG, ljk_hub_next_sink(hub, LJK_S("shop"), 600000, &sink, &err));
    CHECK(sink == NULL);
    CHECK(strcmp(err.message, "sink: account \"shop\" is no channel account: its platform shows "
                              "messages to the users itself") == 0);
    GIVES(LJK_E_TIMEOUT, ljk_hub_next_sink(hub, LJK_S("line"), 0, &sink, &err));
}

static ljk_request request_of(char second) {
    static char body[256];
    ljk_request request = LJK_REQUEST_INIT;
    snprintf(body, sizeof body,
             "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
             "\"timestamp\":\"2026-01-05T10:00:0%c.000Z\",\"payload\":{},\"transcript\":[]}",
             second);
    request.method = LJK_S("POST");
    request.path = LJK_S("/");
    request.query = LJK_S("challenge.verifyToken=made-up-token-of-tests");
    request.body = text(body);
    return request;
}

static void ask(ljk_hub* hub, char second) {
    const ljk_request request = request_of(second);
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    ljk_answer_free(answer);
}

static void ask_in_two_steps(ljk_hub* hub, char second, int looks) {
    const ljk_request request = request_of(second);
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("shop"), &request, &reception, &err));
    if (looks) CHECK(ljk_reception_question(reception) != NULL);
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
}

static int told(const char* line) { return holds(text(lines), line); }

static void silence_is_told(void) {
    static const char kUndecided[] = "decide.missing account=shop\n";
    static const char kUnheard[] = "subscription.missing account=shop\n";
    ljk_hub* hub = open_hub(NULL);
    ask(hub, '1');
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    CHECK(strcmp(lines, "decide.missing account=shop\nsubscription.missing account=shop\n") == 0);
    ask(hub, '2');
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    CHECK(strcmp(lines, "decide.missing account=shop\nsubscription.missing account=shop\n") == 0);
    ljk_hub_free(hub);
    hub = open_hub(decline);
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"), LJK_S("{\"to\":\"desk\"}"), &err));
    ask(hub, '1');
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    CHECK(lines[0] == '\0');
    ljk_hub_free(hub);
    hub = open_hub(NULL);
    ask_in_two_steps(hub, '1', 1);
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    CHECK(!told(kUndecided) && told(kUnheard));
    ask_in_two_steps(hub, '2', 0);
    CHECK(told(kUndecided));
    ljk_hub_free(hub);
}

int main(void) {
    ljk_hub* hub = open_hub(NULL);
    filters_are_checked(hub);
    sinks_are_of_channels(hub);
    ljk_hub_free(hub);
    silence_is_told();
    return 0;
}
