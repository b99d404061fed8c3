// What a hub tells about itself, as JSON; and what it is told to forget.

#include "capi/handles.h"

using namespace lampjack::capi;
using lampjack::Result;
using lampjack::engine::Hub;

ljk_status ljk_hub_conversation(ljk_hub* hub, ljk_str ref, ljk_text** out, ljk_error* err) {
    return text_about(ref, "ref", hub, out, err, [](Hub& engine, std::string_view conversation) {
        return engine.conversation(conversation);
    });
}

ljk_status ljk_hub_conversations(ljk_hub* hub, ljk_str state, size_t limit, ljk_text** out,
                                 ljk_error* err) {
    return text_about(state, "state", hub, out, err, [&](Hub& engine, std::string_view word) {
        return engine.conversations(word, limit);
    });
}

ljk_status ljk_hub_unattributed(ljk_hub* hub, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [](Hub& engine) { return engine.unattributed(); });
}

ljk_status ljk_hub_transcript(ljk_hub* hub, ljk_str ref, uint64_t after, size_t limit,
                              ljk_text** out, ljk_error* err) {
    return ljk_hub_transcript_up_to(hub, ref, after, UINT64_MAX, limit, out, err);
}

ljk_status ljk_hub_transcript_up_to(ljk_hub* hub, ljk_str ref, uint64_t after, uint64_t up_to,
                                    size_t limit, ljk_text** out, ljk_error* err) {
    return text_about(ref, "ref", hub, out, err, [&](Hub& engine, std::string_view conversation) {
        return engine.transcript(conversation, after, limit, up_to);
    });
}

ljk_status ljk_hub_explain(ljk_hub* hub, ljk_str ref, ljk_str command, ljk_str agent,
                           ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) -> Result<std::string> {
        LJK_TRY(conversation, need_utf8(ref, "ref"));
        LJK_TRY(name, need_utf8(command, "command"));
        LJK_TRY(who, need_utf8(agent, "agent"));
        return engine.explain(conversation, name, who);
    });
}

ljk_status ljk_hub_stuck(ljk_hub* hub, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [](Hub& engine) { return engine.stuck(); });
}

ljk_status ljk_hub_delivery(ljk_hub* hub, ljk_str delivery, ljk_text** out, ljk_error* err) {
    return text_about(delivery, "delivery", hub, out, err,
                      [](Hub& engine, std::string_view id) { return engine.delivery(id); });
}

ljk_status ljk_hub_deliveries(ljk_hub* hub, ljk_str ref, ljk_text** out, ljk_error* err) {
    return text_about(ref, "ref", hub, out, err, [](Hub& engine, std::string_view conversation) {
        return engine.deliveries(conversation);
    });
}

ljk_status ljk_hub_wait(ljk_hub* hub, ljk_str delivery, uint32_t timeout_ms, ljk_text** out,
                        ljk_error* err) {
    return text_about(delivery, "delivery", hub, out, err, [&](Hub& engine, std::string_view id) {
        return engine.wait_delivery(id, std::chrono::milliseconds(timeout_ms));
    });
}

ljk_status ljk_hub_urls(ljk_hub* hub, ljk_str base, ljk_text** out, ljk_error* err) {
    return text_about(base, "base", hub, out, err,
                      [](Hub& engine, std::string_view prefix) -> Result<std::string> {
                          return engine.urls(prefix);
                      });
}

ljk_status ljk_hub_stats(ljk_hub* hub, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err,
                   [](Hub& engine) -> Result<std::string> { return engine.stats(); });
}

ljk_status ljk_hub_erase(ljk_hub* hub, ljk_str account, ljk_str user, int32_t force,
                         uint32_t timeout_ms, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) -> Result<std::string> {
        LJK_TRY(name, need_utf8(account, "account"));
        LJK_TRY(id, need_utf8(user, "user"));
        return engine.erase(name, id, force != 0, std::chrono::milliseconds(timeout_ms));
    });
}

ljk_status ljk_hub_export(ljk_hub* hub, ljk_str account, ljk_str user, ljk_text** out,
                          ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) -> Result<std::string> {
        LJK_TRY(name, need_utf8(account, "account"));
        LJK_TRY(id, need_utf8(user, "user"));
        return engine.export_user(name, id);
    });
}

ljk_status ljk_hub_why(ljk_hub* hub, ljk_str ref, uint64_t seq, size_t limit, ljk_text** out,
                       ljk_error* err) {
    return text_about(ref, "ref", hub, out, err, [&](Hub& engine, std::string_view conversation) {
        return engine.why(conversation, seq, limit);
    });
}

ljk_status ljk_hub_subscriptions(ljk_hub* hub, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [](Hub& engine) { return engine.subscriptions(); });
}

ljk_status ljk_hub_drop_subscription(ljk_hub* hub, ljk_str subscription, ljk_error* err) {
    return done_about(
        subscription, "subscription", hub, err,
        [](Hub& engine, std::string_view name) { return engine.drop_subscription(name); });
}
