/* A hub with one account, "shop", and the first message of its one conversation. */
#ifndef SHOP_H
#define SHOP_H

#include "check.h"

static const char kRef[] = "shop:live:s-1";
static ljk_error err;

/* `keys` are further keys of the hub, each with a comma behind it, `settings` those of the account, each with one before. */
static inline ljk_hub* open_shop(const char* keys, const char* settings, uint32_t run,
                                 const ljk_hub_options* options) {
    char config[1024];
    ljk_hub* hub = NULL;
    CHECK(snprintf(config, sizeof config,
                   "{\"store\":\"memory:\",%s\"account\":{\"shop\":{"
                   "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\"%s}}}",
                   keys, settings) < (int)sizeof config);
    GIVES(LJK_OK, ljk_hub_open_with(text(config), run, options, &hub, &err));
    return hub;
}

static inline void meet(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"messages\":[{\"actor\":\"bot\","
              "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"message\":{\"text\":\"hi\"}}]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    ljk_answer_free(answer);
}

#endif
