// Items of subscriptions, and deliveries of sinks.

#include "capi/handles.h"

#include <string_view>

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;

namespace {

Result<bool> success_of(int32_t outcome) {
    if (outcome == LJK_DONE || outcome == LJK_RETRY) return outcome == LJK_DONE;
    return lampjack::fail(Code::argument, "the outcome is LJK_DONE or LJK_RETRY");
}

/// What was leased and has no outcome when its handle goes failed: nobody works on it any more.
constexpr std::string_view kNoOutcome = "freed without an outcome";

}  // namespace

ljk_status ljk_hub_subscribe(ljk_hub* hub, ljk_str subscription, ljk_str filter_json,
                             ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(name, need_utf8(subscription, "subscription"));
        if (name.empty()) return lampjack::fail(Code::argument, "a subscription has a name");
        const auto done = hub->shared->engine().subscribe(name, view(filter_json));
        return done ? done : blame(done.error(), filter_json, "filter_json");
    });
}

ljk_status ljk_hub_next(ljk_hub* hub, ljk_str subscription, uint32_t timeout_ms, ljk_item** out,
                        ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_item>> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(name, need_utf8(subscription, "subscription"));
        if (name.empty()) return lampjack::fail(Code::argument, "a subscription has a name");
        LJK_TRY(item, hub->shared->engine().next(name, std::chrono::milliseconds(timeout_ms)));
        return std::make_unique<ljk_item>(ljk_item{hub->shared, std::move(item)});
    });
}

ljk_str ljk_item_json(const ljk_item* item) {
    return item == nullptr ? ljk_str{} : str(item->value->json);
}

ljk_str ljk_item_ref(const ljk_item* item) {
    return item == nullptr ? ljk_str{} : str(item->value->lease.ref);
}

ljk_str ljk_item_kind(const ljk_item* item) {
    return item == nullptr ? ljk_str{} : str(item->value->lease.item.kind);
}

uint64_t ljk_item_seq(const ljk_item* item) {
    return item == nullptr ? 0 : item->value->lease.item.seq;
}

uint64_t ljk_item_epoch(const ljk_item* item) {
    return item == nullptr ? 0 : item->value->lease.item.epoch;
}

ljk_status ljk_item_done(ljk_item* item, int32_t outcome, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(item, "item"));
        LJK_TRY(success, success_of(outcome));
        return item->hub->engine().done(*item->value, success);
    });
}

ljk_status ljk_item_fail(ljk_item* item, ljk_str why, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(item, "item"));
        LJK_TRY(reason, need_utf8(why, "why"));
        return item->hub->engine().done(*item->value, false, reason);
    });
}

ljk_status ljk_hub_dead_items(ljk_hub* hub, ljk_str subscription, size_t limit, ljk_text** out,
                              ljk_error* err) {
    return text_of(hub, out, err, [&](lampjack::engine::Hub& engine) -> Result<std::string> {
        LJK_TRY(name, need_utf8(subscription, "subscription"));
        return engine.dead_items(name, limit);
    });
}

ljk_status ljk_hub_settle_dead_item(ljk_hub* hub, ljk_str subscription, ljk_str ref, uint64_t seq,
                                    int32_t outcome, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(name, need_utf8(subscription, "subscription"));
        LJK_TRY(conversation, need_utf8(ref, "ref"));
        LJK_TRY(forget, success_of(outcome));
        return hub->shared->engine().settle_dead_item(name, conversation, seq, !forget);
    });
}

void ljk_item_free(ljk_item* item) {
    if (item == nullptr) return;
    if (item->value->hold.is_held())
        guard(nullptr, [&] { return item->hub->engine().done(*item->value, false, kNoOutcome); });
    delete item;
}

ljk_status ljk_hub_next_sink(ljk_hub* hub, ljk_str account, uint32_t timeout_ms,
                             ljk_sink_delivery** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_sink_delivery>> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(name, need_utf8(account, "account"));
        LJK_TRY(delivery,
                hub->shared->engine().next_sink(name, std::chrono::milliseconds(timeout_ms)));
        return std::make_unique<ljk_sink_delivery>(
            ljk_sink_delivery{hub->shared, std::move(delivery)});
    });
}

ljk_str ljk_sink_delivery_json(const ljk_sink_delivery* delivery) {
    return delivery == nullptr ? ljk_str{} : str(delivery->value->json);
}

ljk_status ljk_sink_delivery_may_leave(const ljk_sink_delivery* delivery, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(delivery, "delivery"));
        LJK_TRY(allowed, delivery->hub->engine().may_leave(*delivery->value));
        if (!allowed) return lampjack::fail(Code::stale_owner, "the conversation changed hands");
        return {};
    });
}

ljk_status ljk_sink_delivery_done(ljk_sink_delivery* delivery, int32_t outcome, ljk_str why,
                                  ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(delivery, "delivery"));
        LJK_TRY(success, success_of(outcome));
        LJK_TRY(reason, need_utf8(why, "why"));
        return delivery->hub->engine().sink_done(*delivery->value, success, reason);
    });
}

void ljk_sink_delivery_free(ljk_sink_delivery* delivery) {
    if (delivery == nullptr) return;
    if (delivery->value->hold.is_held())
        guard(nullptr, [&] {
            return delivery->hub->engine().sink_done(*delivery->value, false, kNoOutcome);
        });
    delete delivery;
}
