#include "store/export.h"

#include "json/writer.h"

#include <limits>

namespace lampjack::store {
namespace {

constexpr std::size_t kPage = 500;

void write_words(json::Writer& out, std::string_view words) {
    out.begin_array();
    while (!words.empty()) {
        const auto space = words.find(' ');
        if (space != 0) out.string(words.substr(0, space));
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
    }
    out.end_array();
}

void write_json(json::Writer& out, std::string_view text) {
    std::string one_line;
    json::append_compact(text, one_line);
    out.raw(one_line);
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string line(const ConversationRow& row) {
    std::string text;
    json::Writer out(text);
    const conversation::Conversation& state = row.state;
    out.begin_object().key("conversation").string(row.ref).key("account").string(row.account);
    if (!row.bot.empty()) out.key("bot").string(row.bot);
    out.key("mode").string(model::word(row.mode)).key("id").string(row.id);
    if (!state.seen()) {  // what belongs to no conversation has no owner
        out.key("unattributed").boolean(true).key("touched").integer(row.touched).end_object();
        return text;
    }
    if (!row.user.empty()) write_json(out.key("user"), row.user);
    out.key("state").string(conversation::name_of(state.state));
    if (!state.agent.empty()) out.key("agent").string(state.agent);
    out.key("epoch").integer(number(state.epoch)).key("episode").integer(number(state.episode));
    out.key("muted").string(conversation::name_of(state.muted));
    out.key("sync").string(conversation::name_of(state.sync));
    out.key("touched").integer(row.touched).end_object();
    return text;
}

std::string line(const ConversationRow& row, const ItemRow& item) {
    std::string text;
    json::Writer out(text);
    out.begin_object().key("conversation").string(row.ref).key("seq").integer(number(item.seq));
    out.key("received").integer(item.received).key("kind").string(item.kind);
    out.key("is_fact").boolean(item.is_fact).key("to").string(conversation::name_of(item.to));
    out.key("state").string(conversation::name_of(item.state));
    out.key("epoch").integer(number(item.epoch)).key("episode").integer(number(item.episode));
    write_words(out.key("flags"), item.flags);
    write_json(out.key("body"), item.body);
    out.end_object();
    return text;
}

Result<std::size_t> export_items(Store& store, const ConversationRow& row, const WriteLine& write) {
    std::size_t count = 0;
    for (std::uint64_t after = 0;;) {
        const auto items = store.items(row.key, after, kPage);
        if (!items && items.error().code == Code::not_found) return count;  // erased meanwhile
        if (!items) return items.error();
        for (const ItemRow& item : *items) LJK_CHECK(write(line(row, item)));
        count += items->size();
        if (items->size() < kPage) return count;
        after = items->back().seq;
    }
}

}  // namespace

Result<std::size_t> export_conversation(Store& store, const ConversationRow& listed,
                                        const WriteLine& write) {
    ConversationRow row = listed;
    if (listed.state.seen()) {
        auto now = store.conversation(listed.key);
        if (!now && now.error().code == Code::not_found) return std::size_t{0};  // erased meanwhile
        if (!now) return now.error();
        row = std::move(*now);
    }
    LJK_CHECK(write(line(row)));
    LJK_TRY(items, export_items(store, row, write));
    return 1 + items;
}

Result<std::size_t> export_lines(Store& store, const WriteLine& write) {
    LJK_TRY(rows, store.conversations({}, std::numeric_limits<std::size_t>::max()));
    std::size_t count = 0;
    for (const ConversationRow& listed : rows) {
        LJK_TRY(lines, export_conversation(store, listed, write));
        count += lines;
    }
    return count;
}

}  // namespace lampjack::store
