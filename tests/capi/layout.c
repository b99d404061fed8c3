/* The layouts that compiled callers rely on, for 64-bit machines. A line here changes only together with the SONAME;
 * new fields go to the end and get a line of their own. */
#include "check.h"
#include "lampjack/extend.h"

#define AT(type, field, offset) CHECK(offsetof(type, field) == (offset))

static void frozen(void) {
    CHECK(sizeof(ljk_status) == 4);
    CHECK(sizeof(ljk_str) == 16);
    AT(ljk_str, len, 8);
    CHECK(sizeof(ljk_header) == 32);
    AT(ljk_header, value, 16);
    CHECK(sizeof(ljk_error) == 256);
    AT(ljk_error, message, 4);
}

static void growing(void) {
    AT(ljk_request, struct_size, 0);
    AT(ljk_request, method, 8);
    AT(ljk_request, path, 24);
    AT(ljk_request, query, 40);
    AT(ljk_request, headers, 56);
    AT(ljk_request, header_count, 64);
    AT(ljk_request, body, 72);
    AT(ljk_hub_options, struct_size, 0);
    AT(ljk_hub_options, log, 8);
    AT(ljk_hub_options, log_user, 16);
    AT(ljk_hub_options, decide, 24);
    AT(ljk_hub_options, decide_user, 32);
    AT(ljk_hub_options, http_client, 40);
    AT(ljk_command_options, struct_size, 0);
    AT(ljk_command_options, agent, 8);
    AT(ljk_command_options, epoch, 24);
    AT(ljk_command_options, key, 32);
    AT(ljk_command_options, force, 48);
    AT(ljk_command_options, supervisor, 52);
    AT(ljk_command_options, by, 56);
    AT(ljk_command_options, target_kind, 72);
    AT(ljk_command_options, target, 88);
    AT(ljk_http_client, struct_size, 0);
    AT(ljk_http_client, user, 8);
    AT(ljk_http_client, send, 16);
    AT(ljk_http_client, cancel, 24);
    AT(ljk_http_client, close, 32);
}

/* What the init macros give is what the structures are, and asks for nothing. */
static void initial(void) {
    const ljk_request request = LJK_REQUEST_INIT;
    const ljk_hub_options hub = LJK_HUB_OPTIONS_INIT;
    const ljk_command_options command = LJK_COMMAND_OPTIONS_INIT;
    CHECK(request.struct_size == sizeof request && request.headers == NULL &&
          request.body.len == 0);
    CHECK(hub.struct_size == sizeof hub && hub.log == NULL && hub.decide == NULL &&
          hub.http_client == NULL);
    CHECK(command.struct_size == sizeof command && command.epoch == 0 && command.force == 0 &&
          command.target.len == 0);
}

int main(void) {
    if (sizeof(void*) == 8) {
        frozen();
        growing();
    }
    initial();
    return 0;
}
