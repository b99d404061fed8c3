#include "engine/user_seen.h"

#include "json/value.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using model::Actor;

struct Field {
    std::string_view name;
    model::Str Actor::*value;
};

/// In the order of the canonical form; the id is the first.
constexpr std::array<Field, UserSeen::kFields> kRows{{
    {"id", &Actor::id},
    {"first_name", &Actor::first_name},
    {"last_name", &Actor::last_name},
    {"display_name", &Actor::display_name},
    {"login", &Actor::login},
    {"phone", &Actor::phone},
    {"email", &Actor::email},
    {"site", &Actor::site},
    {"language", &Actor::language},
}};

/// Whether canonical JSON has that member; a quote inside a text is escaped, so no text looks like one.
bool has_member(std::string_view json, std::string_view name, std::string_view value) {
    std::string member;
    json::append_string(name, member);
    member += ':';
    json::append_string(value, member);
    return json.find(member) != std::string_view::npos;
}

}  // namespace

bool UserSeen::has_field(std::string_view name) noexcept {
    return std::ranges::any_of(kRows, [&](const Field& row) { return row.name == name; });
}

std::string UserSeen::all_fields() {
    std::string names;
    for (const Field& row : kRows) names.append(names.empty() ? "" : ", ").append(row.name);
    return names;
}

// Most messages tell nothing new, and then nothing is read.
void UserSeen::read_known() {
    if (is_read_) return;
    is_read_ = true;
    if (known_.empty()) return;
    const auto actor = json::parse_value(known_, "the user");
    if (!actor || !actor->is_object()) return;
    for (std::size_t i = 0; i < kRows.size(); ++i)
        values_[i] = std::string(json::text_of(actor->get_object(), kRows[i].name));
}

void UserSeen::note(const model::Batch& batch, const model::Event& event, bool replaces) {
    if (event.role != model::Role::user || event.actor == model::kNone) return;
    const Actor& actor = batch.actors[event.actor];
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        const model::Str told = actor.*kRows[i].value;
        if (!told) continue;
        const std::string_view value = batch.view(told);
        if (!is_read_ && has_member(known_, kRows[i].name, value)) continue;
        read_known();
        if (values_[i] == value || (!replaces && !values_[i].empty())) continue;
        values_[i] = std::string(value);
        is_news_ = true;
    }
}

std::string UserSeen::json() const {
    std::string text;
    json::Writer out(text);
    out.begin_object().key("role").string("user");
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (!values_[i].empty()) out.key(kRows[i].name).string(values_[i]);
    out.end_object();
    return text;
}

}  // namespace lampjack::engine
