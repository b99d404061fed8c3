/* What callers give: text that is not UTF-8 is LJK_E_ARGUMENT in each function that takes a string, and is quoted nowhere;
 * words that say nothing, and commands of nobody, are refused before anything is stored. tests/layout checks that no function
 * of lampjack.h is missing here. */
#include "shop.h"

#define BAD LJK_S("SECRET\xFF")
#define PART "{\"type\":\"text\",\"text\":\"hello\"}"

/* The call refuses its bad text. */
#define REFUSES(call)                               \
    do {                                            \
        GIVES(LJK_E_ARGUMENT, call);                \
        CHECK(holds(text(err.message), "UTF-8"));   \
        CHECK(!holds(text(err.message), "SECRET")); \
    } while (0)

static const char kAccounts[] =
    "{\"store\":\"memory:\",\"account\":{\"shop\":{\"platform\":\"chatlayer_offloading\","
    "\"verify_token\":\"vt-made-up\"},\"line\":{\"platform\":\"omnichannel\",\"webhook_token\":"
    "\"wt-made-up\",\"channel_token\":\"ct-made-up\",\"transfer_token\":\"tt-made-up\"},\"app\":{"
    "\"platform\":\"chatlayer_app\",\"relay_token\":\"rt-made-up\"}}}";

static int32_t no_line(void* user, ljk_str line) {
    (void)user;
    (void)line;
    return 0;
}

static void pure_functions(void) {
    const ljk_str platform = LJK_S("certainly");
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = NULL;
    ljk_text* out = NULL;
    ljk_text* losses = NULL;
    request.body = LJK_S("{}");
    REFUSES(ljk_parse(BAD, LJK_S(""), &request, &batch, &err));
    REFUSES(ljk_parse(platform, BAD, &request, &batch, &err));
    REFUSES(ljk_read_events(LJK_S("[{\"v\":1,\"id\":\"SECRET\xFF\"}]"), &batch, &err));
    REFUSES(ljk_write(BAD, LJK_S("[]"), LJK_IN, &out, &err));
    REFUSES(ljk_write(platform, BAD, LJK_IN, &out, &err));
    GIVES(LJK_OK, ljk_read_events(LJK_S("{\"v\":1,\"kind\":\"message\",\"content\":[" PART "]}"),
                                  &batch, &err));
    REFUSES(ljk_convert(batch, 0, BAD, &out, &losses, &err));
    ljk_batch_free(batch);
    REFUSES(ljk_script_part(BAD, LJK_S("a"), &out, &err));
    REFUSES(ljk_script_part(LJK_S("omnichannel"), BAD, &out, &err));
    REFUSES(ljk_verify(LJK_S("{\"platform\":\"SECRET\xFF\"}"), &request, NULL, &err));
}

static void configurations_and_stores(void) {
    ljk_hub* hub = NULL;
    REFUSES(ljk_hub_open(BAD, LJK_RUN_NOTHING, &hub, &err));
    REFUSES(ljk_hub_open_with(LJK_S("{\"store\":\"SECRET\xFF\"}"), 0, NULL, &hub, &err));
    REFUSES(ljk_store_migrate(BAD, &err));
    REFUSES(ljk_store_create(BAD, &err));
    REFUSES(ljk_store_backup(BAD, LJK_S("none.db"), &err));
    REFUSES(ljk_store_backup(LJK_S("memory:"), BAD, &err));
    REFUSES(ljk_store_restore(BAD, LJK_S("none.db"), &err));
    REFUSES(ljk_store_restore(LJK_S("memory:"), BAD, &err));
    REFUSES(ljk_store_export(BAD, no_line, NULL, &err));
}

/* A sender's bytes may be anything; the account's name is the caller's. */
static void requests(ljk_hub* hub) {
    const ljk_header header = {LJK_S("Authorization"), LJK_S("Bearer rt-made-up")};
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    ljk_reception* reception = NULL;
    ljk_head* head = NULL;
    request.path = request.query = request.body = BAD;
    REFUSES(ljk_hub_check_head(hub, BAD, &request, &head, &err));
    REFUSES(ljk_hub_receive(hub, BAD, &request, &answer, &err));
    REFUSES(ljk_hub_begin(hub, BAD, &request, &reception, &err));
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(ljk_answer_status(answer) == 404);
    ljk_answer_free(answer);
    request.path = LJK_S("/receive");
    request.headers = &header;
    request.header_count = 1;
    request.body = LJK_S("{\"request\":{\"content\":{}}}");
    request.query = LJK_S("");
    GIVES(LJK_OK, ljk_hub_begin(hub, LJK_S("app"), &request, &reception, &err));
    REFUSES(ljk_reception_translate(reception, LJK_S("[{\"id\":\"SECRET\xFF\"}]"), &err));
    REFUSES(ljk_reception_decide(reception, LJK_DECLINE, BAD, &err));
    REFUSES(ljk_reception_finish(reception, LJK_DECLINE, BAD, &answer, &err));
    ljk_reception_free(reception);
}

static void subscriptions(ljk_hub* hub) {
    ljk_item* item = NULL;
    ljk_text* out = NULL;
    REFUSES(ljk_hub_subscribe(hub, BAD, LJK_S(""), &err));
    REFUSES(ljk_hub_subscribe(hub, LJK_S("desk"), LJK_S("{\"to\":\"SECRET\xFF\"}"), &err));
    REFUSES(ljk_hub_next(hub, BAD, 0, &item, &err));
    REFUSES(ljk_hub_drop_subscription(hub, BAD, &err));
    REFUSES(ljk_hub_dead_items(hub, BAD, 1, &out, &err));
    REFUSES(ljk_hub_dead_items_of(hub, BAD, LJK_S("desk"), 1, &out, &err));
    REFUSES(ljk_hub_dead_items_of(hub, LJK_S(""), BAD, 1, &out, &err));
    REFUSES(ljk_hub_conversations_of(hub, BAD, LJK_S(""), 1, &out, &err));
    REFUSES(ljk_hub_conversations_of(hub, LJK_S(""), BAD, 1, &out, &err));
    REFUSES(ljk_hub_unattributed_of(hub, BAD, &out, &err));
    REFUSES(ljk_hub_stuck_of(hub, BAD, &out, &err));
    REFUSES(ljk_hub_subscriptions_of(hub, BAD, &out, &err));
    REFUSES(ljk_hub_dead_letters_of(hub, BAD, 1, &out, &err));
    REFUSES(ljk_hub_export_dead_letters_of(hub, BAD, 1, &out, &err));
    REFUSES(ljk_hub_settle_dead_item(hub, BAD, text(kRef), 1, LJK_DONE, &err));
    REFUSES(ljk_hub_settle_dead_item(hub, LJK_S("desk"), BAD, 1, LJK_DONE, &err));
    GIVES(LJK_OK, ljk_hub_next(hub, LJK_S("desk"), 5000, &item, &err));
    REFUSES(ljk_item_fail(item, BAD, &err));
    GIVES(LJK_OK, ljk_item_done(item, LJK_DONE, &err));
    ljk_item_free(item);
}

typedef ljk_status (*plain_command)(ljk_hub*, ljk_str, const ljk_command_options*, ljk_receipt**,
                                    ljk_error*);

static void commands_without_words(ljk_hub* hub) {
    static const plain_command kCommands[] = {
        ljk_hub_take,   ljk_hub_release, ljk_hub_pass,    ljk_hub_close_conversation,
        ljk_hub_reopen, ljk_hub_request, ljk_hub_decline, ljk_hub_cancel};
    size_t i, member;
    for (i = 0; i < sizeof kCommands / sizeof *kCommands; ++i) {
        REFUSES(kCommands[i](hub, BAD, NULL, NULL, &err));
        for (member = 0; member < 5; ++member) {
            ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
            options.agent = LJK_S("dana");
            *(member == 0   ? &options.agent
              : member == 1 ? &options.key
              : member == 2 ? &options.by
              : member == 3 ? &options.target_kind
                            : &options.target) = BAD;
            REFUSES(kCommands[i](hub, text(kRef), &options, NULL, &err));
        }
    }
    REFUSES(ljk_hub_extend(hub, BAD, 1, NULL, NULL, &err));
    REFUSES(ljk_hub_queue(hub, BAD, 1, NULL, NULL, &err));
}

static void commands_with_words(ljk_hub* hub) {
    const ljk_str ref = text(kRef), user = LJK_S("{\"id\":\"u\"}"), line = LJK_S("line");
    const ljk_str parts = LJK_S("[{\"type\":\"text\",\"text\":\"SECRET\xFF\"}]");
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_say_options place = LJK_SAY_OPTIONS_INIT;
    options.agent = LJK_S("dana");
    REFUSES(ljk_hub_reply(hub, BAD, LJK_S("hello"), &options, NULL, &err));
    REFUSES(ljk_hub_reply(hub, ref, BAD, &options, NULL, &err));
    REFUSES(ljk_hub_reply_parts(hub, ref, parts, &options, NULL, &err));
    REFUSES(ljk_hub_notify(hub, ref, BAD, NULL, NULL, &err));
    REFUSES(ljk_hub_notify_parts(hub, ref, parts, NULL, NULL, &err));
    REFUSES(ljk_hub_say(hub, BAD, user, LJK_S("hello"), LJK_S(""), NULL, &err));
    REFUSES(ljk_hub_say(hub, line, LJK_S("{\"id\":\"\xFF\"}"), LJK_S("a"), LJK_S(""), NULL, &err));
    REFUSES(ljk_hub_say(hub, line, user, BAD, LJK_S(""), NULL, &err));
    REFUSES(ljk_hub_say(hub, line, user, LJK_S("hello"), BAD, NULL, &err));
    REFUSES(ljk_hub_say_parts(hub, line, user, parts, LJK_S(""), NULL, &err));
    REFUSES(ljk_hub_say_in(hub, line, user, BAD, NULL, NULL, &err));
    REFUSES(ljk_hub_say_parts_in(hub, line, user, parts, NULL, NULL, &err));
    place.conversation = BAD;
    REFUSES(ljk_hub_say_in(hub, line, user, LJK_S("hello"), &place, NULL, &err));
}

static void looks(ljk_hub* hub) {
    const ljk_str ref = text(kRef);
    ljk_text* out = NULL;
    ljk_sink_delivery* delivery = NULL;
    REFUSES(ljk_hub_conversation(hub, BAD, &out, &err));
    REFUSES(ljk_hub_conversations(hub, BAD, 1, &out, &err));
    REFUSES(ljk_hub_transcript(hub, BAD, 0, 1, &out, &err));
    REFUSES(ljk_hub_transcript_up_to(hub, BAD, 0, 1, 1, &out, &err));
    REFUSES(ljk_hub_explain(hub, BAD, LJK_S("take"), LJK_S("dana"), &out, &err));
    REFUSES(ljk_hub_explain(hub, ref, BAD, LJK_S("dana"), &out, &err));
    REFUSES(ljk_hub_explain(hub, ref, LJK_S("take"), BAD, &out, &err));
    REFUSES(ljk_hub_why(hub, BAD, 0, 1, &out, &err));
    REFUSES(ljk_hub_delivery(hub, BAD, &out, &err));
    REFUSES(ljk_hub_deliveries(hub, BAD, &out, &err));
    REFUSES(ljk_hub_wait(hub, BAD, 0, &out, &err));
    REFUSES(ljk_hub_urls(hub, BAD, &out, &err));
    REFUSES(ljk_hub_next_sink(hub, BAD, 0, &delivery, &err));
    REFUSES(ljk_hub_retry_delivery(hub, BAD, &err));
    REFUSES(ljk_hub_discard_delivery(hub, BAD, &err));
    REFUSES(ljk_hub_resume(hub, BAD, &err));
    REFUSES(ljk_hub_export(hub, BAD, LJK_S("u"), &out, &err));
    REFUSES(ljk_hub_export(hub, LJK_S("shop"), BAD, &out, &err));
    REFUSES(ljk_hub_erase(hub, BAD, LJK_S("u"), 0, 0, &out, &err));
    REFUSES(ljk_hub_erase(hub, LJK_S("shop"), BAD, 0, 0, &out, &err));
    CHECK(out == NULL);
}

/* A sink's message, and what is said of it. */
static void sinks(ljk_hub* hub) {
    ljk_sink_delivery* delivery = NULL;
    GIVES(LJK_OK, ljk_hub_say(hub, LJK_S("line"), LJK_S("{\"id\":\"u\"}"), LJK_S("hello"),
                              LJK_S(""), NULL, &err));
    GIVES(LJK_OK,
          ljk_hub_notify(hub, LJK_S("line:live:u"), LJK_S("we are open"), NULL, NULL, &err));
    GIVES(LJK_OK, ljk_hub_next_sink(hub, LJK_S("line"), 5000, &delivery, &err));
    REFUSES(ljk_sink_delivery_done(delivery, LJK_RETRY, BAD, &err));
    GIVES(LJK_OK, ljk_sink_delivery_done(delivery, LJK_DONE, LJK_S(""), &err));
    ljk_sink_delivery_free(delivery);
}

static size_t items(ljk_hub* hub) {
    ljk_text* out = NULL;
    size_t i, count = 0;
    GIVES(LJK_OK, ljk_hub_transcript(hub, text(kRef), 0, 1000, &out, &err));
    for (i = 0; i < ljk_text_str(out).len; ++i)
        count += (size_t)(ljk_text_str(out).ptr[i] == '\n' || ljk_text_str(out).ptr[i] == '{');
    ljk_text_free(out);
    return count;
}

/* Of a row the part is wrong, and the error says where. */
static const struct {
    const char* parts;
    const char* named;
} kIncomplete[] = {
    {"[]", "nothing to say"},
    {"{}", "content[0].type"},
    {"[" PART ",{\"type\":\"text\",\"text\":\" \\u00a0\"}]", "content[1].text"},
    {"{\"type\":\"file\",\"name\":\"a.pdf\"}", "content[0].url"},
    {"{\"type\":\"postback\"}", "content[0].title"},
    {"{\"type\":\"choice\",\"text\":\"Which?\"}", "content[0].options"},
    {"{\"type\":\"cards\",\"cards\":[]}", "content[0].cards"},
    {"{\"type\":\"location\",\"longitude\":1}", "content[0].latitude"},
    {"{\"type\":\"start\"}", "content[0].type"},
    {"{\"type\":\"SECRET\"}", "text, choice, cards"},
    {"{\"type\":\"text\",\"text\":5}", "text has a wrong type"},
    {"{\"type\":\"text\",", "content"},
    {"5", "content"},
};

static void words_that_say_nothing(ljk_hub* hub) {
    const ljk_str ref = text(kRef), user = LJK_S("{\"id\":\"v\"}");
    const size_t before = items(hub);
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_text* out = NULL;
    size_t i;
    options.agent = LJK_S("dana");
    GIVES(LJK_E_ARGUMENT, ljk_hub_reply(hub, ref, LJK_S("   "), &options, NULL, &err));
    GIVES(LJK_E_ARGUMENT, ljk_hub_notify(hub, ref, LJK_S("\xC2\xA0\n"), NULL, NULL, &err));
    for (i = 0; i < sizeof kIncomplete / sizeof *kIncomplete; ++i) {
        const ljk_str parts = text(kIncomplete[i].parts);
        GIVES(LJK_E_ARGUMENT, ljk_hub_reply_parts(hub, ref, parts, &options, NULL, &err));
        CHECK(holds(text(err.message), kIncomplete[i].named));
        CHECK(!holds(text(err.message), "SECRET"));
        GIVES(LJK_E_ARGUMENT, ljk_hub_notify_parts(hub, ref, parts, NULL, NULL, &err));
        GIVES(LJK_E_ARGUMENT,
              ljk_hub_say_parts(hub, LJK_S("line"), user, parts, LJK_S(""), NULL, &err));
        CHECK(holds(text(err.message), kIncomplete[i].named));
    }
    CHECK(items(hub) == before);
    GIVES(LJK_E_NOT_FOUND, ljk_hub_conversation(hub, LJK_S("line:live:v"), &out, &err));
}

static void commands_of_nobody(ljk_hub* hub) {
    const ljk_str ref = text(kRef);
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    const size_t before = items(hub);
    GIVES(LJK_E_ARGUMENT, ljk_hub_reply(hub, ref, LJK_S("hello"), NULL, &receipt, &err));
    CHECK(holds(text(err.message), "agent") && receipt == NULL);
    GIVES(LJK_E_ARGUMENT, ljk_hub_take(hub, ref, &options, NULL, &err));
    options.agent = LJK_S(" \t");
    GIVES(LJK_E_ARGUMENT, ljk_hub_release(hub, ref, &options, NULL, &err));
    options.agent = LJK_S("dana");
    options.target_kind = LJK_S("agent");
    GIVES(LJK_E_ARGUMENT, ljk_hub_pass(hub, ref, &options, NULL, &err));
    options.target_kind = LJK_S("SECRET");
    GIVES(LJK_E_ARGUMENT, ljk_hub_pass(hub, ref, &options, NULL, &err));
    CHECK(holds(text(err.message), "anyone, agent, team"));
    CHECK(!holds(text(err.message), "SECRET"));
    GIVES(LJK_E_ARGUMENT,
          ljk_hub_say(hub, LJK_S("line"), LJK_S("{\"id\":\"u\",\"extra\":{\"a\":1}}"),
                      LJK_S("hello"), LJK_S(""), NULL, &err));
    CHECK(holds(text(err.message), "extra"));
    CHECK(items(hub) == before);
}

int main(void) {
    ljk_hub* hub = NULL;
    pure_functions();
    configurations_and_stores();
    GIVES(LJK_OK, ljk_hub_open(text(kAccounts), LJK_RUN_NOTHING, &hub, &err));
    meet(hub);
    requests(hub);
    subscriptions(hub);
    commands_without_words(hub);
    commands_with_words(hub);
    looks(hub);
    words_that_say_nothing(hub);
    commands_of_nobody(hub);
    sinks(hub);
    ljk_hub_free(hub);
    return 0;
}
