/* A key, a line, its delivery and its receipt; subscriptions listed and dropped; what became of a line, and why. */
#include "shop.h"

static void keys_and_links(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    ljk_text* out = NULL;
    char delivery[64];
    options.key = LJK_S("k-1");
    GIVES(LJK_OK, ljk_hub_notify(hub, text(kRef), LJK_S("hello"), &options, &receipt, &err));
    CHECK(holds(ljk_receipt_json(receipt), "\"seq\":2,"));
    CHECK(!holds(ljk_receipt_json(receipt), "repeated"));
    member(ljk_receipt_json(receipt), "id", delivery, sizeof delivery);
    ljk_receipt_free(receipt);

    GIVES(LJK_OK, ljk_hub_notify(hub, text(kRef), LJK_S("hello"), &options, &receipt, &err));
    CHECK(holds(ljk_receipt_json(receipt), "\"repeated\":true"));
    CHECK(is(ljk_receipt_delivery(receipt), delivery));
    ljk_receipt_free(receipt);
    GIVES(LJK_E_KEY_CONFLICT,
          ljk_hub_notify(hub, text(kRef), LJK_S("another"), &options, &receipt, &err));
    CHECK(receipt == NULL);
    CHECK(is(ljk_status_name(LJK_E_KEY_CONFLICT), "key_conflict"));
    CHECK(ljk_status_is_retryable(LJK_E_KEY_CONFLICT) == 0);

    GIVES(LJK_OK, ljk_hub_delivery(hub, text(delivery), &out, &err));
    CHECK(holds(ljk_text_str(out), "\"seq\":2,"));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_transcript(hub, text(kRef), 1, 10, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"delivery\":\""));
    CHECK(holds(ljk_text_str(out), delivery));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_transcript_up_to(hub, text(kRef), 0, 1, 10, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"seq\":1,") && !holds(ljk_text_str(out), "\"seq\":2,"));
    ljk_text_free(out);
}

static void subscriptions(ljk_hub* hub) {
    ljk_text* out = NULL;
    ljk_item* item = NULL;
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"), LJK_S("{\"kinds\":[\"message\"]}"), &err));
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("late"), LJK_S("{\"start\":\"now\"}"), &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_subscribe(hub, LJK_S("x"), LJK_S("{\"start\":1}"), &err));
    GIVES(LJK_E_CONFIG, ljk_hub_subscribe(hub, LJK_S("x"), LJK_S("{\"accounts\":[\"no\"]}"), &err));
    GIVES(LJK_E_TIMEOUT, ljk_hub_next(hub, LJK_S("late"), 0, &item, &err));
    GIVES(LJK_OK, ljk_hub_subscriptions(hub, &out, &err));
    CHECK(holds(ljk_text_str(out), "{\"name\":\"desk\",\"kinds\":[\"message\"],\"waiting\":2,"));
    CHECK(holds(ljk_text_str(out), "{\"name\":\"late\",\"kinds\":[],\"waiting\":0,"));
    CHECK(holds(ljk_text_str(out), "\"left_behind\":false"));
    ljk_text_free(out);
    GIVES(LJK_E_UNSUPPORTED, ljk_hub_drop_subscription(hub, LJK_S("desk"), &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_drop_subscription(hub, LJK_S("nobody"), &err));
}

static void why(ljk_hub* hub) {
    ljk_text* out = NULL;
    GIVES(LJK_OK, ljk_hub_why(hub, text(kRef), 2, 0, &out, &err));
    CHECK(
        holds(ljk_text_str(out), "\"lines\":[{\"seq\":2,\"kind\":\"message\",\"role\":\"system\""));
    CHECK(holds(ljk_text_str(out), "{\"subscription\":\"desk\",\"status\":\"waiting\",\"reason\":"
                                   "\"behind line 1\"}"));
    CHECK(holds(ljk_text_str(out), "\"reason\":\"due\""));
    CHECK(!holds(ljk_text_str(out), "hello"));
    ljk_text_free(out);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_why(hub, text(kRef), 99, 0, &out, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_why(hub, LJK_S("shop:live:none"), 0, 5, &out, &err));
}

int main(void) {
    ljk_hub* hub = open_shop("", ",\"api_token\":\"at-made-up\"", LJK_RUN_NOTHING, NULL);
    meet(hub);
    keys_and_links(hub);
    subscriptions(hub);
    why(hub);
    ljk_hub_free(hub);
    return 0;
}
