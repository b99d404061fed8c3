// Lists of some of the hub's accounts.

#include "capi/handles.h"

using namespace lampjack::capi;
using lampjack::Result;
using lampjack::engine::Hub;

ljk_status ljk_hub_conversations_of(ljk_hub* hub, ljk_str accounts, ljk_str state, size_t limit,
                                    ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) -> Result<std::string> {
        LJK_TRY(names, need_utf8(accounts, "accounts"));
        LJK_TRY(word, need_utf8(state, "state"));
        return engine.conversations(word, limit, names);
    });
}

ljk_status ljk_hub_unattributed_of(ljk_hub* hub, ljk_str accounts, ljk_text** out, ljk_error* err) {
    return text_about(accounts, "accounts", hub, out, err, [](Hub& engine, std::string_view names) {
        return engine.unattributed(names);
    });
}

ljk_status ljk_hub_stuck_of(ljk_hub* hub, ljk_str accounts, ljk_text** out, ljk_error* err) {
    return text_about(accounts, "accounts", hub, out, err,
                      [](Hub& engine, std::string_view names) { return engine.stuck(names); });
}

ljk_status ljk_hub_subscriptions_of(ljk_hub* hub, ljk_str accounts, ljk_text** out,
                                    ljk_error* err) {
    return text_about(accounts, "accounts", hub, out, err, [](Hub& engine, std::string_view names) {
        return engine.subscriptions(names);
    });
}

ljk_status ljk_hub_dead_letters_of(ljk_hub* hub, ljk_str accounts, size_t limit, ljk_text** out,
                                   ljk_error* err) {
    return text_about(
        accounts, "accounts", hub, out, err,
        [&](Hub& engine, std::string_view names) { return engine.dead_letters(limit, names); });
}

ljk_status ljk_hub_export_dead_letters_of(ljk_hub* hub, ljk_str accounts, size_t limit,
                                          ljk_text** out, ljk_error* err) {
    return text_about(accounts, "accounts", hub, out, err,
                      [&](Hub& engine, std::string_view names) {
                          return engine.export_dead_letters(limit, names);
                      });
}

ljk_status ljk_hub_dead_items_of(ljk_hub* hub, ljk_str accounts, ljk_str subscription, size_t limit,
                                 ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) -> Result<std::string> {
        LJK_TRY(names, need_utf8(accounts, "accounts"));
        LJK_TRY(name, need_utf8(subscription, "subscription"));
        return engine.dead_items(name, limit, names);
    });
}
