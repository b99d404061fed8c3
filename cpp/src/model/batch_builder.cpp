#include "model/batch_builder.h"

#include "base/timestamp.h"

#include <charconv>

namespace lampjack::model {
namespace {

/// Whether extra's JSON form gives this name to a scope. Asked for every leftover field, so not by from_word.
bool is_scope_name(const Batch& batch, Str key) noexcept {
    static_assert(kScopes == 8, "name the new scope here");
    constexpr unsigned sizes = 1U << 4 | 1U << 6 | 1U << 7 | 1U << 10;
    if (key.size > 10 || (sizes >> key.size & 1U) == 0) return false;
    const std::string_view name = batch.view(key);
    switch (name.size()) {
        case 4: return name == "item" || name == "data";
        case 6: return name == "action";
        case 7: return name == "request" || name == "message" || name == "payload";
        case 10: return name == "attachment";
        default: return false;
    }
}

/// Copied, because filling a fresh one field by field takes the compiler several times as long.
template <class T>
constexpr T kEmpty{};

template <class T>
[[gnu::noinline, gnu::cold]] void make_room(Rows<T>& list) {
    list.reserve(list.size() * 2 + 8);
}

/// Appending grows the list in a function of its own, which keeps the usual case short.
template <class T>
T& append(Rows<T>& list) {
    if (list.size() == list.capacity()) [[unlikely]]
        make_room(list);
    list.stable_emplace_back(kEmpty<T>);
    return list.back();
}

/// How many digits the platform's writer gives a time; 0: it writes no number.
std::size_t digits_of(BatchBuilder::TimeForm form) noexcept {
    switch (form) {
        case BatchBuilder::TimeForm::iso_millis: break;
        case BatchBuilder::TimeForm::epoch_seconds: return 10;
        case BatchBuilder::TimeForm::epoch_millis: return 13;
    }
    return 0;
}

}  // namespace

// Called for every third field of a request: it calls nothing in the usual case, so that it saves no registers.
void BatchBuilder::extra(Chain& chain, Scope scope, Str key, Str raw) {
    auto& extras = batch.extras;
    if (extras.size() == extras.capacity()) [[unlikely]]
        return extra_in_more_room(chain, scope, key, raw);
    if (scope == Scope::field && is_scope_name(batch, key)) [[unlikely]]
        scope = Scope::message;
    const auto index = static_cast<std::uint32_t>(extras.size());
    Extra& entry = append(extras);
    entry.key = key;
    entry.raw = raw;
    entry.scope = scope;
    (chain.empty() ? chain.head : extras[chain.tail].next) = index;
    chain.tail = index;
}

void BatchBuilder::extra_in_more_room(Chain& chain, Scope scope, Str key, Str raw) {
    make_room(batch.extras);
    extra(chain, scope, key, raw);
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

bool BatchBuilder::text_or_keep(Str& out, Chain& chain, Scope scope) {
    const auto value = cursor.mark();
    cursor.skip();
    const char first = value.first();
    if (first == '"') {
        out = json::Cursor::text_at(value);
        if (out.size != 0) return true;
        out = Str{};
        return keep_at(chain, scope, value);
    }
    if (first != '{' && first != '[' && first != 'n') out = json::Cursor::raw_at(value);
    return keep_at(chain, scope, value);
}

bool BatchBuilder::id_or_keep(Str& out, Chain& chain, Scope scope, bool& was_number) {
    const auto value = cursor.mark();
    if (!cursor.string_or_integer(out, was_number)) return false;
    if (was_number) keep_at(chain, scope, value);
    if (out.size != 0) return true;
    cursor.rewind(value);
    return cursor.fail(json::Problem::mismatch);
}

bool BatchBuilder::time_or_keep(Millis& out, TimeForm exact, Chain& chain, Scope scope) {
    const auto value = cursor.mark();
    cursor.skip();
    if (value.first() == '"') {
        const std::string_view text = view(json::Cursor::text_at(value));
        if (exact == TimeForm::iso_millis && parse_exact(text, out)) return true;
        if (const auto time = parse_time(text)) out = *time;
        return keep_at(chain, scope, value);
    }
    const std::string_view digits = view(json::Cursor::raw_at(value));
    if (digits.size() == digits_of(exact) && parse_whole_epoch(digits, out)) return true;
    if (const auto time = parse_time(digits)) out = *time;
    return keep_at(chain, scope, value);
}

bool BatchBuilder::size_or_keep(std::int64_t& out, Chain& chain, Scope scope) {
    const auto at = cursor.mark();
    cursor.skip();
    const bool quoted = at.first() == '"';
    std::string_view digits = view(json::Cursor::raw_at(at));
    if (quoted) digits = digits.substr(1, digits.size() - 2);
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool good = error == std::errc{} && stop == digits.data() + digits.size() && value >= 0;
    if (good) out = value;
    const bool plain = good && !quoted && (digits.size() == 1 || digits[0] != '-');
    return plain || keep_at(chain, scope, at);
}

bool BatchBuilder::rewind(const Mark& mark) noexcept {
    cursor.forgive_mismatch();
    if (!cursor.ok()) return false;
    cursor.rewind(mark.cursor);
    batch.events.resize(mark.events);
    batch.actors.resize(mark.actors);
    batch.parts.resize(mark.parts);
    batch.cards.resize(mark.cards);
    batch.options.resize(mark.options);
    batch.extras.resize(mark.extras);
    return true;
}

std::uint32_t BatchBuilder::add_event(EventKind kind, Role role) {
    Event& event = append(batch.events);
    event.kind = kind;
    event.role = role;
    event.parts.first = static_cast<std::uint32_t>(batch.parts.size());
    return static_cast<std::uint32_t>(batch.events.size() - 1);
}

Part& BatchBuilder::add_part(Event& event, PartType type) {
    Part& part = append(batch.parts);
    part.type = type;
    if (event.parts.count == 0)
        event.parts.first = static_cast<std::uint32_t>(batch.parts.size() - 1);
    ++event.parts.count;
    return part;
}

Option& BatchBuilder::add_option() { return append(batch.options); }
Card& BatchBuilder::add_card() { return append(batch.cards); }

std::uint32_t BatchBuilder::add_actor() {
    append(batch.actors);
    return static_cast<std::uint32_t>(batch.actors.size() - 1);
}

std::uint32_t BatchBuilder::add_conversation() {
    append(batch.conversations);
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
