/* Who reads a user's words, from C: both, the desk, and the bot again when nobody came; and the one default of a decision. */
#include "check.h"

static ljk_error err;
static int32_t decision = LJK_ACCEPT_MUTED;
static int unsupported_lines, unattributed_lines;

static int32_t decide(void* user, const ljk_question* question) {
    (void)user;
    (void)question;
    return decision;
}

static void log_line(void* user, ljk_str level, ljk_str line) {
    (void)user;
    (void)level;
    if (holds(line, "mute.unsupported account=a")) ++unsupported_lines;
    if (holds(line, "translate.unattributed account=a members=") && holds(line, "count=1"))
        ++unattributed_lines;
}

static ljk_hub* open_hub(const char* settings) {
    char config[512];
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    options.decide = decide;
    options.log = log_line;
    CHECK(snprintf(config, sizeof config, "{\"store\":\"memory:\",\"account\":{\"a\":{%s}}}",
                   settings) < (int)sizeof config);
    GIVES(LJK_OK, ljk_hub_open_with(text(config), LJK_RUN_NOTHING, &options, &hub, &err));
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"),
                                    LJK_S("{\"to\":\"desk\",\"kinds\":[\"message\"]}"), &err));
    return hub;
}

static ljk_hub* open_channel(void) {
    return open_hub("\"platform\":\"omnichannel\",\"webhook_token\":\"wt-made-up\",\"auth\":"
                    "\"none\",\"platform_base\":\"https://platform.invalid\"");
}

static void post(ljk_hub* hub, const char* path, const char* query, const char* body,
                 const char* expected) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.method = LJK_S("POST");
    request.path = text(path);
    request.query = text(query);
    request.body = text(body);
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("a"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    CHECK(is(ljk_answer_body(answer), expected));
    ljk_answer_free(answer);
}

/* The bot has spoken, and its line is shown, before it asks for a human. */
static void ask_through_the_channel(ljk_hub* hub) {
    ljk_sink_delivery* shown = NULL;
    post(hub, "/send_message", "",
         "{\"chat_id\":\"s-1\",\"message\":{\"kind\":\"operator\",\"text\":\"hm\"}}",
         "{\"result\":\"ok\"}");
    GIVES(LJK_OK, ljk_hub_next_sink(hub, LJK_S("a"), 0, &shown, &err));
    GIVES(LJK_OK, ljk_sink_delivery_done(shown, LJK_DONE, LJK_S(""), &err));
    ljk_sink_delivery_free(shown);
    post(hub, "/transfer", "", "{\"chat_id\":\"s-1\"}", "{\"result\":\"ok\"}");
}

static void say(ljk_hub* hub, const char* words) {
    GIVES(LJK_OK, ljk_hub_say(hub, LJK_S("a"), LJK_S("{\"id\":\"s-1\"}"), text(words), LJK_S(""),
                              NULL, &err));
}

/* The desk's next item holds the words and their recipient. */
static void desk_reads(ljk_hub* hub, const char* words, const char* to) {
    ljk_item* item = NULL;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 0, &item, &err));
    CHECK(holds(ljk_item_json(item), words) && holds(ljk_item_json(item), to));
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
}

static void desk_reads_nothing(ljk_hub* hub) {
    ljk_item* item = NULL;
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("desk"), 0, &item, &err));
}

static size_t pending(ljk_hub* hub) {
    static const char word[] = "\"status\":\"pending\"";
    ljk_text* out = NULL;
    ljk_str rest;
    size_t count = 0;
    GIVES(LJK_OK, ljk_hub_deliveries(hub, LJK_S("a:live:s-1"), &out, &err));
    for (rest = ljk_text_str(out); rest.len >= sizeof word - 1; ++rest.ptr, --rest.len)
        count += memcmp(rest.ptr, word, sizeof word - 1) == 0 ? 1U : 0U;
    ljk_text_free(out);
    return count;
}

static void state_is(ljk_hub* hub, const char* ref, const char* state) {
    ljk_text* out = NULL;
    char found[32];
    GIVES(LJK_OK, ljk_hub_conversation(hub, text(ref), &out, &err));
    CHECK(is(member(ljk_text_str(out), "state", found, sizeof found), state));
    ljk_text_free(out);
}

static void both_read_while_the_bot_is_not_muted(void) {
    ljk_hub* hub = open_channel();
    decision = LJK_ACCEPT;
    ask_through_the_channel(hub);
    say(hub, "for both");
    desk_reads(hub, "for both", "\"to\":\"both\"");
    CHECK(pending(hub) == 1);
    ljk_hub_free(hub);
}

static void the_desk_reads_behind_the_gate_and_the_bot_when_nobody_came(void) {
    ljk_hub* hub = open_channel();
    decision = LJK_ACCEPT_MUTED;
    ask_through_the_channel(hub);
    say(hub, "wait 1");
    say(hub, "wait 2");
    desk_reads(hub, "wait 1", "\"to\":\"desk\"");
    desk_reads(hub, "wait 2", "\"to\":\"desk\"");
    CHECK(pending(hub) == 0);
    GIVES(LJK_OK, ljk_hub_decline(hub, LJK_S("a:live:s-1"), NULL, NULL, &err));
    state_is(hub, "a:live:s-1", "bot");
    CHECK(pending(hub) == 2);
    desk_reads_nothing(hub);
    ljk_hub_free(hub);
}

static void an_account_that_cannot_mute_is_told_of_once(void) {
    static const char query[] = "challenge.verifyToken=vt-made-up";
    static const char accepted[] = "{\"offloadSuccess\":true,\"pauseBot\":false}";
    ljk_hub* hub = open_hub("\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\","
                            "\"api_token\":\"at-made-up\"");
    decision = LJK_ACCEPT_MUTED;
    post(hub, "/", query,
         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
         "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"payload\":{},\"transcript\":[]}",
         accepted);
    post(hub, "/", query,
         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-2\","
         "\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"payload\":{},\"transcript\":[]}",
         accepted);
    CHECK(unsupported_lines == 1);
    ljk_hub_free(hub);
}

/* A number that is no decision is the platform's default, on each platform its own. */
static void what_is_no_decision_is_the_default(void) {
    ljk_hub* hub = open_hub("\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\","
                            "\"api_token\":\"at-made-up\"");
    decision = 17;
    post(hub, "/", "challenge.verifyToken=vt-made-up",
         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
         "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"payload\":{},\"transcript\":[]}",
         "{\"offloadSuccess\":false,\"pauseBot\":false}");
    state_is(hub, "a:live:s-1", "bot");
    ljk_hub_free(hub);
    hub = open_hub("\"platform\":\"certainly\",\"webhook_token\":\"wt-made-up\","
                   "\"deployment_id\":\"dep-1\"");
    post(hub, "/claim", "token=wt-made-up",
         "{\"reply\":\"help\",\"from\":\"s-1\",\"botId\":\"bot-1\"}", "{}");
    state_is(hub, "a:live:s-1", "requested");
    ljk_hub_free(hub);
}

#define EVENT(kind, more) \
    "{\"v\":1,\"kind\":\"" kind "\",\"actor\":{\"role\":\"user\",\"id\":\"s-1\"}" more "}"
#define SAYS(words) EVENT("message", ",\"content\":[{\"type\":\"text\",\"text\":\"" words "\"}]")
#define HANDOVER(to) EVENT("handover", ",\"handover\":{\"to\":\"" to "\"}")

/* What a translation returns, in the order of its events; one that names nobody is left out, and the log says so. */
static void a_translation_has_all_effects_in_order(void) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_hub* hub = open_hub("\"platform\":\"chatlayer_app\",\"relay_token\":\"rt-made-up\"");
    ljk_request request = LJK_REQUEST_INIT;
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    const char* body;
    char copy[1024];
    request.method = LJK_S("POST");
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{}}}");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("a"), &request, &reception, &err));
    GIVES(LJK_OK,
          ljk_reception_translate(
              reception,
              LJK_S("[" SAYS("one") "," HANDOVER("agent") "," SAYS(
                  "to a person") ","
                                 "{\"v\":1,\"kind\":\"message\",\"actor\":{\"role\":\"user\"},"
                                 "\"content\":[]}," HANDOVER("bot") "," SAYS("two") "]"),
              &err));
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    CHECK(ljk_answer_body(answer).len < sizeof copy);
    memcpy(copy, ljk_answer_body(answer).ptr, ljk_answer_body(answer).len);
    copy[ljk_answer_body(answer).len] = '\0';
    CHECK((body = strstr(copy, "\"one\"")) != NULL);
    CHECK((body = strstr(body, "\"handover\":{\"to\":\"agent\"}")) != NULL);
    CHECK((body = strstr(body, "\"handover\":{\"to\":\"bot\"}")) != NULL);
    CHECK(strstr(body, "\"two\"") != NULL && strstr(copy, "person") == NULL);
    CHECK(unattributed_lines == 1);
    desk_reads(hub, "to a person", "\"to\":\"desk\"");
    state_is(hub, "a:live:s-1", "bot");
    ljk_answer_free(answer);
    ljk_reception_free(reception);
    ljk_hub_free(hub);
}

int main(void) {
    both_read_while_the_bot_is_not_muted();
    the_desk_reads_behind_the_gate_and_the_bot_when_nobody_came();
    an_account_that_cannot_mute_is_told_of_once();
    what_is_no_decision_is_the_default();
    a_translation_has_all_effects_in_order();
    return 0;
}
