#include "model/surplus.h"

#include <string>

namespace lampjack::model {
namespace {

constexpr std::string_view kCount = R"({"too_many_items":)";
constexpr std::string_view kFirst = R"(,"first":[)";
constexpr std::string_view kEnd = "]}";

// The shortest documented option, with its punctuation, is longer than kBytesEach.
constexpr std::size_t kBytesEach = 64;
constexpr std::size_t kSomeRows = 5000;

}  // namespace

Surplus add_surplus(BatchBuilder& build, json::Cursor::Mark array) {
    Surplus surplus;
    std::uint32_t count = 0;
    std::size_t bytes = 0;
    const Str first = json::Cursor::raw_at(build.cursor.mark());
    build.cursor.rest_of(array, [&](json::Cursor::Mark item) {
        const Str raw = json::Cursor::raw_at(item);
        const std::size_t up_to = raw.offset + raw.size - first.offset;
        if (count++ == surplus.kept && up_to <= kSurplusBytes) {
            ++surplus.kept;
            bytes = up_to;
        }
    });
    std::string raw(kCount);
    raw.append(std::to_string(count)).append(kFirst);
    raw.append(build.batch.text.body_view().substr(first.offset, bytes)).append(kEnd);
    surplus.event = build.add_event(EventKind::unknown, Role::unknown);
    build.event(surplus.event).warn(Warning::too_many_items);
    build.add_part(build.event(surplus.event), PartType::unknown).raw = build.add(raw);
    return surplus;
}

bool is_full(const Batch& batch) noexcept {
    return batch.parts.size() + batch.options.size() + batch.cards.size() >
           kSomeRows + batch.text.body_size() / kBytesEach + batch.events.size();
}

std::string_view surplus_items(std::string_view raw) noexcept {
    if (!raw.starts_with(kCount) || !raw.ends_with(kEnd)) return raw;
    const auto digits = raw.find_first_not_of("0123456789", kCount.size());
    if (digits == std::string_view::npos || !raw.substr(digits).starts_with(kFirst)) return raw;
    raw.remove_prefix(digits + kFirst.size());
    raw.remove_suffix(kEnd.size());
    return raw;
}

void write_raw_item(const Batch& batch, const Event& event, const Part& part, json::Writer& out) {
    const std::string_view raw = batch.view(part.raw);
    if (!event.warns(Warning::too_many_items)) {
        out.raw(raw);
    } else if (const std::string_view items = surplus_items(raw); !items.empty()) {
        out.raw(items);
    }
}

}  // namespace lampjack::model
