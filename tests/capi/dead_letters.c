/* A delivery that can never leave: it is listed, exported, sent again and thrown away. */
#include "shop.h"

/* Written by the sender's thread, read after it ended. */
static int warnings;

static void count_warning(void* user, ljk_str level, ljk_str text) {
    (void)user;
    if (!holds(text, "delivery.dead ")) return;
    CHECK(is(level, "warning") && holds(text, "delivery.dead account=shop conversation="));
    CHECK(holds(text, " action=notify reason=\"api_token is not configured"));
    CHECK(!holds(text, "hello") && !holds(text, "s-1"));
    ++warnings;
}

static ljk_hub* open_hub(void) {
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    options.log = count_warning;
    /* Without a token nothing can be sent: the delivery is given up before its request is made. */
    return open_shop("", ",\"api_base\":\"https://platform.invalid\"", LJK_RUN_SENDER, &options);
}

static void wait_until_dead(ljk_hub* hub, ljk_str delivery) {
    ljk_text* out = NULL;
    GIVES(LJK_OK, ljk_hub_wait(hub, delivery, 20000, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"status\":\"dead\""));
    CHECK(holds(ljk_text_str(out), "\"last_error\":\"api_token is not configured"));
    ljk_text_free(out);
}

static void list_holds(ljk_hub* hub, const char* part) {
    ljk_text* out = NULL;
    GIVES(LJK_OK, ljk_hub_dead_letters(hub, 10, &out, &err));
    CHECK(holds(ljk_text_str(out), part));
    CHECK(!holds(ljk_text_str(out), "hello"));
    ljk_text_free(out);
}

static void export_has_the_words(ljk_hub* hub) {
    ljk_text* out = NULL;
    ljk_str line;
    GIVES(LJK_OK, ljk_hub_export_dead_letters(hub, 10, &out, &err));
    line = ljk_text_str(out);
    CHECK(holds(line, "\"text\":\"hello\""));
    CHECK(line.len > 1 && line.ptr[0] == '{' && line.ptr[line.len - 1] == '\n');
    ljk_text_free(out);
}

static void refuse_what_makes_no_sense(ljk_hub* hub, ljk_str delivery) {
    ljk_text* out = NULL;
    GIVES(LJK_E_UNSUPPORTED, ljk_hub_retry_delivery(hub, delivery, &err));
    GIVES(LJK_E_UNSUPPORTED, ljk_hub_discard_delivery(hub, delivery, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_retry_delivery(hub, LJK_S("nobody"), &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_discard_delivery(hub, LJK_S("nobody"), &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_retry_delivery(NULL, delivery, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_discard_delivery(NULL, delivery, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_dead_letters(NULL, 1, &out, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_export_dead_letters(hub, 1, NULL, &err));
}

int main(void) {
    ljk_hub* hub = open_hub();
    ljk_receipt* receipt = NULL;
    ljk_str delivery;
    meet(hub);
    GIVES(LJK_OK, ljk_hub_notify(hub, text(kRef), LJK_S("hello"), NULL, &receipt, &err));
    delivery = ljk_receipt_delivery(receipt);
    wait_until_dead(hub, delivery);
    list_holds(hub, "\"ref\":\"shop:live:s-1\"");
    list_holds(hub, "\"agent\":null,\"last_code\":null,\"vendor_answer\":null}");
    export_has_the_words(hub);
    GIVES(LJK_OK, ljk_hub_retry_delivery(hub, delivery, &err));
    wait_until_dead(hub, delivery);
    GIVES(LJK_OK, ljk_hub_discard_delivery(hub, delivery, &err));
    list_holds(hub, "[]");
    refuse_what_makes_no_sense(hub, delivery);
    ljk_receipt_free(receipt);
    ljk_hub_free(hub);
    CHECK(warnings > 0);
    return 0;
}
