/* Leases from C: an item that is held for too long, one that is not, and two hubs of one store under one subscription. */
#include "check.h"

#include <unistd.h>

static const char kRef[] = "shop:live:s-1";
static ljk_error err;

static ljk_hub* open_hub(const char* store, const char* more) {
    char config[512];
    ljk_hub* hub = NULL;
    CHECK(snprintf(config, sizeof config,
                   "{\"store\":\"%s\",%s\"account\":{\"shop\":{\"platform\":"
                   "\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\",\"api_token\":"
                   "\"at-made-up\"}}}",
                   store, more) < (int)sizeof config);
    GIVES(LJK_OK, ljk_hub_open(text(config), LJK_RUN_NOTHING, &hub, &err));
    return hub;
}

static void the_user_speaks(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"messages\":[{\"actor\":\"user\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"message\":{\"messageType\":\"text\","
              "\"text\":\"hello\"}}]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    ljk_answer_free(answer);
}

static ljk_item* next(ljk_hub* hub, uint32_t timeout_ms) {
    ljk_item* item = NULL;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), timeout_ms, &item, &err));
    return item;
}

static int stuck_holds(ljk_hub* hub, const char* part) {
    ljk_text* out = NULL;
    int found;
    GIVES(LJK_OK, ljk_hub_stuck(hub, &out, &err));
    found = holds(ljk_text_str(out), part);
    ljk_text_free(out);
    return found;
}

/* The hub's own thread ends the lease, whatever the run flags, and the late outcome does not count. */
static void an_item_that_is_held_for_too_long_comes_again(void) {
    ljk_hub* hub = open_hub("memory:", "\"item_hold_ms\":1,");
    ljk_item *hung, *again;
    the_user_speaks(hub);
    hung = next(hub, 0);
    again = next(hub, 20000);
    CHECK(holds(ljk_item_json(hung), "\"attempt\":1"));
    CHECK(holds(ljk_item_json(again), "\"attempt\":2"));
    GIVES(LJK_E_LEASE_LOST, ljk_item_done(hung, LJK_DONE, &err));
    CHECK(is(ljk_status_name(LJK_E_LEASE_LOST), "lease_lost"));
    CHECK(ljk_status_is_retryable(LJK_E_LEASE_LOST) == 0);
    ljk_item_free(hung);
    ljk_item_free(again);
    ljk_hub_free(hub);
}

/* The control. */
static void without_a_limit_it_stays(void) {
    ljk_hub* hub = open_hub("memory:", "\"item_hold_ms\":0,");
    ljk_item *held, *none = NULL;
    the_user_speaks(hub);
    held = next(hub, 0);
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("desk"), 1500, &none, &err));
    CHECK(none == NULL && !stuck_holds(hub, kRef));
    GIVES(LJK_OK, ljk_item_done(held, LJK_DONE, &err));
    ljk_item_free(held);
    ljk_hub_free(hub);
}

/* Two hubs of one store: what they ask for under one name must be the same, but for the accounts. */
static void two_that_disagree_are_told(const char* store) {
    ljk_hub *first = open_hub(store, ""), *second = open_hub(store, "");
    char process[32];
    GIVES(LJK_OK, ljk_hub_subscribe(first, LJK_S("desk"), LJK_S("{\"to\":\"desk\"}"), &err));
    GIVES(LJK_E_CONFIG, ljk_hub_subscribe(second, LJK_S("desk"), LJK_S("{}"), &err));
    CHECK(snprintf(process, sizeof process, ":%ld", (long)getpid()) > 0);
    CHECK(strstr(err.message, "subscription desk") != NULL);
    CHECK(strstr(err.message, process) != NULL);
    CHECK(strstr(strstr(err.message, process) + 1, process) != NULL); /* it names both */
    GIVES(LJK_OK, ljk_hub_subscribe(second, LJK_S("desk"),
                                    LJK_S("{\"to\":\"desk\",\"accounts\":[\"shop\"]}"), &err));
    GIVES(LJK_OK, ljk_hub_close(second, &err));
    ljk_hub_free(second);
    GIVES(LJK_OK, ljk_hub_close(first, &err));
    second = open_hub(store, "");
    GIVES(LJK_OK, ljk_hub_subscribe(second, LJK_S("desk"), LJK_S("{}"), &err));
    ljk_hub_free(second);
    ljk_hub_free(first);
}

int main(void) {
    static const char* const kEnds[] = {"", "-journal", "-wal", "-shm", "-lock"};
    char folder[] = "/tmp/lampjack-leases-XXXXXX";
    char store[64], path[64];
    size_t end;
    CHECK(mkdtemp(folder) != NULL);
    CHECK(snprintf(store, sizeof store, "sqlite:%s/shared.db", folder) < (int)sizeof store);
    an_item_that_is_held_for_too_long_comes_again();
    without_a_limit_it_stays();
    two_that_disagree_are_told(store);
    for (end = 0; end < sizeof kEnds / sizeof kEnds[0]; ++end) {
        CHECK(snprintf(path, sizeof path, "%s/shared.db%s", folder, kEnds[end]) < (int)sizeof path);
        (void)unlink(path);
    }
    CHECK(rmdir(folder) == 0);
    return 0;
}
