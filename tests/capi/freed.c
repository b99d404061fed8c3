/* What is freed without an outcome is nobody's any more: it comes again after the wait of a retry, and each try counts. */
#include "shop.h"

#define KEYS "\"item_base_ms\":1,\"item_cap_ms\":1,\"item_tries\":2,"

static ljk_item* next(ljk_hub* hub, const char* part) {
    ljk_item* item = NULL;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 10000, &item, &err));
    CHECK(holds(ljk_item_json(item), part));
    return item;
}

static void dead_items_hold(ljk_hub* hub, const char* part) {
    ljk_text* dead = NULL;
    GIVES(LJK_OK, ljk_hub_dead_items(hub, LJK_S("desk"), 10, &dead, &err));
    CHECK(holds(ljk_text_str(dead), part));
    ljk_text_free(dead);
}

static void an_item_comes_again(void) {
    ljk_hub* hub = open_shop(KEYS, "", LJK_RUN_NOTHING, NULL);
    meet(hub);
    ljk_item_free(next(hub, "\"attempt\":1"));
    dead_items_hold(hub, "[]");
    ljk_item_free(next(hub, "\"attempt\":2"));
    dead_items_hold(hub, "\"reason\":\"freed without an outcome\"");
    ljk_hub_free(hub);
}

/* The control: where there was an outcome, freeing adds none. */
static void an_outcome_stays(void) {
    ljk_hub* hub = open_shop(KEYS, "", LJK_RUN_NOTHING, NULL);
    ljk_item* item;
    meet(hub);
    item = next(hub, "\"attempt\":1");
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("desk"), 50, &item, &err));
    dead_items_hold(hub, "[]");
    ljk_hub_free(hub);
}

static void an_item_may_outlive_its_hub(void) {
    ljk_hub* hub = open_shop("", "", LJK_RUN_NOTHING, NULL);
    ljk_item* item;
    meet(hub);
    item = next(hub, "\"attempt\":1");
    ljk_hub_free(hub);
    ljk_item_free(item);
}

static ljk_sink_delivery* shown(ljk_hub* hub, const char* part) {
    ljk_sink_delivery* delivery = NULL;
    GIVES(LJK_OK, ljk_hub_next_sink(hub, LJK_S("chat"), 10000, &delivery, &err));
    CHECK(holds(ljk_sink_delivery_json(delivery), part));
    return delivery;
}

static void a_message_is_shown_again(void) {
    ljk_hub* hub = NULL;
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    ljk_sink_delivery* delivery;
    GIVES(LJK_OK, ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"retry_base_ms\":1,"
                                     "\"retry_cap_ms\":1,\"account\":{\"chat\":{\"platform\":"
                                     "\"omnichannel\",\"webhook_token\":\"wt-made-up\","
                                     "\"auth\":\"none\"}}}"),
                               LJK_RUN_NOTHING, &hub, &err));
    request.path = LJK_S("/send_message");
    request.body =
        LJK_S("{\"chat_id\":\"c-1\",\"message\":{\"kind\":\"operator\",\"text\":\"hello\"}}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("chat"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    ljk_answer_free(answer);
    ljk_sink_delivery_free(shown(hub, "\"attempt\":1"));
    delivery = shown(hub, "\"attempt\":2");
    GIVES(LJK_OK, ljk_sink_delivery_done(delivery, LJK_DONE, LJK_S(""), &err));
    ljk_sink_delivery_free(delivery);
    GIVES(LJK_E_TIMEOUT, ljk_hub_next_sink(hub, LJK_S("chat"), 50, &delivery, &err));
    ljk_hub_free(hub);
}

int main(void) {
    an_item_comes_again();
    an_outcome_stays();
    an_item_may_outlive_its_hub();
    a_message_is_shown_again();
    return 0;
}
