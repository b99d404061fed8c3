// Requests in, whole or in two steps.

#include "capi/handles.h"
#include "capi/request.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;
namespace engine = lampjack::engine;

namespace {

/// Nothing for LJK_UNDECIDED.
Result<std::optional<engine::Decision>> decision_of(int32_t decision, ljk_str reason) {
    LJK_TRY(why, need_utf8(reason, "reason"));
    if (decision < LJK_UNDECIDED || decision > LJK_ACCEPT_MUTED)
        return lampjack::fail(Code::argument,
                              "the decision is none of LJK_UNDECIDED to LJK_ACCEPT_MUTED");
    if (decision == LJK_UNDECIDED) return std::optional<engine::Decision>{};
    return std::optional(
        engine::Decision{decision != LJK_DECLINE, decision == LJK_ACCEPT_MUTED, std::string(why)});
}

}  // namespace

ljk_str ljk_question_ref(const ljk_question* question) {
    return question == nullptr ? ljk_str{} : str(question->value->ref);
}

ljk_str ljk_question_json(const ljk_question* question) {
    return question == nullptr ? ljk_str{} : str(question->value->item_json);
}

int64_t ljk_question_deadline_ms(const ljk_question* question) {
    return question == nullptr ? 0 : question->value->deadline_ms;
}

ljk_status ljk_hub_receive(ljk_hub* hub, ljk_str account, const ljk_request* request,
                           ljk_answer** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_answer>> {
        LJK_CHECK(need(hub, "hub"));
        RequestView given;
        LJK_CHECK(given.read(request));
        LJK_TRY(name, need_utf8(account, "account"));
        SharedHub& shared = *hub->shared;
        auto answer = shared.engine().receive(name, given.get(), shared.decide());
        return std::make_unique<ljk_answer>(ljk_answer{std::move(answer)});
    });
}

ljk_status ljk_hub_begin(ljk_hub* hub, ljk_str account, const ljk_request* request,
                         ljk_reception** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_reception>> {
        LJK_CHECK(need(hub, "hub"));
        RequestView given;
        LJK_CHECK(given.read(request));
        LJK_TRY(name, need_utf8(account, "account"));
        auto begun = hub->shared->engine().begin(name, given.get());
        auto reception = std::make_unique<ljk_reception>(
            ljk_reception{hub->shared, std::move(begun), {}, false});
        if (const auto* question = hub->shared->engine().question(*reception->value))
            reception->question = ljk_question{question};
        return reception;
    });
}

const ljk_question* ljk_reception_question(const ljk_reception* reception) {
    if (reception == nullptr) return nullptr;
    reception->was_asked = true;
    return reception->question ? &*reception->question : nullptr;
}

ljk_str ljk_reception_untranslated(const ljk_reception* reception) {
    if (reception == nullptr) return {};
    const engine::Untranslated* raw = reception->hub->engine().untranslated(*reception->value);
    return raw == nullptr ? ljk_str{} : str(raw->request);
}

ljk_status ljk_reception_translate(ljk_reception* reception, ljk_str events_json, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(reception, "reception"));
        engine::Hub& hub = reception->hub->engine();
        const auto taken = hub.translate(*reception->value, view(events_json));
        if (!taken) return blame(taken.error(), events_json, "events_json");  // the question stays
        const auto* question = hub.question(*reception->value);
        reception->question = question ? std::optional(ljk_question{question}) : std::nullopt;
        return {};
    });
}

ljk_status ljk_reception_decide(ljk_reception* reception, int32_t decision, ljk_str reason,
                                ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(reception, "reception"));
        LJK_TRY(made, decision_of(decision, reason));
        if (!reception->question)
            return lampjack::fail(Code::argument, "the reception has no question");
        engine::Hub& hub = reception->hub->engine();
        if (!made && !reception->was_asked) hub.nobody_decides(*reception->value);
        hub.decide(*reception->value, made ? &*made : nullptr);
        const auto* question = hub.question(*reception->value);
        reception->question = question ? std::optional(ljk_question{question}) : std::nullopt;
        return {};
    });
}

ljk_status ljk_reception_finish(ljk_reception* reception, int32_t decision, ljk_str reason,
                                ljk_answer** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_answer>> {
        LJK_CHECK(need(reception, "reception"));
        LJK_TRY(made, decision_of(decision, reason));
        const auto* decided = made ? &*made : nullptr;
        if (decided == nullptr && !reception->was_asked)
            reception->hub->engine().nobody_decides(*reception->value);
        auto answer = reception->hub->engine().finish(*reception->value, decided);
        return std::make_unique<ljk_answer>(ljk_answer{std::move(answer)});
    });
}

void ljk_reception_free(ljk_reception* reception) { delete reception; }
