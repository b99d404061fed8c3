/* One request answered without a JSON parser: which conversation, which line, under which epoch, and what became of it. */
#include "shop.h"

static int32_t accept_muted(void* user, const ljk_question* question) {
    (void)user;
    CHECK(is(ljk_question_ref(question), kRef));
    return LJK_ACCEPT_MUTED;
}

static ljk_hub* open_hub(void) {
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    options.decide = accept_muted;
    /* The answer mutes the bot, the return is a call. Nobody is at home, and each call is tried once. */
    return open_shop("\"max_tries\":1,\"allow_networks\":[\"127.0.0.0/8\"],",
                     ",\"api_token\":\"at-made-up\",\"api_base\":\"http://127.0.0.1:9\","
                     "\"pause_action\":{\"pause\":true},\"resume_action\":{\"on\":true}",
                     LJK_RUN_NOTHING, &options);
}

static void ask_for_a_human(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"transcript\":[{\"actor\":\"user\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"message\":{\"messageType\":\"text\","
              "\"text\":\"a human\"}}]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(is(ljk_answer_body(answer), "{\"offloadSuccess\":true,\"pauseBot\":true}"));
    ljk_answer_free(answer);
}

static ljk_item* next(ljk_hub* hub) {
    ljk_item* item = NULL;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 5000, &item, &err));
    return item;
}

/* The next item of that kind; those before it are done. */
static ljk_item* next_of(ljk_hub* hub, const char* kind) {
    ljk_item* item = next(hub);
    while (!is(ljk_item_kind(item), kind)) {
        GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
        ljk_item_free(item);
        item = next(hub);
    }
    return item;
}

static void a_request_and_its_answer(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_item* item = next_of(hub, "message");
    CHECK(is(ljk_item_ref(item), kRef));
    CHECK(ljk_item_seq(item) == 1);
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);

    item = next_of(hub, "handover_requested");
    CHECK(is(ljk_item_ref(item), kRef));
    CHECK(ljk_item_seq(item) == 2);
    CHECK(ljk_item_epoch(item) > 0);
    options.agent = LJK_S("dana");
    options.epoch = ljk_item_epoch(item);
    GIVES(LJK_OK, ljk_hub_take(hub, ljk_item_ref(item), &options, &receipt, &err));
    CHECK(is(ljk_receipt_state(receipt), "agent"));
    CHECK(ljk_receipt_epoch(receipt) > options.epoch);
    ljk_receipt_free(receipt);
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
}

static void a_fact(ljk_hub* hub) {
    ljk_item* item = next_of(hub, "owner_changed");
    CHECK(ljk_item_seq(item) > 2);
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
}

static void a_refusal_tells_the_state(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    options.agent = LJK_S("kim");
    GIVES(LJK_E_NOT_OWNER, ljk_hub_release(hub, text(kRef), &options, &receipt, &err));
    CHECK(is(ljk_receipt_state(receipt), "agent"));
    ljk_receipt_free(receipt);
}

static void nothing_is_empty(void) {
    CHECK(ljk_item_ref(NULL).len == 0 && ljk_item_kind(NULL).len == 0);
    CHECK(ljk_item_seq(NULL) == 0 && ljk_item_epoch(NULL) == 0);
    CHECK(ljk_receipt_state(NULL).len == 0);
}

/* Nobody is at home: one try, and the reply is a dead letter. */
static void give_up(ljk_hub* hub, ljk_str delivery) {
    ljk_text* out = NULL;
    int i;
    for (i = 0; i < 200; ++i) {
        GIVES(LJK_OK, ljk_hub_step(hub, &err));
        if (ljk_hub_wait(hub, delivery, 50, &out, &err) == LJK_OK) break;
    }
    CHECK(holds(ljk_text_str(out), "\"status\":\"dead\""));
    ljk_text_free(out);
}

/* A release waits for what was said before. Its first receipt has no delivery then, a repeated one has. */
static void a_repeated_release_names_its_call(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    char reply[64];
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_reply(hub, text(kRef), LJK_S("bye"), &options, &receipt, &err));
    member(ljk_receipt_json(receipt), "id", reply, sizeof reply);
    ljk_receipt_free(receipt);

    options.key = LJK_S("release-1");
    GIVES(LJK_OK, ljk_hub_release(hub, text(kRef), &options, &receipt, &err));
    CHECK(is(ljk_receipt_state(receipt), "agent"));
    CHECK(ljk_receipt_delivery(receipt).len == 0);
    ljk_receipt_free(receipt);
    GIVES(LJK_OK, ljk_hub_release(hub, text(kRef), &options, &receipt, &err));
    CHECK(holds(ljk_receipt_json(receipt), "\"repeated\":true"));
    CHECK(ljk_receipt_delivery(receipt).len == 0);
    ljk_receipt_free(receipt);

    give_up(hub, text(reply));
    GIVES(LJK_OK, ljk_hub_release(hub, text(kRef), &options, &receipt, &err));
    CHECK(is(ljk_receipt_state(receipt), "returning"));
    CHECK(holds(ljk_receipt_json(receipt), "\"repeated\":true"));
    CHECK(ljk_receipt_delivery(receipt).len > 0);
    CHECK(!is(ljk_receipt_delivery(receipt), reply));
    ljk_receipt_free(receipt);
}

static void stores(void) {
    GIVES(LJK_E_CONFIG, ljk_store_migrate(LJK_S("sqlite:accessors-none.db"), &err));
    remove("accessors-new.db");
    GIVES(LJK_E_CONFIG, ljk_store_migrate(LJK_S("sqlite:accessors-new.db"), &err));
    GIVES(LJK_OK, ljk_store_create(LJK_S("sqlite:accessors-new.db"), &err));
    GIVES(LJK_OK, ljk_store_migrate(LJK_S("sqlite:accessors-new.db"), &err));
    remove("accessors-new.db");
    GIVES(LJK_OK, ljk_store_migrate(LJK_S("memory:"), &err));
    GIVES(LJK_OK, ljk_store_create(LJK_S("memory:"), &err));
    GIVES(LJK_E_CONFIG, ljk_store_create(LJK_S("mysql:"), &err));
}

int main(void) {
    ljk_hub* hub = open_hub();
    ask_for_a_human(hub);
    a_request_and_its_answer(hub);
    a_fact(hub);
    a_refusal_tells_the_state(hub);
    nothing_is_empty();
    a_repeated_release_names_its_call(hub);
    stores();
    ljk_hub_free(hub);
    return 0;
}
