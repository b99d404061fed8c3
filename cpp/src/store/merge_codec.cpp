#include "store/merge_codec.h"

#include "store/bytes.h"

#include <algorithm>

namespace lampjack::store {
namespace {

/// Before all else, so that another form can follow.
constexpr std::uint8_t kForm = 1;

using conversation::EventKey;

std::string_view bytes_of(const EventKey& key) noexcept {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}

EventKey key_from(ByteReader& in) noexcept {
    EventKey key{};
    const std::string_view bytes = in.text();
    if (bytes.size() != key.size()) in.refuse();
    std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
    return key;
}

}  // namespace

std::string encode(const conversation::MergeRecord& record) {
    std::string bytes;
    ByteWriter out(bytes);
    out.byte(kForm).byte(record.actor).text(bytes_of(record.fingerprint)).number(record.content);
    out.boolean(record.key.has_value()).boolean(record.at.has_value());
    if (record.key) out.text(bytes_of(*record.key));
    if (record.at) out.integer(*record.at);
    return bytes;
}

std::optional<conversation::MergeRecord> decode_merge(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.byte() != kForm) return {};
    conversation::MergeRecord record;
    record.actor = in.byte();
    record.fingerprint = key_from(in);
    record.content = in.number();
    const bool has_key = in.boolean();
    const bool has_time = in.boolean();
    if (has_key) record.key = key_from(in);
    if (has_time) record.at = in.integer();
    if (!in.ok() || !in.at_end()) return {};
    return record;
}

}  // namespace lampjack::store
