#include "engine/remembered.h"

namespace lampjack::engine {
namespace {

std::string meta_name(const platforms::Account& account) {
    return std::string(account.adapter->remembered.name) + ":" + account.name;
}

}  // namespace

Result<void> remember(Core& core, const platforms::Account& account, const model::Batch& batch) {
    const platforms::Remembered& kept = account.adapter->remembered;
    if (kept.told_by == nullptr)
        return fail(Code::unsupported, "this platform has nothing to subscribe to");
    LJK_TRY(text, kept.told_by(account, batch));
    return core.store->put_meta(meta_name(account), text);
}

Result<std::string> remembered(const Core& core, const platforms::Account& account) {
    const platforms::Remembered& kept = account.adapter->remembered;
    if (kept.name.empty()) return std::string{};
    LJK_TRY(told, core.store->meta(meta_name(account)));
    if (kept.may_use != nullptr && !kept.may_use(account, told)) return std::string{};
    return std::move(told);
}

}  // namespace lampjack::engine
