#include "engine/subject.h"

#include "engine/views.h"
#include "store/export.h"
#include "json/value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// A conversation's id may be the id of another user.
bool is_of_another(const store::ConversationRow& row, std::string_view user) {
    const auto known = json::parse_value(row.user, "a stored user");
    if (!known || !known->is_object()) return false;
    const std::string_view id = json::text_of(known->get_object(), "id");
    return !id.empty() && id != user;
}

Result<void> add_conversation(Core& core, const std::string& ref, std::string_view user,
                              std::string& lines) {
    const auto row = core.store->conversation(store::key_of(ref));
    if (!row && row.error().code == Code::not_found) return {};
    if (!row) return row.error();
    if (is_of_another(*row, user)) return {};
    LJK_TRY(told, store::export_conversation(*core.store, *row, [&](std::string_view line) {
                lines.append(line).append("\n");
                return Result<void>{};
            }));
    if (told == 0) return {};  // erased meanwhile
    LJK_TRY(deliveries, core.store->deliveries(row->key));
    for (const store::OutboxRow& one : deliveries) {
        json::Writer out(lines);
        out.begin_object().key("conversation").string(ref).key("delivery");
        out.raw(whole_delivery_json(one, ref)).end_object();
        lines += '\n';
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> refs_of_user(Core& core, std::string_view account,
                                              std::string_view user) {
    std::vector<std::string> refs;
    for (const auto mode : {model::Mode::live, model::Mode::test})
        refs.push_back(model::make_ref(account, mode, user));
    LJK_TRY(others, core.store->conversations_of(store::user_key(account, user)));
    for (std::string& ref : others)
        if (std::find(refs.begin(), refs.end(), ref) == refs.end()) refs.push_back(std::move(ref));
    return refs;
}

Result<std::string> export_user(Core& core, std::string_view account, std::string_view user) {
    LJK_CHECK(core.account_named(account));
    std::string lines;
    LJK_TRY(refs, refs_of_user(core, account, user));
    for (const std::string& ref : refs) LJK_CHECK(add_conversation(core, ref, user, lines));
    return lines;
}

}  // namespace lampjack::engine
