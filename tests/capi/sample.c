/* The C interface on one page: open, receive, next, done, reply, drain, free. tests/parity builds it against an installed
 * library, too. The platform's address leads nowhere, so the reply is accepted and stays on its way. */
#include "lampjack/lampjack.h"

#include <stdio.h>
#include <string.h>

#define MUST(call)                                                           \
    do {                                                                     \
        if ((call) != LJK_OK) {                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, err.message); \
            return 1;                                                        \
        }                                                                    \
    } while (0)

static int32_t accept_all(void* user, const ljk_question* question) {
    (void)user;
    (void)question;
    return LJK_ACCEPT;
}

int main(void) {
    const ljk_str config_json =
        LJK_S("{\"store\":\"memory:\",\"allow_networks\":[\"127.0.0.0/8\"],\"account\":{\"shop\":{"
              "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\",\"api_token\":"
              "\"at-made-up\","
              "\"api_base\":\"http://127.0.0.1:9\"}}}");
    const ljk_str ref = LJK_S("shop:live:s-1");
    ljk_hub_options hooks = LJK_HUB_OPTIONS_INIT;
    ljk_request request = LJK_REQUEST_INIT;
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    ljk_answer* answer = NULL;
    ljk_item* item = NULL;
    ljk_receipt* delivery = NULL;
    ljk_error err;

    if (ljk_abi_version() != LJK_ABI_VERSION) return 1;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"payload\":{},\"transcript\":[]}");
    options.agent = LJK_S("dana");

    /* Without callbacks; then every handover request gets the platform's safe default. */
    MUST(ljk_hub_open(config_json, LJK_RUN_SENDER | LJK_RUN_TIMERS, &hub, &err));
    ljk_hub_free(hub);

    hooks.decide = accept_all;
    MUST(ljk_hub_open_with(config_json, LJK_RUN_SENDER | LJK_RUN_TIMERS, &hooks, &hub, &err));

    MUST(ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err)); /* from any web server */
    printf("%d %.*s\n", (int)ljk_answer_status(answer), (int)ljk_answer_body(answer).len,
           ljk_answer_body(answer).ptr);
    ljk_answer_free(answer);

    MUST(ljk_hub_next(hub, LJK_S("desk"), 1000, &item, &err)); /* LJK_E_TIMEOUT, or an item */
    printf("an item: %s\n", ljk_item_json(item).len > 2 ? "yes" : "no");
    MUST(ljk_item_done(item, LJK_DONE, &err)); /* or LJK_RETRY */
    ljk_item_free(item);

    MUST(
        ljk_hub_reply(hub, ref, LJK_S("Hello"), &options, &delivery, &err)); /* agent, epoch, key */
    printf("owner: %.*s\n", (int)ljk_receipt_agent(delivery).len, ljk_receipt_agent(delivery).ptr);
    ljk_receipt_free(delivery);

    MUST(ljk_hub_drain(hub, 15000, &err));
    ljk_hub_free(hub);
    return 0;
}
