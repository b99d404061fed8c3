/* What an operator does: items that were given up, what is kept of a user, a user to erase, what belongs to no
 * conversation, what is stuck, a backup to restore; and a hub in a forked process. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static const char kRef[] = "shop:live:s-1";

static ljk_hub* open_hub(void) {
    ljk_hub* hub = NULL;
    ljk_error err;
    GIVES(LJK_OK,
          ljk_hub_open(
              LJK_S("{\"store\":\"memory:\",\"item_tries\":1,\"account\":{\"shop\":{"
                    "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\","
                    "\"api_token\":\"at-made-up\",\"api_base\":\"https://platform.invalid\"}}}"),
              0, &hub, &err));
    return hub;
}

static int32_t receive(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    int32_t status;
    ljk_error err;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"messages\":[{\"actor\":\"bot\","
              "\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"message\":{\"text\":\"Hi\"}}]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    status = ljk_answer_status(answer);
    ljk_answer_free(answer);
    return status;
}

static void fail_next(ljk_hub* hub) {
    ljk_item* item = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 0, &item, &err));
    GIVES(LJK_OK, ljk_item_fail(item, LJK_S("no desk"), &err));
    ljk_item_free(item);
}

static void check_dead(ljk_hub* hub, const char* expected) {
    ljk_text* dead = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_dead_items(hub, LJK_S("desk"), 10, &dead, &err));
    CHECK(holds(ljk_text_str(dead), expected));
    ljk_text_free(dead);
}

static void give_up_and_settle(ljk_hub* hub) {
    ljk_text* none = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"), LJK_S("{\"kinds\":[\"message\"]}"), &err));
    CHECK(receive(hub) == 200);
    check_dead(hub, "[]");
    fail_next(hub);
    check_dead(hub, "\"reason\":\"no desk\"");
    GIVES(LJK_OK, ljk_hub_settle_dead_item(hub, LJK_S("desk"), text(kRef), 1, LJK_RETRY, &err));
    GIVES(LJK_E_NOT_FOUND,
          ljk_hub_settle_dead_item(hub, LJK_S("desk"), text(kRef), 1, LJK_RETRY, &err));
    fail_next(hub);
    GIVES(LJK_E_ARGUMENT, ljk_hub_settle_dead_item(hub, LJK_S("desk"), text(kRef), 1, 7, &err));
    GIVES(LJK_OK, ljk_hub_settle_dead_item(hub, LJK_S("desk"), text(kRef), 1, LJK_DONE, &err));
    check_dead(hub, "[]");
    GIVES(LJK_E_NOT_FOUND, ljk_hub_dead_items(hub, LJK_S("none"), 10, &none, &err));
    CHECK(none == NULL);
}

static void export_one(ljk_hub* hub) {
    ljk_text* lines = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_export(hub, LJK_S("shop"), LJK_S("s-1"), &lines, &err));
    CHECK(holds(ljk_text_str(lines), "{\"conversation\":\"shop:live:s-1\",\"account\":\"shop\""));
    CHECK(holds(ljk_text_str(lines), "\"text\":\"Hi\""));
    ljk_text_free(lines);
    GIVES(LJK_OK, ljk_hub_export(hub, LJK_S("shop"), LJK_S("s-2"), &lines, &err));
    CHECK(is(ljk_text_str(lines), ""));
    ljk_text_free(lines);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_export(hub, LJK_S("none"), LJK_S("s-1"), &lines, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_export(hub, LJK_S("shop"), LJK_S("\xff"), &lines, &err));
    CHECK(lines == NULL);
    GIVES(LJK_OK, ljk_hub_unattributed(hub, &lines, &err));
    CHECK(is(ljk_text_str(lines), "[]"));
    ljk_text_free(lines);
}

static void restore(void) {
    ljk_error err;
    GIVES(LJK_E_CONFIG, ljk_store_restore(LJK_S("memory:"), LJK_S("copy.db"), &err));
    GIVES(LJK_E_CONFIG, ljk_store_restore(LJK_S("sqlite:none.db"), LJK_S("none-copy.db"), &err));
    CHECK(holds(text(err.message), "the backup: there is no file at that path: none-copy.db"));
    GIVES(LJK_E_ARGUMENT, ljk_store_restore(LJK_S("sqlite:none.db"), LJK_S(""), &err));
}

static void erase(ljk_hub* hub) {
    ljk_text* report = NULL;
    ljk_error err;
    GIVES(LJK_OK, ljk_hub_erase(hub, LJK_S("shop"), LJK_S("s-1"), 0, 0, &report, &err));
    CHECK(holds(ljk_text_str(report), "\"ref\":\"shop:live:s-1\""));
    CHECK(holds(ljk_text_str(report), "\"log\":\"empty\""));
    ljk_text_free(report);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_conversation(hub, text(kRef), &report, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_erase(hub, LJK_S("none"), LJK_S("s-1"), 0, 0, &report, &err));
    GIVES(LJK_OK, ljk_hub_stuck(hub, &report, &err));
    CHECK(is(ljk_text_str(report), "[]"));
    ljk_text_free(report);
}

static void fork_it(ljk_hub* hub) {
    int status = 0;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        ljk_text* none = NULL;
        ljk_error err;
        GIVES(LJK_E_CLOSED, ljk_hub_stuck(hub, &none, &err));
        CHECK(holds(text(err.message), "fork"));
        CHECK(receive(hub) == 503);
        ljk_hub_free(hub);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(receive(hub) == 200);
}

int main(void) {
    ljk_hub* hub = open_hub();
    give_up_and_settle(hub);
    export_one(hub);
    erase(hub);
    restore();
    fork_it(hub);
    ljk_hub_free(hub);
    return 0;
}
