/* The platform refuses our token for a while: nothing is lost, and whoever corrected it says so. */
#include "server.h"
#include "shop.h"

static server platform;

static ljk_hub* open_hub(void) {
    char settings[128];
    CHECK(snprintf(settings, sizeof settings,
                   ",\"api_token\":\"at-made-up\",\"api_base\":\"http://127.0.0.1:%u\"",
                   platform.port) < (int)sizeof settings);
    return open_shop("\"allow_networks\":[\"127.0.0.0/8\"],", settings, LJK_RUN_SENDER, NULL);
}

static ljk_receipt* notify(ljk_hub* hub, const char* words) {
    ljk_receipt* receipt = NULL;
    GIVES(LJK_OK, ljk_hub_notify(hub, text(kRef), text(words), NULL, &receipt, &err));
    return receipt;
}

static int list_holds(ljk_hub* hub, const char* part) {
    ljk_text* out = NULL;
    int found;
    GIVES(LJK_OK, ljk_hub_deliveries(hub, text(kRef), &out, &err));
    found = holds(ljk_text_str(out), part);
    ljk_text_free(out);
    return found;
}

int main(void) {
    ljk_hub* hub;
    ljk_receipt *first, *second;
    ljk_text* out = NULL;
    server_start(&platform);
    server_answers(&platform, 401);
    hub = open_hub();
    meet(hub);
    first = notify(hub, "one");
    CHECK(server_wait(&platform, 1, 10000) == 1);
    second = notify(hub, "two");
    GIVES(LJK_E_TIMEOUT, ljk_hub_wait(hub, ljk_receipt_delivery(first), 200, &out, &err));
    CHECK(list_holds(hub, "\"status\":\"paused\""));
    CHECK(list_holds(hub, "\"last_error\":\"credentials: status 401\""));
    CHECK(list_holds(hub, "\"vendor_answer\":\"{}\""));
    CHECK(!list_holds(hub, "\"status\":\"dead\""));
    GIVES(LJK_OK, ljk_hub_stuck(hub, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"why\":[\"credentials\"]"));
    ljk_text_free(out);
    server_answers(&platform, 200);
    GIVES(LJK_OK, ljk_hub_resume(hub, LJK_S("shop"), &err));
    GIVES(LJK_OK, ljk_hub_wait(hub, ljk_receipt_delivery(second), 20000, &out, &err));
    CHECK(holds(ljk_text_str(out), "\"status\":\"sent\""));
    ljk_text_free(out);
    CHECK(!list_holds(hub, "paused"));
    CHECK(strstr(platform.requests[1], "one") != NULL &&
          strstr(platform.requests[2], "two") != NULL);
    GIVES(LJK_OK, ljk_hub_resume(hub, LJK_S("shop"), &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_resume(hub, LJK_S("nobody"), &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_resume(NULL, LJK_S("shop"), &err));
    ljk_receipt_free(first);
    ljk_receipt_free(second);
    ljk_hub_free(hub);
    server_stop(&platform);
    return 0;
}
