/* A whole handover against a platform on loopback: health check, messages, offload, take, reply, release, return call. */
#include "server.h"

static const char kRef[] = "shop:live:s-1";
static server platform;
static int asked;
static int logged;

static int32_t decide(void* user, const ljk_question* question) {
    CHECK(user == &asked);
    CHECK(is(ljk_question_ref(question), kRef));
    CHECK(holds(ljk_question_json(question), "\"kind\":\"handover_requested\""));
    CHECK(holds(ljk_question_json(question), "I want a human"));
    CHECK(ljk_question_deadline_ms(question) > 0);
    ++asked;
    return LJK_ACCEPT_MUTED;
}

static void log_line(void* user, ljk_str level, ljk_str line) {
    CHECK(user == &logged);
    CHECK(is(level, "info") || is(level, "warning") || is(level, "error"));
    CHECK(!holds(line, "made-up"));
    ++logged;
}

static ljk_hub* open_hub(void) {
    char config[512];
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    ljk_error err;
    CHECK(snprintf(
              config, sizeof config,
              "{\"store\":\"memory:\",\"allow_networks\":[\"127.0.0.0/8\"],\"account\":{\"shop\":{"
              "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\",\"api_token\":"
              "\"at-made-up\","
              "\"api_base\":\"http://127.0.0.1:%u\",\"pause_action\":{\"pause\":true},"
              "\"resume_action\":{\"resume\":true}}}}",
              platform.port) < (int)sizeof config);
    options.decide = decide;
    options.decide_user = &asked;
    options.log = log_line;
    options.log_user = &logged;
    GIVES(LJK_OK,
          ljk_hub_open_with(text(config), LJK_RUN_SENDER | LJK_RUN_TIMERS, &options, &hub, &err));
    CHECK(hub != NULL);
    return hub;
}

/* Sends a request and checks status and body of the answer. */
static void receive(ljk_hub* hub, const char* method, const char* body, int32_t status,
                    const char* expected) {
    ljk_request request = LJK_REQUEST_INIT;
    const ljk_header header = {LJK_S("Content-Type"), LJK_S("application/json; charset=utf-8")};
    ljk_answer* answer = NULL;
    ljk_error err;
    request.method = text(method);
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.headers = &header;
    request.header_count = 1;
    request.body = text(body);
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == status);
    CHECK(is(ljk_answer_body(answer), expected));
    CHECK(ljk_answer_header_count(answer) >= 1);
    CHECK(holds(ljk_answer_header(answer, 0).value, "json"));
    ljk_answer_free(answer);
}

#define USER(words, second, id)                                                                    \
    "{\"actor\":\"user\",\"timestamp\":\"2026-01-05T10:00:0" second ".000Z\",\"message\":{"        \
    "\"messageType\":\"text\",\"text\":\"" words "\",\"channelType\":\"web\",\"sender\":{"         \
    "\"id\":\"s-1\",\"botId\":\"b1\"},\"timestamp\":\"2026-01-05T10:00:0" second ".000Z\",\"id\":" \
    "\"" id "\"}}"
#define BOT(words, second)                                                                 \
    "{\"actor\":\"bot\",\"timestamp\":\"2026-01-05T10:00:0" second ".000Z\",\"message\":{" \
    "\"text\":\"" words "\"}}"
#define EVENT(event, second, rest)                                                          \
    "{\"event\":\"" event "\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\"," \
    "\"timestamp\":\"2026-01-05T10:00:0" second ".000Z\"," rest "}"
#define MESSAGES(items, second) EVENT("messages", second, "\"messages\":[" items "]")
#define OFFLOAD(items, second) \
    EVENT("offload", second, "\"payload\":{\"queue\":\"billing\"},\"transcript\":[" items "]")

/* Takes the next item, checks it, acknowledges it. */
static void next_holds(ljk_hub* hub, const char* subscription, const char* part, int32_t outcome) {
    ljk_item* item = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_next(hub, text(subscription), 5000, &item, &err));
    CHECK(holds(ljk_item_json(item), part));
    CHECK(holds(ljk_item_json(item), "\"ref\":\"shop:live:s-1\""));
    GIVES(LJK_OK, ljk_item_done(item, outcome, &err));
    ljk_item_free(item);
}

static void state_is(ljk_hub* hub, const char* state) {
    ljk_text* conversation = NULL;
    ljk_error err;
    char found[32];
    GIVES(LJK_OK, ljk_hub_conversation(hub, text(kRef), &conversation, &err));
    if (!is(member(ljk_text_str(conversation), "state", found, sizeof found), state)) {
        fprintf(stderr, "the state is %s, expected %s\n", found, state);
        exit(1);
    }
    ljk_text_free(conversation);
}

static void ask_for_a_human(ljk_hub* hub) {
    receive(hub, "GET", "", 200, "{\"status\":\"ok\"}");
    receive(hub, "POST", MESSAGES(USER("hi", "1", "m1") "," BOT("hello", "2"), "2"), 200, "{}");
    state_is(hub, "bot");
    CHECK(asked == 0);
    receive(
        hub, "POST",
        OFFLOAD(USER("hi", "1", "m1") "," BOT("hello", "2") "," USER("I want a human", "3", "m3"),
                "4"),
        200, "{\"offloadSuccess\":true,\"pauseBot\":true}");
    CHECK(asked == 1);
    state_is(hub, "requested");
    next_holds(hub, "all", "\"text\":\"hi\"", LJK_DONE);
    next_holds(hub, "all", "\"text\":\"hello\"", LJK_DONE);
    next_holds(hub, "all", "I want a human", LJK_RETRY);
    next_holds(hub, "all", "I want a human", LJK_DONE);
    next_holds(hub, "all", "\"kind\":\"handover_requested\"", LJK_DONE);
}

/* Gives the epoch under which dana has the conversation. */
static uint64_t take(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_error err;
    uint64_t epoch;
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_take(hub, text(kRef), &options, &receipt, &err));
    CHECK(is(ljk_receipt_owner(receipt), "agent"));
    CHECK(is(ljk_receipt_agent(receipt), "dana"));
    CHECK(ljk_receipt_delivery(receipt).len == 0);
    epoch = ljk_receipt_epoch(receipt);
    CHECK(epoch > 0);
    ljk_receipt_free(receipt);
    state_is(hub, "agent");
    return epoch;
}

static void reply(ljk_hub* hub, uint64_t epoch) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt *receipt = NULL, *again = NULL;
    ljk_text* delivery = NULL;
    ljk_error err;
    char status[32];
    options.agent = LJK_S("dana");
    options.epoch = epoch;
    options.key = LJK_S("key-1");
    GIVES(LJK_OK, ljk_hub_reply(hub, text(kRef), LJK_S("Hello \"you\" \xE2\x9C\x93"), &options,
                                &receipt, &err));
    GIVES(LJK_OK, ljk_hub_reply(hub, text(kRef), LJK_S("Hello \"you\" \xE2\x9C\x93"), &options,
                                &again, &err));
    CHECK(ljk_receipt_delivery(receipt).len > 0);
    CHECK(ljk_receipt_delivery(again).len == ljk_receipt_delivery(receipt).len);
    CHECK(memcmp(ljk_receipt_delivery(again).ptr, ljk_receipt_delivery(receipt).ptr,
                 ljk_receipt_delivery(again).len) == 0);
    GIVES(LJK_OK, ljk_hub_wait(hub, ljk_receipt_delivery(receipt), 10000, &delivery, &err));
    CHECK(is(member(ljk_text_str(delivery), "status", status, sizeof status), "sent"));
    ljk_text_free(delivery);
    ljk_receipt_free(again);
    ljk_receipt_free(receipt);

    CHECK(server_wait(&platform, 1, 10000) == 1);
    CHECK(strncmp(platform.requests[0],
                  "POST /v1/bots/b1/conversations/s-1/actions?version=LIVE HTTP/1.1\r\n", 65) == 0);
    CHECK(holds(text(platform.requests[0]), "Authorization: Bearer at-made-up\r\n"));
    CHECK(holds(text(platform.requests[0]),
                "\r\n\r\n{\"sendMessages\":[{\"textMessageTemplate\":{\"textMessages\":[{\"text\":"
                "\"Hello \\\"you\\\" \xE2\x9C\x93\"}]}}]}"));
}

/* Another agent, and dana under an epoch that is over, are told who has it. */
static void refuse_others(ljk_hub* hub, uint64_t epoch) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_error err;
    options.agent = LJK_S("lee");
    GIVES(LJK_E_NOT_OWNER,
          ljk_hub_reply(hub, text(kRef), LJK_S("me too"), &options, &receipt, &err));
    CHECK(is(ljk_receipt_agent(receipt), "dana"));
    CHECK(ljk_receipt_epoch(receipt) == epoch);
    CHECK(ljk_receipt_delivery(receipt).len == 0);
    CHECK(holds(ljk_receipt_json(receipt), "\"ok\":false"));
    ljk_receipt_free(receipt);
    options.agent = LJK_S("dana");
    options.epoch = epoch - 1;
    GIVES(LJK_E_STALE_OWNER,
          ljk_hub_reply(hub, text(kRef), LJK_S("too late"), &options, &receipt, &err));
    CHECK(is(ljk_receipt_owner(receipt), "agent"));
    CHECK(ljk_receipt_epoch(receipt) == epoch);
    ljk_receipt_free(receipt);
    CHECK(server_wait(&platform, 2, 0) == 1);
}

static void speak_and_go_back(ljk_hub* hub, uint64_t epoch) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_text* out = NULL;
    ljk_error err;
    receive(hub, "POST", MESSAGES(USER("are you there", "6", "m6"), "6"), 200, "{}");
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"),
                                    LJK_S("{\"to\":\"desk\",\"kinds\":[\"message\"]}"), &err));
    options.agent = LJK_S("dana");
    options.epoch = epoch;
    GIVES(LJK_OK, ljk_hub_explain(hub, text(kRef), LJK_S("release"), LJK_S("dana"), &out, &err));
    CHECK(holds(ljk_text_str(out), "\"allowed\":"));
    ljk_text_free(out);
    GIVES(LJK_OK,
          ljk_hub_reply_parts(hub, text(kRef), LJK_S("[{\"type\":\"text\",\"text\":\"bye\"}]"),
                              &options, NULL, &err));
    GIVES(LJK_OK, ljk_hub_release(hub, text(kRef), &options, &receipt, &err));
    ljk_receipt_free(receipt);
    CHECK(server_wait(&platform, 3, 10000) == 3);
    CHECK(holds(text(platform.requests[1]), "\"text\":\"bye\""));
    CHECK(holds(text(platform.requests[2]), "\r\n\r\n{\"resume\":true}"));
    GIVES(LJK_OK, ljk_hub_deliveries(hub, text(kRef), &out, &err));
    CHECK(holds(ljk_text_str(out), "\"status\":\"sent\""));
    ljk_text_free(out);
    receive(hub, "POST", MESSAGES(BOT("I am back", "9"), "9"), 200, "{}");
    state_is(hub, "bot");
}

static void look(ljk_hub* hub) {
    ljk_text* out = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_transcript(hub, text(kRef), 0, 100, &out, &err));
    CHECK(holds(ljk_text_str(out), "I am back"));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_conversations(hub, LJK_S("bot"), 10, &out, &err));
    CHECK(holds(ljk_text_str(out), kRef));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_stuck(hub, &out, &err));
    CHECK(is(ljk_text_str(out), "[]"));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_stats(hub, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"deliveries_sent\":3"));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_urls(hub, LJK_S("https://desk.example/hooks"), &out, &err));
    CHECK(holds(ljk_text_str(out), "https://desk.example/hooks/shop"));
    ljk_text_free(out);
}

int main(void) {
    ljk_hub* hub;
    ljk_error err;
    uint64_t epoch;
    CHECK(ljk_abi_version() == LJK_ABI_VERSION);
    server_start(&platform);
    hub = open_hub();
    ask_for_a_human(hub);
    epoch = take(hub);
    reply(hub, epoch);
    refuse_others(hub, epoch);
    speak_and_go_back(hub, epoch);
    GIVES(LJK_OK, ljk_hub_drain(hub, 15000, &err)); /* now every outcome is recorded */
    look(hub);
    ljk_hub_free(hub);
    server_stop(&platform);
    return 0;
}
