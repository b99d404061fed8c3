/* The pure functions: reading, looking at events, writing, converting with a loss report. */
#include "check.h"

static const char kBody[] =
    "{\"event\":\"messages\",\"botId\":\"b1\",\"version\":\"DRAFT\",\"sessionId\":\"s-1\","
    "\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"messages\":["
    "{\"actor\":\"user\",\"timestamp\":\"2026-01-05T10:00:01.250Z\",\"message\":{\"messageType\":"
    "\"text\","
    "\"text\":\"hi \\u00e9\",\"channelType\":\"web\",\"sender\":{\"id\":\"s-1\",\"botId\":\"b1\"},"
    "\"timestamp\":\"2026-01-05T10:00:01.250Z\",\"id\":\"m1\"}},"
    "{\"actor\":\"bot\",\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"message\":{\"text\":\"hello\"}"
    "}]}";

static ljk_error err;

static ljk_batch* parse(const char* platform, const char* body) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = NULL;
    request.body = text(body);
    GIVES(LJK_OK, ljk_parse(text(platform), LJK_S("shop"), &request, &batch, &err));
    return batch;
}

static void events_can_be_looked_at(void) {
    ljk_batch* batch = parse("chatlayer_offloading", kBody);
    CHECK(ljk_batch_count(batch) == 2);
    CHECK(is(ljk_batch_platform(batch), "chatlayer_offloading"));
    CHECK(ljk_event_kind(batch, 0) == LJK_KIND_MESSAGE);
    CHECK(ljk_event_role(batch, 0) == LJK_ROLE_USER && ljk_event_role(batch, 1) == LJK_ROLE_BOT);
    CHECK(ljk_event_mode(batch, 0) == LJK_MODE_TEST);
    CHECK(is(ljk_event_conversation(batch, 0), "s-1") && is(ljk_event_bot(batch, 0), "b1"));
    CHECK(is(ljk_event_vendor_id(batch, 0), "m1") && ljk_event_vendor_id(batch, 1).len == 0);
    CHECK(ljk_event_sent_at(batch, 0) == 1767607201250);
    CHECK(ljk_event_part_count(batch, 0) == 1 && ljk_event_part_type(batch, 0, 0) == LJK_PART_TEXT);
    CHECK(is(ljk_event_part_text(batch, 0, 0), "hi \xC3\xA9") &&
          is(ljk_event_part_text(batch, 1, 0), "hello"));
    CHECK(ljk_event_part_text(batch, 0, 1).len == 0 &&
          ljk_event_part_type(batch, 0, 1) == LJK_PART_UNKNOWN);
    CHECK(ljk_event_kind(batch, 2) == LJK_KIND_UNKNOWN && ljk_event_json(batch, 2).len == 0);
    CHECK(holds(ljk_event_json(batch, 0),
                "\"account\":\"shop\",\"bot\":\"b1\",\"mode\":\"test\",\"id\":\"s-1\""));
    CHECK(holds(ljk_event_json(batch, 1), "\"text\":\"hello\"") &&
          !holds(ljk_event_json(batch, 1), "\n"));
    CHECK(ljk_batch_lines(batch).len ==
          ljk_event_json(batch, 0).len + ljk_event_json(batch, 1).len + 2);
    ljk_batch_free(batch);
}

static void events_are_written_back(void) {
    ljk_batch* batch = parse("chatlayer_offloading", kBody);
    ljk_batch* again = NULL;
    ljk_text *first = NULL, *second = NULL;
    GIVES(LJK_OK, ljk_batch_write(batch, LJK_IN, &first, &err));
    CHECK(holds(ljk_text_str(first), "\"sessionId\":\"s-1\"") &&
          holds(ljk_text_str(first), "\"text\":\"hello\""));
    GIVES(LJK_E_ARGUMENT, ljk_batch_write(batch, 7, &second, &err));
    CHECK(second == NULL);
    GIVES(LJK_OK, ljk_read_events(ljk_event_json(batch, 0), &again, &err));
    CHECK(ljk_batch_count(again) == 1 && is(ljk_event_part_text(again, 0, 0), "hi \xC3\xA9"));
    GIVES(LJK_OK, ljk_write(LJK_S("chatlayer_offloading"), ljk_event_json(batch, 0), LJK_IN,
                            &second, &err));
    CHECK(holds(ljk_text_str(second), "\"id\":\"m1\""));
    ljk_text_free(second);
    GIVES(LJK_E_UNSUPPORTED,
          ljk_write(LJK_S("certainly"), ljk_event_json(batch, 0), LJK_IN, &second, &err));
    GIVES(LJK_E_CONFIG,
          ljk_write(LJK_S("certianly"), ljk_event_json(batch, 0), LJK_IN, &second, &err));
    CHECK(holds(text(err.message), "certainly"));
    ljk_batch_free(again);
    GIVES(LJK_E_JSON, ljk_read_events(LJK_S("{"), &again, &err));
    CHECK(again == NULL);
    ljk_text_free(first);
    ljk_batch_free(batch);
}

static void events_are_converted(void) {
    static const char kChoice[] =
        "{\"v\":1,\"kind\":\"message\",\"conversation\":{\"mode\":\"live\",\"id\":\"c-1\"},"
        "\"actor\":{\"role\":\"agent\"},"
        "\"content\":[{\"type\":\"choice\",\"text\":\"Which?\",\"style\":\"buttons\",\"options\":["
        "{\"kind\":\"postback\",\"title\":\"One\",\"payload\":\"p1\"},{\"kind\":\"url\",\"title\":"
        "\"Two\","
        "\"url\":\"https://two.example/\"}]}]}";
    ljk_batch *batch = NULL, *plain;
    ljk_text *body = NULL, *losses = NULL;
    GIVES(LJK_OK, ljk_read_events(text(kChoice), &batch, &err));
    CHECK(ljk_event_part_type(batch, 0, 0) == LJK_PART_CHOICE &&
          is(ljk_event_part_text(batch, 0, 0), "Which?"));
    GIVES(LJK_OK, ljk_convert(batch, 0, LJK_S("certainly"), &body, &losses, &err));
    CHECK(holds(ljk_text_str(body), "Which?") && holds(ljk_text_str(body), "One"));
    CHECK(holds(ljk_text_str(losses), "{\"part\":0,\"field\":\"type\",\"what\":\"changed\","
                                      "\"before\":\"choice\",\"after\":\"text\"}"));
    ljk_text_free(body);
    ljk_text_free(losses);
    GIVES(LJK_E_ARGUMENT, ljk_convert(batch, 1, LJK_S("certainly"), &body, &losses, &err));
    CHECK(body == NULL && losses == NULL);
    GIVES(LJK_E_CONFIG, ljk_convert(batch, 0, LJK_S("nobody"), &body, &losses, &err));
    plain = parse("chatlayer_offloading", kBody);
    GIVES(LJK_OK, ljk_convert(plain, 0, LJK_S("certainly"), &body, &losses, &err));
    CHECK(holds(ljk_text_str(body), "hi \\u00e9") || holds(ljk_text_str(body), "hi \xC3\xA9"));
    CHECK(!holds(ljk_text_str(losses), "\"part\"") &&
          holds(ljk_text_str(losses), "{\"field\":\"conversation.bot\",\"what\":\"missing\"}"));
    ljk_text_free(body);
    ljk_text_free(losses);
    GIVES(LJK_OK, ljk_convert(plain, 0, LJK_S("chatlayer_offloading"), &body, &losses, &err));
    CHECK(is(ljk_text_str(losses), "[]"));
    ljk_text_free(body);
    ljk_text_free(losses);
    GIVES(LJK_OK, ljk_convert(plain, 0, LJK_S("certainly"), &body, NULL, &err));
    ljk_text_free(body);
    ljk_batch_free(plain);
    ljk_batch_free(batch);
}

static void bad_bodies_are_refused(void) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = (ljk_batch*)&err;
    request.body = LJK_S("{\"event\":\"messages\"");
    GIVES(LJK_E_JSON, ljk_parse(LJK_S("chatlayer_offloading"), LJK_S(""), &request, &batch, &err));
    CHECK(batch == NULL && err.message[0] != '\0');
    request.body = LJK_S("{}");
    GIVES(LJK_E_PAYLOAD,
          ljk_parse(LJK_S("chatlayer_offloading"), LJK_S(""), &request, &batch, &err));
    GIVES(LJK_E_CONFIG, ljk_parse(LJK_S("chatlayer"), LJK_S(""), &request, &batch, &err));
    GIVES(LJK_E_ARGUMENT,
          ljk_parse(LJK_S("chatlayer_offloading"), LJK_S("\xFF"), &request, &batch, &err));
    GIVES(LJK_E_ARGUMENT, ljk_parse(LJK_S("chatlayer_offloading"), LJK_S(""), NULL, &batch, &err));
}

int main(void) {
    events_can_be_looked_at();
    events_are_written_back();
    events_are_converted();
    bad_bodies_are_refused();
    return 0;
}
