/* What integrators found in release 13949c8, with calls that release has: built against it, each part ends with status 3.
 * `findings` runs all parts, `findings NAME` one, `findings list` prints the names. */
#include "server.h"

#include <signal.h>
#include <sys/wait.h>

enum { STANDS = 3 };

/* Ends the program as that finding, and as nothing else, when it stands. */
#define MENDED(finding, condition)                                           \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "%s stands: not so: %s\n", finding, #condition); \
            exit(STANDS);                                                    \
        }                                                                    \
    } while (0)

static const char kRef[] = "a:live:s-1";
static const char kOffloading[] =
    "\"platform\":\"chatlayer_offloading\",\"verify_token\":\"vt-made-up\","
    "\"api_token\":\"at-made-up\",\"pause_action\":{\"pause\":true},"
    "\"resume_action\":{\"resume\":true},\"api_base\"";
static const char kCertainly[] = "\"platform\":\"certainly\",\"webhook_token\":\"wt-made-up\","
                                 "\"deployment_id\":\"dep-1\",\"api_base\"";
static const char kOmnichannel[] = "\"platform\":\"omnichannel\",\"webhook_token\":\"wt-made-up\","
                                   "\"auth\":\"none\",\"platform_base\"";
static ljk_error err;
static server platform;
static char store[256] = "memory:";

static int32_t accept_muted(void* user, const ljk_question* question) {
    (void)user;
    (void)question;
    return LJK_ACCEPT_MUTED;
}

/* A hub with the account "a"; `settings` ends with the name of the address's setting. */
static ljk_hub* open_hub(const char* settings, uint32_t run) {
    char config[1024];
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    options.decide = accept_muted;
    CHECK(snprintf(config, sizeof config,
                   "{\"store\":\"%s\",\"allow_networks\":[\"127.0.0.0/8\"],\"account\":{\"a\":{%s:"
                   "\"http://127.0.0.1:%u\"}}}",
                   store, settings, platform.port) < (int)sizeof config);
    GIVES(LJK_OK, ljk_hub_open_with(text(config), run, &options, &hub, &err));
    return hub;
}

static void post(ljk_hub* hub, const char* path, const char* query, const char* body) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.method = LJK_S("POST");
    request.path = text(path);
    request.query = text(query);
    request.body = text(body);
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("a"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    ljk_answer_free(answer);
}

static void ask_for_a_human(ljk_hub* hub) {
    post(hub, "/", "challenge.verifyToken=vt-made-up",
         "{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
         "\"timestamp\":\"2026-01-05T10:00:01.000Z\",\"payload\":{},\"transcript\":[]}");
}

/* The user says one letter, in the second of that digit. */
static void user_says(ljk_hub* hub, char word) {
    char body[512];
    CHECK(snprintf(body, sizeof body,
                   "{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":"
                   "\"s-1\",\"timestamp\":\"2026-01-05T10:00:0%c.000Z\",\"messages\":[{\"actor\":"
                   "\"user\",\"timestamp\":\"2026-01-05T10:00:0%c.000Z\",\"message\":{"
                   "\"messageType\":\"text\",\"text\":\"word %c\"}}]}",
                   word, word, word) < (int)sizeof body);
    post(hub, "/", "challenge.verifyToken=vt-made-up", body);
}

static ljk_status reply(ljk_hub* hub, const char* words, const char* key, ljk_receipt** out) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    options.agent = LJK_S("dana");
    options.key = text(key);
    return ljk_hub_reply(hub, text(kRef), text(words), &options, out, &err);
}

static void take(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    options.agent = LJK_S("dana");
    GIVES(LJK_OK, ljk_hub_take(hub, text(kRef), &options, NULL, &err));
}

/* Whether the next item of that subscription holds that, and is at hand. */
static int next_holds(ljk_hub* hub, const char* subscription, const char* part) {
    ljk_item* item = NULL;
    int found;
    if (ljk_hub_next(hub, text(subscription), 0, &item, &err) != LJK_OK) return 0;
    found = holds(ljk_item_json(item), part);
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
    return found;
}

/* Waits until the conversation's deliveries hold that; 0 when they do not in time. */
static int deliveries_hold(ljk_hub* hub, const char* part) {
    const struct timespec moment = {0, 10000000};
    int tries, found = 0;
    for (tries = 0; tries < 2000 && !found; ++tries) {
        ljk_text* out = NULL;
        GIVES(LJK_OK, ljk_hub_deliveries(hub, text(kRef), &out, &err));
        found = holds(ljk_text_str(out), part);
        ljk_text_free(out);
        if (!found) nanosleep(&moment, NULL);
    }
    return found;
}

/* D-B1: on Certainly a mute at accept was made at the take, and what the user said before it never reached the desk. */
static void mute_at_accept(void) {
    ljk_hub* hub = open_hub(kCertainly, LJK_RUN_SENDER);
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"),
                                    LJK_S("{\"to\":\"desk\",\"kinds\":[\"message\"]}"), &err));
    post(hub, "/claim", "token=wt-made-up",
         "{\"reply\":\"help\",\"from\":\"s-1\",\"botId\":\"bot-1\"}");
    MENDED("D-B1", server_wait(&platform, 1, 5000) == 1);
    CHECK(strstr(platform.requests[0], "/handover/") != NULL);
    post(
        hub, "/messages", "token=wt-made-up",
        "{\"interlocutor\":\"user\",\"data\":{\"error\":null,\"message\":{\"from\":\"human\","
        "\"user_id\":\"s-1\",\"id\":\"1\",\"timestamp\":1767607201,\"actions\":[{\"type\":\"text\","
        "\"text\":\"my order number is 4711\"}]}}}");
    MENDED("D-B1", next_holds(hub, "desk", "4711"));
    take(hub);
    ljk_hub_free(hub);
}

/* A process of its own that works on an item until it is killed. */
static int hold(const char* url) {
    ljk_item* item = NULL;
    ljk_hub* hub;
    CHECK(snprintf(store, sizeof store, "%s", url) < (int)sizeof store);
    platform.port = 9; /* nobody is called */
    hub = open_hub(kOffloading, LJK_RUN_NOTHING);
    user_says(hub, '1');
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 5000, &item, &err));
    CHECK(write(STDOUT_FILENO, "b", 1) == 1);
    for (;;) pause();
    return 1;
}

static void let_a_process_begin_and_kill_it(void) {
    int begun[2];
    char byte = 0;
    pid_t child;
    CHECK(pipe(begun) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        (void)dup2(begun[1], STDOUT_FILENO);
        (void)execl("/proc/self/exe", "findings", "hold", store, (char*)NULL);
        _exit(1);
    }
    close(begun[1]);
    CHECK(read(begun[0], &byte, 1) == 1);
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    close(begun[0]);
}

/* D-B2: the item of a process that was killed came again after five minutes. */
static void dead_process(void) {
    ljk_hub* hub;
    ljk_item* item = NULL;
    ljk_status came;
    if (strcmp(store, "memory:") == 0) return; /* it is one process's */
    let_a_process_begin_and_kill_it();
    hub = open_hub(kOffloading, LJK_RUN_NOTHING);
    came = ljk_hub_next(hub, LJK_S("desk"), 60000, &item, &err);
    CHECK(came == LJK_OK || came == LJK_E_TIMEOUT);
    MENDED("D-B2", came == LJK_OK);
    CHECK(holds(ljk_item_json(item), "word 1") && holds(ljk_item_json(item), "\"attempt\":2"));
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
    ljk_hub_free(hub);
}

/* D-B5: a wrong token made a dead letter of each message that was tried with it. */
static void refused_credentials(void) {
    ljk_hub* hub = open_hub(kOffloading, LJK_RUN_SENDER);
    ljk_text* out = NULL;
    server_answers(&platform, 401);
    ask_for_a_human(hub);
    GIVES(LJK_OK, reply(hub, "hello", "", NULL));
    CHECK(deliveries_hold(hub, "\"last_error\""));
    GIVES(LJK_OK, ljk_hub_dead_letters(hub, 10, &out, &err));
    MENDED("D-B5", is(ljk_text_str(out), "[]"));
    ljk_text_free(out);
    ljk_hub_free(hub);
}

/* D-B7: another text under a known key gave the first receipt, and was not sent. */
static void known_key(void) {
    ljk_hub* hub = open_hub(kOffloading, LJK_RUN_NOTHING);
    ljk_receipt* receipt = NULL;
    ljk_status given;
    ask_for_a_human(hub);
    GIVES(LJK_OK, reply(hub, "once", "k-1", &receipt));
    ljk_receipt_free(receipt);
    GIVES(LJK_OK, reply(hub, "once", "k-1", &receipt));
    ljk_receipt_free(receipt);
    given = reply(hub, "different", "k-1", NULL);
    MENDED("D-B7", is(ljk_status_name(given), "key_conflict"));
    ljk_hub_free(hub);
}

/* D-B13: no line named its delivery, no delivery and no receipt its line. */
static void line_and_delivery(void) {
    ljk_hub* hub = open_hub(kOffloading, LJK_RUN_NOTHING);
    ljk_receipt* receipt = NULL;
    ljk_text* out = NULL;
    char id[64], member_of_line[96];
    ask_for_a_human(hub);
    GIVES(LJK_OK, reply(hub, "hello", "", &receipt));
    MENDED("D-B13", holds(ljk_receipt_json(receipt), "\"seq\":"));
    member(ljk_receipt_json(receipt), "id", id, sizeof id);
    CHECK(snprintf(member_of_line, sizeof member_of_line, "\"delivery\":\"%s\"", id) > 0);
    GIVES(LJK_OK, ljk_hub_transcript(hub, text(kRef), 0, 100, &out, &err));
    MENDED("D-B13", holds(ljk_text_str(out), member_of_line));
    ljk_text_free(out);
    GIVES(LJK_OK, ljk_hub_delivery(hub, ljk_receipt_delivery(receipt), &out, &err));
    MENDED("D-B13", holds(ljk_text_str(out), "\"seq\":"));
    ljk_text_free(out);
    ljk_receipt_free(receipt);
    ljk_hub_free(hub);
}

/* D-B14: what the platform said to a refused message was thrown away. */
static void vendor_answer(void) {
    ljk_hub* hub = open_hub(kOffloading, LJK_RUN_SENDER);
    ljk_text* out = NULL;
    server_answers(&platform, 422);
    ask_for_a_human(hub);
    GIVES(LJK_OK, reply(hub, "hello", "", NULL));
    CHECK(deliveries_hold(hub, "\"status\":\"dead\""));
    MENDED("D-B14", deliveries_hold(hub, "\"vendor_answer\":\"{}\""));
    GIVES(LJK_OK, ljk_hub_dead_letters(hub, 10, &out, &err));
    MENDED("D-B14", holds(ljk_text_str(out), "\"vendor_answer\":\"{}\""));
    ljk_text_free(out);
    ljk_hub_free(hub);
}

/* D-B15: a subscription of a new name got the whole log, and there was no way to begin at now. */
static void renamed_subscription(void) {
    ljk_hub* hub = open_hub(kOffloading, LJK_RUN_NOTHING);
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("old"), LJK_S("{\"kinds\":[\"message\"]}"), &err));
    user_says(hub, '1');
    CHECK(next_holds(hub, "old", "word 1"));
    MENDED("D-B15",
           ljk_hub_subscribe(hub, LJK_S("new"),
                             LJK_S("{\"kinds\":[\"message\"],\"start\":\"now\"}"), &err) == LJK_OK);
    user_says(hub, '2');
    MENDED("D-B15", next_holds(hub, "new", "word 2"));
    ljk_hub_free(hub);
}

/* C-B2: what the platform had not got when an agent took the conversation was refused, and nobody read it. */
static void words_at_a_take(void) {
    ljk_hub* hub = open_hub(kOmnichannel, LJK_RUN_NOTHING);
    GIVES(LJK_OK, ljk_hub_subscribe(hub, LJK_S("desk"),
                                    LJK_S("{\"to\":\"desk\",\"kinds\":[\"message\"]}"), &err));
    GIVES(LJK_OK, ljk_hub_say(hub, LJK_S("a"), LJK_S("{\"id\":\"s-1\"}"), LJK_S("number 4711"),
                              LJK_S(""), NULL, &err));
    CHECK(!next_holds(hub, "desk", "4711"));
    take(hub);
    MENDED("C-B2", next_holds(hub, "desk", "4711"));
    CHECK(!next_holds(hub, "desk", "4711"));
    ljk_hub_free(hub);
}

/* C-B3: a handover that the host's translation returned was not told to the platform. */
static void translated_handover(void) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_hub* hub =
        open_hub("\"platform\":\"chatlayer_app\",\"relay_token\":\"rt-made-up\",\"target_url\"",
                 LJK_RUN_NOTHING);
    ljk_request request = LJK_REQUEST_INIT;
    ljk_reception* reception = NULL;
    ljk_answer* answer = NULL;
    request.method = LJK_S("POST");
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{}}}");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("a"), &request, &reception, &err));
    GIVES(LJK_OK, ljk_reception_translate(
                      reception,
                      LJK_S("[{\"v\":1,\"kind\":\"handover\",\"conversation\":{\"mode\":\"live\","
                            "\"id\":\"u-1\"},\"actor\":{\"role\":\"user\",\"id\":\"u-1\"},"
                            "\"handover\":{\"to\":\"agent\"}}]"),
                      &err));
    GIVES(LJK_OK, ljk_reception_finish(reception, LJK_UNDECIDED, LJK_S(""), &answer, &err));
    CHECK(ljk_answer_status(answer) == 200);
    MENDED("C-B3", holds(ljk_answer_body(answer), "\"type\":\"conversation_handover\""));
    CHECK(holds(ljk_answer_body(answer), "\"handover\":{\"to\":\"agent\"}"));
    ljk_answer_free(answer);
    ljk_reception_free(reception);
    ljk_hub_free(hub);
}

/* Content that ends early and goes on with members of the event made an item of one user that spoke of another. */
static void said_members(void) {
    static const char* const kContents[] = {
        "[{\"type\":\"text\",\"text\":\"a\"}],\"conversation\":{\"id\":\"victim\"},\"kind\":"
        "\"handover\"",
        "{\"type\":\"text\",\"text\":\"a\"}],\"kind\":\"handover\",\"warnings\":[",
        "[{\"type\":\"text\",\"text\":\"a\",\"text\":\"b\"}]",
    };
    ljk_hub* hub = open_hub(kOmnichannel, LJK_RUN_NOTHING);
    size_t i;
    for (i = 0; i < sizeof kContents / sizeof kContents[0]; ++i)
        MENDED("L3",
               ljk_hub_say_parts(hub, LJK_S("a"), LJK_S("{\"id\":\"me\"}"), text(kContents[i]),
                                 LJK_S(""), NULL, &err) == LJK_E_ARGUMENT);
    GIVES(LJK_OK,
          ljk_hub_say_parts(hub, LJK_S("a"), LJK_S("{\"id\":\"me\"}"),
                            LJK_S(" {\"type\":\"text\",\"text\":\"a\"}\n"), LJK_S(""), NULL, &err));
    ljk_hub_free(hub);
}

static const struct {
    const char* name;
    void (*run)(void);
} kParts[] = {
    {"mute_at_accept", mute_at_accept},
    {"refused_credentials", refused_credentials},
    {"known_key", known_key},
    {"line_and_delivery", line_and_delivery},
    {"vendor_answer", vendor_answer},
    {"renamed_subscription", renamed_subscription},
    {"words_at_a_take", words_at_a_take},
    {"translated_handover", translated_handover},
    {"dead_process", dead_process},
    {"said_members", said_members},
};
enum { PARTS = sizeof kParts / sizeof kParts[0] };

static void run(size_t part, const char* url) {
    CHECK(snprintf(store, sizeof store, "%s", url) < (int)sizeof store);
    server_start(&platform);
    kParts[part].run();
    server_stop(&platform);
}

/* Each part on a store in memory and on one in a file, which is its own. */
static void run_on_both(size_t part, const char* folder) {
    char url[256];
    run(part, "memory:");
    CHECK(snprintf(url, sizeof url, "sqlite:%s/%s.db", folder, kParts[part].name) <
          (int)sizeof url);
    run(part, url);
}

static void remove_folder(const char* folder) {
    static const char* const kEnds[] = {"", "-journal", "-wal", "-shm", "-lock"};
    char path[256];
    size_t part, end;
    for (part = 0; part < PARTS; ++part)
        for (end = 0; end < sizeof kEnds / sizeof kEnds[0]; ++end)
            if (snprintf(path, sizeof path, "%s/%s.db%s", folder, kParts[part].name, kEnds[end]) >
                0)
                (void)unlink(path);
    CHECK(rmdir(folder) == 0);
}

int main(int count, char** words) {
    char folder[] = "/tmp/lampjack-findings-XXXXXX";
    const char* wanted = count > 1 ? words[1] : "";
    size_t part, done = 0;
    if (count > 2 && strcmp(wanted, "hold") == 0) return hold(words[2]);
    CHECK(mkdtemp(folder) != NULL);
    for (part = 0; part < PARTS; ++part) {
        if (strcmp(wanted, "list") == 0) printf("%s\n", kParts[part].name);
        if (*wanted != '\0' && strcmp(wanted, kParts[part].name) != 0) continue;
        run_on_both(part, folder);
        ++done;
    }
    remove_folder(folder);
    CHECK(done != 0 || strcmp(wanted, "list") == 0);
    return 0;
}
