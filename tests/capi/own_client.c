/* An HTTP client of the user's own: it sees every request, decides every outcome, and is closed with the hub. */
#include "check.h"
#include "lampjack/extend.h"

#include <pthread.h>

/* Its thread ends the calls: the first fails before anything was sent, the second is answered, the third hangs. */
typedef struct client {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    ljk_http_call* waiting;
    uint64_t waiting_id, cancelled_id;
    size_t taken, ended;
    int closed;
    int closings;
} client;

static ljk_error err;

static void lock(client* self) { CHECK(pthread_mutex_lock(&self->mutex) == 0); }
static void unlock(client* self) {
    pthread_cond_broadcast(&self->changed);
    CHECK(pthread_mutex_unlock(&self->mutex) == 0);
}

static ljk_status client_send(void* user, uint64_t id, ljk_http_call* call) {
    client* self = user;
    ljk_status status = LJK_E_CLOSED;
    lock(self);
    if (!self->closed && self->waiting == NULL) {
        self->waiting = call;
        self->waiting_id = id;
        ++self->taken;
        status = LJK_OK;
    }
    unlock(self);
    return status;
}

static void client_cancel(void* user, uint64_t id) {
    client* self = user;
    lock(self);
    self->cancelled_id = id;
    unlock(self);
}

static void client_close(void* user) {
    client* self = user;
    lock(self);
    self->closed = 1;
    ++self->closings;
    unlock(self);
    CHECK(pthread_join(self->thread, NULL) == 0);
}

static void check_request(const ljk_http_call* call) {
    size_t i;
    int authorized = 0;
    CHECK(is(ljk_http_call_method(call), "POST"));
    CHECK(is(ljk_http_call_url(call),
             "https://api.example/v1/bots/b1/conversations/s-1/actions?version=LIVE"));
    CHECK(holds(ljk_http_call_body(call), "\"text\":\"Hello\""));
    for (i = 0; i < ljk_http_call_header_count(call); ++i)
        authorized += is(ljk_http_call_header(call, i).value, "Bearer at-made-up");
    CHECK(authorized == 1 && ljk_http_call_header(call, i).name.len == 0);
    CHECK(ljk_http_call_connect_timeout_ms(call) == 1234);
    CHECK(ljk_http_call_total_timeout_ms(call) == 5678);
    CHECK(ljk_http_call_allows(call, LJK_S("1.1.1.1"), 1) == 1);
    CHECK(ljk_http_call_allows(call, LJK_S("1.1.1.1"), 0) == 0);
    CHECK(ljk_http_call_allows(call, LJK_S("127.0.0.1"), 0) == 1);
    CHECK(ljk_http_call_allows(call, LJK_S("10.0.0.1"), 1) == 0);
    CHECK(ljk_http_call_allows(call, LJK_S("api.example"), 1) == 0);
}

static void* client_run(void* argument) {
    client* self = argument;
    const ljk_header header = {LJK_S("Content-Type"), LJK_S("application/json")};
    lock(self);
    for (;;) {
        ljk_http_call* call;
        int closed;
        size_t number;
        while (!self->closed && (self->waiting == NULL || self->taken == 3))
            pthread_cond_wait(&self->changed, &self->mutex);
        call = self->waiting;
        self->waiting = NULL;
        if (call == NULL) break;
        closed = self->closed;
        number = self->taken;
        unlock(self); /* no lock across a call into the library */
        check_request(call);
        if (closed)
            ljk_http_call_fail(call, LJK_HTTP_CANCELLED, 1, LJK_S("closed"));
        else if (number == 1)
            ljk_http_call_fail(call, LJK_HTTP_CONNECT, 0, LJK_S("made to fail"));
        else
            ljk_http_call_answer(call, 200, &header, 1, LJK_S("{}"));
        lock(self);
        ++self->ended;
        pthread_cond_broadcast(&self->changed);
    }
    unlock(self);
    return NULL;
}

static void client_start(client* self) {
    memset(self, 0, sizeof *self);
    CHECK(pthread_mutex_init(&self->mutex, NULL) == 0);
    CHECK(pthread_cond_init(&self->changed, NULL) == 0);
    CHECK(pthread_create(&self->thread, NULL, client_run, self) == 0);
}

static void client_wait(client* self, const size_t* counter, size_t count) {
    lock(self);
    while (*counter < count) pthread_cond_wait(&self->changed, &self->mutex);
    unlock(self);
}

static size_t client_taken(client* self) {
    size_t taken;
    lock(self);
    taken = self->taken;
    unlock(self);
    return taken;
}

static int32_t accept_all(void* user, const ljk_question* question) {
    CHECK(user == NULL && question != NULL);
    return LJK_ACCEPT;
}

static ljk_hub* open_hub(client* own, uint32_t run) {
    static const char kConfig[] = "{\"store\":\"memory:\",\"allow_networks\":[\"127.0.0.0/"
                                  "8\"],\"connect_ms\":1234,\"total_ms\":5678,"
                                  "\"retry_base_ms\":1,\"retry_cap_ms\":1,\"account\":{\"shop\":{"
                                  "\"platform\":\"chatlayer_offloading\","
                                  "\"verify_token\":\"vt-made-up\",\"api_token\":\"at-made-up\","
                                  "\"api_base\":\"https://api.example\"}}}";
    ljk_http_client table;
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_hub* hub = NULL;
    memset(&table, 0, sizeof table);
    table.struct_size = sizeof table;
    table.user = own;
    table.send = client_send;
    table.cancel = client_cancel;
    options.http_client = &table;
    options.decide = accept_all;
    GIVES(LJK_E_ARGUMENT,
          ljk_hub_open_with(text(kConfig), run, &options, &hub, &err)); /* no close */
    CHECK(hub == NULL);
    table.close = client_close;
    GIVES(LJK_OK, ljk_hub_open_with(text(kConfig), run, &options, &hub, &err));
    return hub;
}

static void hand_over(ljk_hub* hub) {
    ljk_request request = LJK_REQUEST_INIT;
    ljk_answer* answer = NULL;
    request.query = LJK_S("challenge.verifyToken=vt-made-up");
    request.body =
        LJK_S("{\"event\":\"offload\",\"botId\":\"b1\",\"version\":\"LIVE\",\"sessionId\":\"s-1\","
              "\"timestamp\":\"2026-01-05T10:00:04.000Z\",\"payload\":{},\"transcript\":[]}");
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("shop"), &request, &answer, &err));
    CHECK(is(ljk_answer_body(answer), "{\"offloadSuccess\":true,\"pauseBot\":false}"));
    ljk_answer_free(answer);
}

static ljk_receipt* reply(ljk_hub* hub) {
    ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
    ljk_receipt* receipt = NULL;
    options.agent = LJK_S("dana");
    GIVES(LJK_OK,
          ljk_hub_reply(hub, LJK_S("shop:live:s-1"), LJK_S("Hello"), &options, &receipt, &err));
    CHECK(is(ljk_receipt_agent(receipt), "dana")); /* a reply by one who may take is a take */
    return receipt;
}

static void status_is(ljk_hub* hub, const ljk_receipt* receipt, const char* status,
                      const char* also) {
    ljk_text* delivery = NULL;
    char found[32];
    GIVES(LJK_OK, ljk_hub_delivery(hub, ljk_receipt_delivery(receipt), &delivery, &err));
    CHECK(is(member(ljk_text_str(delivery), "status", found, sizeof found), status));
    CHECK(holds(ljk_text_str(delivery), also));
    ljk_text_free(delivery);
}

static void with_threads(void) {
    client own;
    ljk_hub* hub;
    ljk_receipt *first, *second;
    ljk_text* delivery = NULL;
    client_start(&own);
    hub = open_hub(&own, LJK_RUN_SENDER | LJK_RUN_TIMERS);
    hand_over(hub);
    first = reply(hub);
    GIVES(LJK_OK, ljk_hub_wait(hub, ljk_receipt_delivery(first), 10000, &delivery, &err));
    ljk_text_free(delivery);
    status_is(hub, first, "sent", "\"attempts\":2");
    second = reply(hub);
    client_wait(&own, &own.taken, 3);
    GIVES(LJK_E_TIMEOUT, ljk_hub_wait(hub, ljk_receipt_delivery(second), 10, &delivery, &err));
    CHECK(delivery == NULL);
    GIVES(LJK_E_TIMEOUT, ljk_hub_drain(hub, 10, &err));
    GIVES(LJK_OK, ljk_hub_close(hub, &err));
    CHECK(own.ended == 3 && own.closings == 1);
    GIVES(LJK_E_CLOSED, ljk_hub_delivery(hub, ljk_receipt_delivery(second), &delivery, &err));
    ljk_receipt_free(first);
    ljk_receipt_free(second);
    ljk_hub_free(hub);
    CHECK(own.closings == 1);
}

/* Without threads of its own the hub moves when it is told to. */
static void step_by_step(void) {
    client own;
    ljk_hub* hub;
    ljk_receipt* first;
    client_start(&own);
    hub = open_hub(&own, LJK_RUN_NOTHING);
    hand_over(hub);
    first = reply(hub);
    CHECK(client_taken(&own) == 0);
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    client_wait(&own, &own.ended, 1);
    while (client_taken(&own) < 2)
        GIVES(LJK_OK, ljk_hub_step(hub, &err)); /* records, and tries again after 1 ms at most */
    client_wait(&own, &own.ended, 2);
    status_is(hub, first, "pending", "\"attempts\":1");
    GIVES(LJK_OK, ljk_hub_step(hub, &err));
    status_is(hub, first, "sent", "\"attempts\":2");
    ljk_receipt_free(first);
    ljk_hub_free(hub);
    CHECK(own.closings == 1);
}

int main(void) {
    with_threads();
    step_by_step();
    return 0;
}
