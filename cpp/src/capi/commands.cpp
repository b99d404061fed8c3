// Commands on conversations. Each is one line: its name, its words, its number.

#include "capi/handles.h"
#include "model/canonical.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;
namespace engine = lampjack::engine;

namespace {

/// What a command carries besides its options.
struct Content {
    const char* name = "";
    ljk_str text{};   ///< plain words, or …
    ljk_str parts{};  ///< … canonical parts as JSON
    int64_t number = 0;
};

/// The words as canonical JSON.
Result<std::string> json_of(ljk_str text, ljk_str parts) {
    if (parts.len != 0) {
        LJK_TRY(content, need_utf8(parts, "parts_json"));
        return std::string(content);
    }
    LJK_TRY(words, need_utf8(text, "text"));
    if (words.empty()) return lampjack::fail(Code::argument, "there is nothing to say");
    std::string json;
    lampjack::json::Writer(json)
        .begin_object()
        .key("type")
        .string("text")
        .key("text")
        .string(words)
        .end_object();
    return json;
}

bool speaks(std::string_view name) noexcept { return name == "reply" || name == "notify"; }

/// A refusal gives a receipt, too: it says who owns the conversation now.
Result<void> settle(engine::CommandResult result, ljk_receipt** out) {
    const Code code = result.error.code;
    const bool told = code == Code::ok || code == Code::not_owner || code == Code::stale_owner ||
                      code == Code::unsupported;
    lampjack::Error error = result.error;
    if (told && out != nullptr) *out = new ljk_receipt{std::move(result)};
    if (code == Code::ok) return {};
    return error;
}

Result<engine::CommandRequest> request_of(const ljk_command_options* given) {
    engine::CommandRequest request;
    if (given == nullptr) return request;
    LJK_TRY(options, copy_struct(given, sizeof(ljk_command_options), "options"));
    LJK_TRY(agent, need_utf8(options.agent, "options.agent"));
    LJK_TRY(key, need_utf8(options.key, "options.key"));
    LJK_TRY(target, need_utf8(options.target, "options.target"));
    LJK_TRY(by, need_utf8(options.by, "options.by"));
    LJK_TRY(target_kind, need_utf8(options.target_kind, "options.target_kind"));
    request.agent = agent;
    request.key = key;
    request.target = target;
    if (options.epoch != 0) request.epoch = options.epoch;
    request.force = options.force != 0;
    request.supervisor = options.supervisor != 0;
    request.by = by;
    request.target_kind = target_kind;
    return request;
}

ljk_status command(ljk_hub* hub, ljk_str ref, const Content& content,
                   const ljk_command_options* options, ljk_receipt** out, ljk_error* err) noexcept {
    if (out != nullptr) *out = nullptr;
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(conversation, need_utf8(ref, "ref"));
        LJK_TRY(request, request_of(options));
        std::string words;
        if (speaks(content.name)) {
            LJK_TRY(json, json_of(content.text, content.parts));
            words = std::move(json);
        }
        request.name = content.name;
        request.content = words;
        request.number = content.number;
        return settle(hub->shared->engine().command(conversation, request), out);
    });
}

ljk_status say(ljk_hub* hub, ljk_str account, ljk_str user_json, const Content& content,
               const ljk_say_options* given, ljk_receipt** out, ljk_error* err) noexcept {
    if (out != nullptr) *out = nullptr;
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(words, json_of(content.text, content.parts));
        ljk_say_options options = LJK_SAY_OPTIONS_INIT;
        if (given != nullptr) {
            LJK_TRY(copied, copy_struct(given, sizeof(ljk_say_options), "options"));
            options = copied;
        }
        LJK_TRY(name, need_utf8(account, "account"));
        LJK_TRY(actor, need_utf8(user_json, "user_json"));
        LJK_TRY(key, need_utf8(options.key, "key"));
        LJK_TRY(conversation, need_utf8(options.conversation, "options.conversation"));
        return settle(hub->shared->engine().say(name, actor, words, key, nullptr, {}, conversation),
                      out);
    });
}

ljk_say_options with_key(ljk_str key) noexcept {
    ljk_say_options options = LJK_SAY_OPTIONS_INIT;
    options.key = key;
    return options;
}

}  // namespace

ljk_str ljk_receipt_json(const ljk_receipt* receipt) {
    return receipt == nullptr ? ljk_str{} : str(receipt->value.json);
}
ljk_str ljk_receipt_delivery(const ljk_receipt* receipt) {
    return receipt == nullptr ? ljk_str{} : str(receipt->value.delivery_id);
}
ljk_str ljk_receipt_state(const ljk_receipt* receipt) {
    return receipt == nullptr ? ljk_str{} : str(receipt->value.state);
}
uint64_t ljk_receipt_epoch(const ljk_receipt* receipt) {
    return receipt == nullptr ? 0 : receipt->value.epoch;
}
ljk_str ljk_receipt_owner(const ljk_receipt* receipt) {
    return receipt == nullptr ? ljk_str{} : str(receipt->value.owner);
}
ljk_str ljk_receipt_agent(const ljk_receipt* receipt) {
    return receipt == nullptr ? ljk_str{} : str(receipt->value.owner_agent);
}
void ljk_receipt_free(ljk_receipt* receipt) { delete receipt; }

ljk_status ljk_hub_take(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                        ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "take"}, options, out, err);
}

ljk_status ljk_hub_reply(ljk_hub* hub, ljk_str ref, ljk_str text,
                         const ljk_command_options* options, ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "reply", .text = text}, options, out, err);
}

ljk_status ljk_hub_reply_parts(ljk_hub* hub, ljk_str ref, ljk_str parts_json,
                               const ljk_command_options* options, ljk_receipt** out,
                               ljk_error* err) {
    return command(hub, ref, {.name = "reply", .parts = parts_json}, options, out, err);
}

ljk_status ljk_hub_notify(ljk_hub* hub, ljk_str ref, ljk_str text,
                          const ljk_command_options* options, ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "notify", .text = text}, options, out, err);
}

ljk_status ljk_hub_notify_parts(ljk_hub* hub, ljk_str ref, ljk_str parts_json,
                                const ljk_command_options* options, ljk_receipt** out,
                                ljk_error* err) {
    return command(hub, ref, {.name = "notify", .parts = parts_json}, options, out, err);
}

ljk_status ljk_hub_release(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                           ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "release"}, options, out, err);
}

ljk_status ljk_hub_pass(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                        ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "pass"}, options, out, err);
}

ljk_status ljk_hub_extend(ljk_hub* hub, ljk_str ref, int64_t milliseconds,
                          const ljk_command_options* options, ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "extend", .number = milliseconds}, options, out, err);
}

ljk_status ljk_hub_close_conversation(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                      ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "close"}, options, out, err);
}

ljk_status ljk_hub_reopen(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                          ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "reopen"}, options, out, err);
}

ljk_status ljk_hub_request(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                           ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "request"}, options, out, err);
}

ljk_status ljk_hub_decline(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                           ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "decline"}, options, out, err);
}

ljk_status ljk_hub_cancel(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                          ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "cancel"}, options, out, err);
}

ljk_status ljk_hub_queue(ljk_hub* hub, ljk_str ref, int64_t position,
                         const ljk_command_options* options, ljk_receipt** out, ljk_error* err) {
    return command(hub, ref, {.name = "queue", .number = position}, options, out, err);
}

ljk_status ljk_hub_say(ljk_hub* hub, ljk_str account, ljk_str user_json, ljk_str text, ljk_str key,
                       ljk_receipt** out, ljk_error* err) {
    const ljk_say_options options = with_key(key);
    return say(hub, account, user_json, {.text = text}, &options, out, err);
}

ljk_status ljk_hub_say_in(ljk_hub* hub, ljk_str account, ljk_str user_json, ljk_str text,
                          const ljk_say_options* options, ljk_receipt** out, ljk_error* err) {
    return say(hub, account, user_json, {.text = text}, options, out, err);
}

ljk_status ljk_hub_say_parts_in(ljk_hub* hub, ljk_str account, ljk_str user_json,
                                ljk_str parts_json, const ljk_say_options* options,
                                ljk_receipt** out, ljk_error* err) {
    return say(hub, account, user_json, {.parts = parts_json}, options, out, err);
}

ljk_status ljk_hub_say_parts(ljk_hub* hub, ljk_str account, ljk_str user_json, ljk_str parts_json,
                             ljk_str key, ljk_receipt** out, ljk_error* err) {
    const ljk_say_options options = with_key(key);
    return say(hub, account, user_json, {.parts = parts_json}, &options, out, err);
}
