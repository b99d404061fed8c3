/* Out of memory is a status like any other: nothing ends the process, and the hub goes on when there is memory again. */
#include "check.h"

#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* their shadow memory does not live with a limit */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED
#define SANITIZED 0
#endif

static ljk_error err;

static int32_t accept_all(void* user, const ljk_question* question) {
    (void)user;
    (void)question;
    return LJK_ACCEPT;
}

static ljk_hub* open_hub(void) {
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    ljk_hub* hub = NULL;
    options.decide = accept_all;
    GIVES(LJK_OK,
          ljk_hub_open_with(LJK_S("{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":"
                                  "\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\"}}}"),
                            LJK_RUN_NOTHING, &options, &hub, &err));
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:04.000Z\",\"payload\":{},\"transcript\":[]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    ljk_answer_free(answer);
    return hub;
}

/* Under a limit that adds no memory to what is mapped. */
static void run_out(ljk_hub* hub, ljk_str words) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = (ljk_receipt*)&err;
    ljk_batch* batch = (ljk_batch*)&err;
    ljk_text* none = (ljk_text*)&err;
    struct rlimit before, tight;
    options.agent = LJK_S("dana");
    CHECK(getrlimit(RLIMIT_AS, &before) == 0);
    tight = before;
    tight.rlim_cur = 1 << 20;
    CHECK(setrlimit(RLIMIT_AS, &tight) == 0);
    GIVES(LJK_E_INTERNAL,
          ljk_hub_reply(hub, text("shop:live:s-1"), words, &options, &receipt, &err));
    CHECK(is(text(err.message), "out of memory") && receipt == NULL);
    GIVES(LJK_E_INTERNAL, ljk_read_events(words, &batch, &err));
    CHECK(batch == NULL);
    GIVES(LJK_E_INTERNAL, ljk_hub_urls(hub, words, &none, &err));
    CHECK(none == NULL);
    CHECK(setrlimit(RLIMIT_AS, &before) == 0);
}

int main(void) {
    enum { SIZE = 64 << 20 };
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_hub* hub = open_hub();
    ljk_receipt* receipt = NULL;
    char* bytes = malloc(SIZE);
    ljk_str words;
    CHECK(bytes != NULL);
    memset(bytes, 'a', SIZE);
    words.ptr = bytes;
    words.len = SIZE;
    if (!SANITIZED) run_out(hub, words);
    free(bytes);
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_reply(hub, LJK_S("shop:live:s-1"), LJK_S("still here"), &options,
                                &receipt, &err));
    CHECK(is(ljk_receipt_agent(receipt), "dana"));
    ljk_receipt_free(receipt);
    ljk_hub_free(hub);
    return 0;
}
