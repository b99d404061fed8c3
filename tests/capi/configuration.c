/* The configuration from C: secrets that are kept elsewhere, and the one form of its errors. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static int32_t open_with(const char* members, const char* token, ljk_hub** hub, ljk_error* err) {
    char config[1024];
    snprintf(config, sizeof config,
             "{\"store\":\"memory:\",%s\"account\":{\"shop\":{"
             "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"%s\"}}}",
             members, token);
    *hub = NULL;
    return ljk_hub_open(text(config), LJK_RUN_NOTHING, hub, err);
}

static int32_t health(ljk_hub* hub, const char* query) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    int32_t status;
    ljk_error err;
    request.method = LJK_S("GET");
    request.query = text(query);
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    status = ljk_answer_status(answer);
    ljk_answer_free(answer);
    return status;
}

/** Only who comes from a listed network is heard; a caller of an earlier header tells no address. */
static void check_senders(void) {
    const char* peers[] = {"198.51.100.7", "203.0.113.7", ""};
    const int32_t statuses[] = {200, 401, 401};
    ljk_hub* hub = NULL;
    ljk_error err;
    size_t i;
    GIVES(LJK_OK, ljk_hub_open(LJK_S("{\"store\":\"memory:\",\"account\":{\"shop\":{"
                                     "\"platform\":\"chatlayer_offloading\","
                                     "\"verify_token\":\"vt-made-up\","
                                     "\"allow_senders\":[\"198.51.100.0/24\"]}}}"),
                               LJK_RUN_NOTHING, &hub, &err));
    for (i = 0; i < 4; ++i) {
        ljk_request request = LJK_REQUEST_INIT;
        ljk_answer* answer = NULL;
        request.method = LJK_S("GET");
        request.query = LJK_S("challenge.verifyToken=vt-made-up");
        request.peer = text(peers[i % 3]);
        if (i == 3) request.struct_size = offsetof(ljk_request, peer);
        GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
        CHECK(ljk_answer_status(answer) == (i == 3 ? 401 : statuses[i]));
        ljk_answer_free(answer);
    }
    ljk_hub_free(hub);
}

/** The token that the configuration stands for is taken, and the text of the configuration is not. */
static void check_token(const char* members, const char* configured, const char* good,
                        const char* bad) {
    ljk_hub* hub = NULL;
    ljk_error err;
    char query[256];
    GIVES(LJK_OK, open_with(members, configured, &hub, &err));
    snprintf(query, sizeof query, "challenge.verifyToken=%s", good);
    CHECK(health(hub, query) == 200);
    snprintf(query, sizeof query, "challenge.verifyToken=%s", bad);
    CHECK(health(hub, query) == 401);
    ljk_hub_free(hub);
}

static void check_refused(const char* members, const char* token, const char* message) {
    ljk_hub* hub = NULL;
    ljk_error err;
    GIVES(LJK_E_CONFIG, open_with(members, token, &hub, &err));
    CHECK(hub == NULL);
    CHECK(strcmp(err.message, message) == 0);
}

static void check_files(void) {
    char folder[] = "/tmp/lampjack-capi-XXXXXX";
    char path[64], members[128], token[128];
    FILE* file;
    int i;
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/token", folder);
    file = fopen(path, "w");
    CHECK(file != NULL);
    fputs("from-a-file\n", file);
    fclose(file);
    snprintf(token, sizeof token, "file:%s", path);
    check_token("", token, "from-a-file", "file:token");
    snprintf(members, sizeof members, "\"config_dir\":\"%s\",", folder);
    check_token(members, "file:token", "from-a-file", "file:token");
    check_refused(members, "file:none",
                  "account.shop.verify_token: file none cannot be read: No such file or directory");
    check_refused("", "file:token",
                  "account.shop.verify_token: file token has a relative path: write the absolute "
                  "path, or set config_dir to the folder it is relative to");
    file = fopen(path, "w");
    CHECK(file != NULL);
    for (i = 0; i < 64 * 1024 + 1; ++i) fputc('x', file);
    fclose(file);
    check_refused(members, "file:token",
                  "account.shop.verify_token: file token is larger than 64 KiB");
    unlink(path);
    CHECK(symlink(path, path) == 0);
    check_refused(members, "file:token",
                  "account.shop.verify_token: file token cannot be read: Too many levels of "
                  "symbolic links");
    unlink(path);
    rmdir(folder);
}

/** The whole account, not a token alone. */
static void check_setting(const char* settings, const char* message) {
    char config[1024];
    ljk_hub* hub = NULL;
    ljk_error err;
    snprintf(config, sizeof config, "{\"store\":\"memory:\",\"account\":{\"shop\":{%s}}}",
             settings);
    GIVES(LJK_E_CONFIG, ljk_hub_open(text(config), LJK_RUN_NOTHING, &hub, &err));
    CHECK(hub == NULL);
    if (strcmp(err.message, message) != 0) fprintf(stderr, "%s\n", err.message);
    CHECK(strcmp(err.message, message) == 0);
}

static void check_settings(void) {
    check_setting("\"platform\":\"chatlayer_offloading\"",
                  "account.shop.verify_token: is required: the Verify Token of Settings > "
                  "Offloading; two during a rotation");
    check_setting("\"platform\":\"certainly\",\"webhook_token\":\"t\",\"deployment_id\":\"d\","
                  "\"api_base\":\"http://api.example\"",
                  "account.shop.api_base: plain http is not allowed; use https or list the network "
                  "in allow_networks");
    check_setting("\"platform\":\"certainly\",\"webhook_token\":\"t\",\"deployment_id\":\"d\","
                  "\"api_base\":\"https://https://api.example\"",
                  "account.shop.api_base: holds two addresses: give one, with https:// once");
    check_setting("\"platform\":\"certainly\",\"webhook_token\":\"t\",\"deployment_id\":\"d\","
                  "\"api_base\":\"https://api.example/webbot/api\"",
                  "account.shop.api_base: holds a part of the path that is added to it: give the "
                  "address that stands before that part");
    check_setting("\"platform\":\"omnichannel\",\"webhook_token\":\"t\",\"auth_in\":\"url\","
                  "\"channel_token\":\"a/b\"",
                  "account.shop.channel_token: can never match: it is one segment of an address, "
                  "so it has no slash, backslash or control character, and is not \".\" or \"..\"");
}

static int warnings;

static void note(void* user, ljk_str level, ljk_str line) {
    (void)user;
    warnings += is(level, "warning") && is(line, "secret.short account=shop setting=verify_token");
}

/** A token of 15 characters can be guessed, one of 16 is taken without a word. */
static void check_warnings(void) {
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    ljk_error err;
    options.log = note;
    GIVES(LJK_OK, ljk_hub_open_with(
                      LJK_S("{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":"
                            "\"chatlayer_offloading\",\"verify_token\":\"sixteen--letters\"}}}"),
                      LJK_RUN_NOTHING, &options, &hub, &err));
    ljk_hub_free(hub);
    CHECK(warnings == 0);
    GIVES(LJK_OK, ljk_hub_open_with(
                      LJK_S("{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":"
                            "\"chatlayer_offloading\",\"verify_token\":\"fifteen-letters\"}}}"),
                      LJK_RUN_NOTHING, &options, &hub, &err));
    ljk_hub_free(hub);
    CHECK(warnings == 1);
}

int main(void) {
    check_senders();
    CHECK(setenv("LAMPJACK_TEST_TOKEN", "from-the-environment", 1) == 0);
    CHECK(unsetenv("LAMPJACK_TEST_NONE") == 0);
    check_token("", "env:LAMPJACK_TEST_TOKEN", "from-the-environment", "env:LAMPJACK_TEST_TOKEN");
    check_token("\"secrets\":\"literal\",", "env:LAMPJACK_TEST_TOKEN", "env:LAMPJACK_TEST_TOKEN",
                "from-the-environment");
    check_refused("", "env:LAMPJACK_TEST_NONE",
                  "account.shop.verify_token: environment variable LAMPJACK_TEST_NONE is not set");
    check_refused("", "",
                  "account.shop.verify_token: must be a text that is not blank, or a list of them");
    check_refused("", " ",
                  "account.shop.verify_token: must be a text that is not blank, or a list of them");
    check_refused("\"max_tries\":1001,", "t",
                  "max_tries: must be a whole number from 1 to 1000 attempts");
    check_refused("\"max_trise\":1,", "t",
                  "max_trise: is not a known key; did you mean max_tries?");
    check_files();
    check_settings();
    check_warnings();
    return 0;
}
