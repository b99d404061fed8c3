#include "engine/queries.h"

#include "base/plain_name.h"
#include "conversation/explain.h"
#include "conversation/names.h"
#include "engine/item_kinds.h"
#include "engine/own_accounts.h"
#include "engine/pauses.h"
#include "engine/prepared_request.h"
#include "engine/views.h"
#include "platforms/registry.h"
#include "json/value.h"
#include "json/writer.h"

#include <algorithm>
#include <cstdint>

namespace lampjack::engine {
namespace {

Result<std::vector<std::string>> texts_of(const json::Value& value, std::string_view key) {
    std::vector<std::string> texts;
    if (!value.is_array())
        return fail(Code::argument, std::string(key) + " must be a list of texts");
    for (const json::Value& one : value.get_array()) {
        if (!one.is_string())
            return fail(Code::argument, std::string(key) + " must be a list of texts");
        texts.emplace_back(json::view(one.get_string()));
    }
    return texts;
}

Result<std::vector<std::string>> kinds_of(const json::Value& value) {
    LJK_TRY(kinds, texts_of(value, "kinds"));
    for (const std::string& kind : kinds) {
        if (is_item_kind(kind)) continue;
        std::string why =
            "kinds: \"" + std::string(plain_name(kind)) + "\" is no kind of an event or a fact";
        const std::string_view close = close_item_kind(kind);
        if (!close.empty()) why.append("; did you mean ").append(close).append("?");
        return fail(Code::argument, std::move(why));
    }
    return std::move(kinds);
}

Result<conversation::To> to_of(const json::Value& value) {
    const std::string_view text =
        value.is_string() ? json::view(value.get_string()) : std::string_view{};
    for (const auto to : {conversation::To::nobody, conversation::To::desk, conversation::To::bot})
        if (conversation::name_of(to) == text) return to;
    if (text == "both")
        return fail(Code::argument,
                    "to: \"both\" is not a filter: \"desk\" and \"bot\" each get it");
    return fail(Code::argument, "to must be desk, bot or nobody");
}

Result<Declaration> filter_of(std::string_view json) {
    Declaration given;
    store::SubscriptionFilter& filter = given.filter;
    if (json.empty()) return given;
    LJK_TRY(value, json::parse_value(json, "the filter"));
    if (!value.is_object()) return fail(Code::argument, "the filter must be an object");
    for (const auto& [name, member] : value.get_object()) {
        const std::string_view key(name.data(), name.size());
        if (key == "kinds") {
            LJK_TRY(kinds, kinds_of(member));
            filter.kinds = std::move(kinds);
        } else if (key == "accounts") {
            LJK_TRY(accounts, texts_of(member, key));
            filter.accounts = std::move(accounts);
        } else if (key == "start") {
            if (!member.is_string() || json::view(member.get_string()) != "now")
                return fail(Code::argument, "start must be \"now\", or be left out");
            given.start_now = true;
        } else if (key == "to") {
            LJK_TRY(to, to_of(member));
            filter.to = to;
        } else if (key == "include_bot") {
            if (!member.is_bool()) return fail(Code::argument, "include_bot must be a boolean");
            filter.include_bot = member.get_bool();
        } else {
            return fail(Code::argument, "unknown key of a filter: " + std::string(plain_name(key)));
        }
    }
    if (filter.include_bot && filter.to != conversation::To::desk)
        return fail(Code::argument, "include_bot needs \"to\": \"desk\"");
    return given;
}

template <class Rows, class Write>
std::string array_of(const Rows& rows, Write write) {
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const auto& row : rows) out.raw(write(row));
    out.end_array();
    return text;
}

}  // namespace

Result<Declaration> read_filter(std::string_view subscription, std::string_view json) {
    auto given = filter_of(json);
    if (given) return given;
    Error error = std::move(given).error();
    error.message = "subscription " + std::string(subscription) + ": " + error.message;
    return error;
}

Result<std::string> conversation_view(Core& core, std::string_view ref) {
    LJK_CHECK(must_be_ours(core, ref));
    LJK_TRY(row, core.store->conversation(store::key_of(ref)));
    return conversation_json(row, core.tag(ref));
}

Result<std::string> conversations_view(Core& core, std::string_view state, std::size_t limit,
                                       std::string_view accounts) {
    if (!state.empty() && !conversation::state_from(state))
        return fail(Code::argument,
                    "state must be one of: " + conversation::all_names<conversation::State>());
    // One for each account collects what belongs to no conversation: it is none.
    LJK_TRY(of, accounts_asked(core, accounts));
    const std::size_t others = of.size();
    LJK_TRY(rows, core.store->conversations(
                      state, limit > SIZE_MAX - others ? limit : limit + others, of));
    std::erase_if(rows, [](const store::ConversationRow& row) { return !row.state.seen(); });
    if (rows.size() > limit) rows.resize(limit);
    return array_of(rows,
                    [&](const auto& row) { return conversation_json(row, core.tag(row.ref)); });
}

Result<std::string> unattributed_view(Core& core, std::string_view accounts) {
    LJK_TRY(of, accounts_asked(core, accounts));
    std::vector<store::ConversationRow> rows;
    for (const std::string& name : of) {
        LJK_TRY(tx,
                core.store->begin());  // to look: what is no conversation can be read no other way
        store::ConversationRow row;
        LJK_TRY(
            there,
            tx->lock(store::key_of(model::make_ref(name, model::Mode::live, kUnattributed)), row));
        if (there) rows.push_back(std::move(row));
    }
    return array_of(rows,
                    [&](const auto& row) { return conversation_json(row, core.tag(row.ref)); });
}

Result<std::string> transcript_view(Core& core, std::string_view ref, std::uint64_t after,
                                    std::size_t limit, std::uint64_t up_to) {
    model::RefParts parts;
    if (!model::split_ref(ref, parts)) return fail(Code::argument, "a ref is account:mode:id");
    LJK_CHECK(must_be_ours(core, ref));
    std::vector<store::ItemRow> items;
    if (up_to > after) {
        LJK_TRY(found, core.store->items(store::key_of(ref), after,
                                         std::min<std::uint64_t>(limit, up_to - after)));
        items = std::move(found);
        std::erase_if(items, [&](const store::ItemRow& item) { return item.seq > up_to; });
    }
    return array_of(items, [&](const auto& item) { return item_json(ref, parts.account, item); });
}

Result<std::string> explain_view(Core& core, std::string_view ref, std::string_view command,
                                 std::string_view agent) {
    const auto kind = conversation::command_from(command);
    if (!kind)
        return fail(Code::argument, "command must be one of: " +
                                        conversation::all_names<conversation::CommandKind>());
    LJK_CHECK(must_be_ours(core, ref));
    LJK_TRY(row, core.store->conversation(store::key_of(ref)));
    LJK_TRY(account, core.account_named(row.account));
    return explanation_json(
        conversation::explain(row.state, *kind, agent, core.policy(*account), core.clock->now()));
}

Result<std::string> delivery_view(Core& core, std::string_view id) {
    std::string ref;
    LJK_TRY(row, own_delivery(core, id, ref));
    const bool pending = row.status == store::DeliveryStatus::pending;
    return delivery_json(row, ref, pending ? credentials_wait(core, ref) : 0);
}

Result<std::string> deliveries_view(Core& core, std::string_view ref) {
    LJK_CHECK(must_be_ours(core, ref));
    LJK_TRY(rows, core.store->deliveries(store::key_of(ref)));
    const Millis waits = credentials_wait(core, ref);
    return array_of(rows, [&](const auto& row) { return delivery_json(row, ref, waits); });
}

/// A platform's app that posts to paths of its own asks for the address above them.
bool has_app(const platforms::Adapter& adapter) noexcept {
    return std::ranges::any_of(adapter.endpoints, [](const platforms::Endpoint& endpoint) {
        return endpoint.purpose == platforms::Purpose::translate;
    });
}

std::string urls_view(const Core& core, std::string_view base) {
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const auto& [name, account] : core.config.accounts) {
        for (const platforms::Endpoint& endpoint : account.adapter->endpoints) {
            if (endpoint.side != account.side) continue;
            std::string path = endpoint.path == "/" ? std::string{} : std::string(endpoint.path);
            if (!endpoint.query.empty() && account.text("auth") != "none")
                path.append("?").append(endpoint.query);
            out.begin_object()
                .key("account")
                .string(name)
                .key("platform")
                .string(account.adapter->name);
            out.key("side").string(word(account.side)).key("method").string(endpoint.method);
            out.key("url").string(std::string(base) + "/" + name + path);
            out.key("path")
                .string(endpoint.path)
                .key("max_body")
                .integer(static_cast<std::int64_t>(core.config.sizes.body_at(endpoint)));
            out.key("meaning").string(endpoint.meaning);
            if (has_app(*account.adapter))
                out.key("app_address").string(std::string(base) + "/" + name);
            out.end_object();
        }
    }
    out.end_array();
    return text;
}

std::string stats_view(const Core& core, std::size_t in_flight) {
    const Counters& counters = core.counters;
    std::string text;
    json::Writer out(text);
    out.begin_object();
    const auto put = [&](std::string_view name, std::uint64_t value) {
        out.key(name).integer(static_cast<std::int64_t>(value));
    };
    put("requests", counters.requests);
    put("refused_requests", counters.refused_requests);
    put("events", counters.events);
    put("duplicates", counters.duplicates);
    put("events_not_kept", counters.unkept);
    put("handovers", counters.handovers);
    put("talk_overs", counters.talk_overs);
    put("deliveries_sent", counters.sent);
    put("deliveries_retried", counters.retries);
    put("deliveries_dead", counters.dead);
    put("deliveries_fenced", counters.fenced);
    put("deliveries_held", counters.held);
    put("deliveries_postponed", counters.postponed);
    put("items_dead", counters.items_dead);
    put("breaker_opened", counters.breaker_opened);
    put("store_warnings", counters.store_warnings);
    put("in_flight", in_flight);
    put("body_bytes", core.bodies.held());
    out.end_object();
    return text;
}

}  // namespace lampjack::engine
