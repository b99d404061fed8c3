#include "engine/item_keys.h"

#include "base/digest.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using model::ItemKey;

constexpr Millis kDoubtWindow = 60'000;

ItemKey derived_key(std::string_view purpose, const ItemKey& from, std::uint64_t number) {
    FieldHash hash;
    hash.add(purpose).add({reinterpret_cast<const char*>(from.data()), from.size()});
    const Digest digest = hash.add(number).finish();
    ItemKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

ItemKey doubt_key(const ItemKey& fingerprint, Millis now) {
    return derived_key("doubt", fingerprint, static_cast<std::uint64_t>(now / kDoubtWindow));
}

}  // namespace

ItemKeys item_keys(const model::Identity& identity, bool coarse_times) {
    const bool has_time = (identity.has_time && !coarse_times) || identity.is_surplus;
    if (!identity.by_vendor_id && !has_time) return {};
    const ItemKey without_id = derived_key("no id", identity.fingerprint, 0);
    if (!identity.by_vendor_id) return {{identity.fingerprint}, {identity.fingerprint, without_id}};
    if (!has_time) return {{identity.id}, {identity.id}};
    return {{identity.id, without_id}, {identity.id, identity.fingerprint}};
}

std::array<ItemKey, 2> doubt_keys(const ItemKey& fingerprint, Millis now) {
    return {doubt_key(fingerprint, now), doubt_key(fingerprint, now - kDoubtWindow)};
}

}  // namespace lampjack::engine
