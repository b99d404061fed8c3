#include "model/batch_builder.h"

#include "base/text.h"
#include "base/timestamp.h"

#include <charconv>

namespace lampjack::model {
namespace {

/// Whether extra's JSON form gives this name to a scope. Asked for every leftover field, so not by from_word.
bool is_scope_name(std::string_view name) noexcept {
    static_assert(kScopes == 8, "name the new scope here");
    switch (name.size()) {
        case 4: return name == "item" || name == "data";
        case 6: return name == "action";
        case 7: return name == "request" || name == "message" || name == "payload";
        case 10: return name == "attachment";
        default: return false;
    }
}

template <class T>
void cut(std::vector<T>& list, std::ptrdiff_t bytes) {
    list.resize(static_cast<std::size_t>(bytes) / sizeof(T));
}

}  // namespace

void BatchBuilder::extra(Chain& chain, Scope scope, Str key, Str raw) {
    if (scope == Scope::field && is_scope_name(view(key))) scope = Scope::message;
    const auto index = static_cast<std::uint32_t>(batch.extras.size());
    batch.extras.push_back(Extra{.key = key, .raw = raw, .next = kNone, .scope = scope});
    if (chain.head == kNone) {
        chain.head = index;
    } else {
        batch.extras[chain.tail].next = index;
    }
    chain.tail = index;
}

void BatchBuilder::splice(Chain& chain, Chain tail) noexcept {
    if (tail.empty()) return;
    if (chain.empty()) {
        chain = tail;
        return;
    }
    batch.extras[chain.tail].next = tail.head;
    chain.tail = tail.tail;
}

bool BatchBuilder::keep_again(const Place& place, Chain& chain, Scope scope) {
    const auto now = cursor.mark();
    cursor.rewind(place.mark);
    if (!keep(chain, scope, json::Key{{}, place.key})) return false;
    cursor.rewind(now);
    return true;
}

bool BatchBuilder::text_or_keep(Str& out, Chain& chain, Scope scope, const json::Key& key) {
    const char first = cursor.peek();
    if (first == '"') {
        const Str name = key.place;
        const auto before = cursor.mark();
        if (!cursor.string(out)) return false;
        if (out.size != 0) return true;
        out = Str{};
        cursor.rewind(before);
        return keep(chain, scope, json::Key{{}, name});
    }
    const Str name = key.place;
    Str raw;
    if (!cursor.raw(raw)) return false;
    extra(chain, scope, name, raw);
    if (first != '{' && first != '[' && first != 'n') out = raw;
    return true;
}

bool BatchBuilder::id_or_keep(Str& out, Chain& chain, Scope scope, const json::Key& key,
                              bool& was_number) {
    const Str name = key.place;
    const auto before = cursor.mark();
    if (!cursor.string_or_integer(out, was_number)) return false;
    if (was_number) extra(chain, scope, name, out);
    if (out.size != 0) return true;
    cursor.rewind(before);
    return cursor.fail(json::Problem::mismatch);
}

bool BatchBuilder::time_or_keep(Millis& out, TimeForm exact, Chain& chain, Scope scope,
                                const json::Key& key) {
    const Str name = key.place;
    const auto before = cursor.mark();
    if (cursor.peek() == '"') {
        Str text;
        if (!cursor.string(text)) return false;
        if (exact == TimeForm::iso_millis && parse_exact(view(text), out)) return true;
        if (const auto time = parse_time(view(text))) out = *time;
        cursor.rewind(before);
        return keep(chain, scope, json::Key{{}, name});
    }
    Str raw;
    if (!cursor.raw(raw)) return false;
    const std::string_view digits = view(raw);
    if (const auto time = parse_time(digits)) out = *time;
    const bool written_back =
        (exact == TimeForm::epoch_millis && digits.size() == 13 && to_int(digits)) ||
        (exact == TimeForm::epoch_seconds && digits.size() == 10 && to_int(digits));
    if (!written_back || out == kNoTime) extra(chain, scope, name, raw);
    return true;
}

bool BatchBuilder::size_or_keep(std::int64_t& out, Chain& chain, Scope scope,
                                const json::Key& key) {
    const Str name = key.place;
    const bool quoted = cursor.peek() == '"';
    Str raw;
    if (!cursor.raw(raw)) return false;
    std::string_view digits = view(raw);
    if (quoted) digits = digits.substr(1, digits.size() - 2);
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool good = error == std::errc{} && stop == digits.data() + digits.size() && value >= 0;
    if (good) out = value;
    if (!good || quoted || (digits.size() > 1 && digits[0] == '-')) extra(chain, scope, name, raw);
    return true;
}

bool BatchBuilder::rewind(const Mark& mark) noexcept {
    cursor.forgive_mismatch();
    if (!cursor.ok()) return false;
    cursor.rewind(mark.cursor);
    cut(batch.events, mark.events);
    cut(batch.actors, mark.actors);
    cut(batch.parts, mark.parts);
    cut(batch.cards, mark.cards);
    cut(batch.options, mark.options);
    cut(batch.extras, mark.extras);
    return true;
}

std::uint32_t BatchBuilder::add_event(EventKind kind, Role role) {
    Event& event = batch.events.emplace_back();
    event.kind = kind;
    event.role = role;
    event.parts.first = static_cast<std::uint32_t>(batch.parts.size());
    return static_cast<std::uint32_t>(batch.events.size() - 1);
}

Part& BatchBuilder::add_part(Event& event, PartType type) {
    Part& part = batch.parts.emplace_back();
    part.type = type;
    if (event.parts.count == 0)
        event.parts.first = static_cast<std::uint32_t>(batch.parts.size() - 1);
    ++event.parts.count;
    return part;
}

std::uint32_t BatchBuilder::add_actor() {
    batch.actors.emplace_back();
    return static_cast<std::uint32_t>(batch.actors.size() - 1);
}

std::uint32_t BatchBuilder::add_conversation() {
    batch.conversations.emplace_back();
    return static_cast<std::uint32_t>(batch.conversations.size() - 1);
}

bool BatchBuilder::add_unknown(Warning why) {
    const auto index = add_event(EventKind::unknown, Role::unknown);
    Str raw;
    if (!cursor.raw(raw)) return false;
    event(index).warn(why);
    add_part(event(index), PartType::unknown).raw = raw;
    return true;
}

}  // namespace lampjack::model
