#include "platforms/certainly/common.h"

#include <algorithm>
#include <string>
#include <vector>

namespace lampjack::platforms::certainly {
namespace {

constexpr std::size_t kFewKeys = 16;

}  // namespace

bool has_twins(const model::Batch& batch, model::Chain chain, model::Scope scope) {
    std::vector<std::string_view> names;
    std::size_t count = 0;
    bool twins = false;
    batch.each(chain, [&](const model::Extra& entry) { count += entry.scope == scope; });
    if (count < 2) return false;
    if (count <= kFewKeys) {
        batch.each(chain, [&](const model::Extra& entry) {
            if (entry.scope != scope) return;
            model::Chain rest{entry.next, chain.tail};
            twins = twins || batch.find(rest, scope, batch.view(entry.key)).present();
        });
        return twins;
    }
    names.reserve(count);
    batch.each(chain, [&](const model::Extra& entry) {
        if (entry.scope == scope) names.push_back(batch.view(entry.key));
    });
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

Result<void> refuse_field(json::Cursor& cursor, std::string_view what) {
    if (cursor.problem() != json::Problem::mismatch) return {};
    cursor.forgive_mismatch();
    return fail(Code::payload, std::string(what) + " is missing or has another type");
}

}  // namespace lampjack::platforms::certainly
