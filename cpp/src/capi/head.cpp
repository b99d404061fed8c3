// Requests of which the head alone is known.

#include "capi/handles.h"
#include "capi/request.h"

using namespace lampjack::capi;
using lampjack::Result;

ljk_status ljk_hub_check_head(ljk_hub* hub, ljk_str account, const ljk_request* request,
                              ljk_head** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_head>> {
        LJK_CHECK(need(hub, "hub"));
        RequestView given;
        LJK_CHECK(given.read(request));
        LJK_TRY(name, need_utf8(account, "account"));
        lampjack::model::Request head = given.get();
        head.body = {};
        auto checked = hub->shared->engine().check_head(name, head);
        return std::make_unique<ljk_head>(hub->shared, std::move(checked));
    });
}

const ljk_answer* ljk_head_answer(const ljk_head* head) {
    return head == nullptr || !head->answer ? nullptr : &*head->answer;
}

size_t ljk_head_max_body(const ljk_head* head) {
    return head == nullptr ? 0 : head->value->max_body();
}

int64_t ljk_head_timeout_ms(const ljk_head* head) {
    return head == nullptr ? 0 : head->value->timeout();
}

ljk_status ljk_head_take(ljk_head* head, size_t bytes, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(head, "head"));
        head->value->take(bytes);
        head->look();
        return {};
    });
}

ljk_status ljk_head_late(ljk_head* head, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(head, "head"));
        head->value->late();
        head->look();
        return {};
    });
}

void ljk_head_free(ljk_head* head) { delete head; }
