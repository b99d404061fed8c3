// Writing bodies, converting between platforms, verifying senders.

#include "capi/handles.h"
#include "capi/request.h"
#include "model/canonical.h"
#include "platforms/registry.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;
namespace model = lampjack::model;
namespace platforms = lampjack::platforms;

namespace {

Result<std::unique_ptr<ljk_text>> write(const platforms::Adapter& adapter,
                                        const model::Batch& batch, int32_t direction) {
    if (direction != LJK_IN && direction != LJK_OUT)
        return lampjack::fail(Code::argument, "the direction is LJK_IN or LJK_OUT");
    const auto way = direction == LJK_IN ? platforms::Direction::in : platforms::Direction::out;
    LJK_TRY(body, adapter.write(batch, way));
    return std::make_unique<ljk_text>(ljk_text{std::move(body)});
}

}  // namespace

ljk_status ljk_batch_write(const ljk_batch* batch, int32_t direction, ljk_text** out,
                           ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_CHECK(need(batch, "batch"));
        LJK_TRY(adapter, platforms::require(batch->batch->platform()));
        return write(*adapter, *batch->batch, direction);
    });
}

ljk_status ljk_write(ljk_str platform, ljk_str events_json, int32_t direction, ljk_text** out,
                     ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_TRY(name, need_utf8(platform, "platform"));
        LJK_TRY(adapter, platforms::require(name));
        const auto batch = model::read_events(view(events_json));
        if (!batch) return blame(batch.error(), events_json, "events_json");
        LJK_CHECK(platforms::check_own(*adapter, **batch));
        return write(*adapter, **batch, direction);
    });
}

ljk_status ljk_batch_script(const ljk_batch* batch, size_t event, ljk_text** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_CHECK(need(batch, "batch"));
        if (event >= batch->batch->size())
            return lampjack::fail(Code::argument, "the batch has no such event");
        LJK_TRY(json, platforms::script_view(*batch->batch, batch->batch->roots[event]));
        return std::make_unique<ljk_text>(ljk_text{std::move(json)});
    });
}

ljk_status ljk_script_part(ljk_str platform, ljk_str text, ljk_text** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_TRY(name, need_utf8(platform, "platform"));
        LJK_TRY(adapter, platforms::require(name));
        LJK_TRY(words, need_utf8(text, "text"));
        LJK_TRY(json, platforms::part_of_script(*adapter, words));
        return std::make_unique<ljk_text>(ljk_text{std::move(json)});
    });
}

ljk_status ljk_convert(const ljk_batch* batch, size_t event, ljk_str platform, ljk_text** body,
                       ljk_text** losses, ljk_error* err) {
    if (losses != nullptr) *losses = nullptr;
    return guard_make(body, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_CHECK(need(batch, "batch"));
        if (event >= batch->batch->size())
            return lampjack::fail(Code::argument, "the batch has no such event");
        LJK_TRY(name, need_utf8(platform, "platform"));
        LJK_TRY(adapter, platforms::require(name));
        LJK_TRY(converted, platforms::convert(*batch->batch, batch->batch->roots[event], *adapter));
        auto text = std::make_unique<ljk_text>(ljk_text{std::move(converted.body)});
        if (losses != nullptr) *losses = new ljk_text{platforms::write_losses(converted.losses)};
        return text;
    });
}

ljk_status ljk_verify(ljk_str account_json, const ljk_request* request, int32_t* trust,
                      ljk_error* err) {
    if (trust != nullptr) *trust = LJK_TRUST_NONE;
    return guard(err, [&]() -> Result<void> {
        RequestView given;
        LJK_CHECK(given.read(request));
        const auto found = platforms::verify(view(account_json), given.get());
        if (!found) return blame(found.error(), account_json, "account_json");
        if (trust != nullptr)
            *trust = *found == platforms::Trust::full ? LJK_TRUST_FULL : LJK_TRUST_HANDOVER_ONLY;
        return {};
    });
}
