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
    LJK_TRY(text, kept.told_by(batch));
    return core.store->put_meta(meta_name(account), text);
}

Result<std::string> remembered(const Core& core, const platforms::Account& account) {
    if (account.adapter->remembered.name.empty()) return std::string{};
    return core.store->meta(meta_name(account));
}

}  // namespace lampjack::engine
