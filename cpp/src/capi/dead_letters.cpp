// Deliveries that were given up or are held, and what a person decides about them.

#include "capi/handles.h"

using namespace lampjack::capi;
using lampjack::Result;
using lampjack::engine::Hub;

ljk_status ljk_hub_dead_letters(ljk_hub* hub, size_t limit, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) { return engine.dead_letters(limit); });
}

ljk_status ljk_hub_export_dead_letters(ljk_hub* hub, size_t limit, ljk_text** out, ljk_error* err) {
    return text_of(hub, out, err, [&](Hub& engine) { return engine.export_dead_letters(limit); });
}

ljk_status ljk_hub_retry_delivery(ljk_hub* hub, ljk_str delivery, ljk_error* err) {
    return done_about(delivery, "delivery", hub, err,
                      [](Hub& engine, std::string_view id) { return engine.retry_delivery(id); });
}

ljk_status ljk_hub_resume(ljk_hub* hub, ljk_str account, ljk_error* err) {
    return done_about(account, "account", hub, err,
                      [](Hub& engine, std::string_view name) { return engine.resume(name); });
}

ljk_status ljk_hub_discard_delivery(ljk_hub* hub, ljk_str delivery, ljk_error* err) {
    return done_about(delivery, "delivery", hub, err,
                      [](Hub& engine, std::string_view id) { return engine.discard_delivery(id); });
}
