#include "store/row_codec.h"

#include "store/bytes.h"

#include <algorithm>

namespace lampjack::store {
namespace {

using conversation::Conversation;
using conversation::EchoGuard;
using conversation::Target;

constexpr std::uint8_t kForm = 1;
// Of one byte. Release 13949c8 knows the first alone, and reads no row that has another.
constexpr unsigned kWarned = 1, kDoubted = 2;

// The numbers of these enums are stored. A new value goes to the end and its reader's limit below follows; any other
// change would give stored rows another meaning.
constexpr auto kLastState = conversation::State::closed;
constexpr auto kLastMuted = conversation::Muted::unknown;
constexpr auto kLastSync = conversation::Sync::diverged;
constexpr auto kLastReason = conversation::Reason::late;
constexpr auto kLastCommand = conversation::CommandKind::queue;
constexpr auto kLastTarget = Target::Kind::team;
constexpr auto kLastTo = conversation::To::bot;
constexpr auto kLastMode = model::Mode::test;
static_assert(conversation::kStateCount == 5 && static_cast<int>(kLastState) == 4);
static_assert(conversation::kReasonCount == 22 && static_cast<int>(kLastReason) == 21);
static_assert(conversation::kCommandCount == 13 && static_cast<int>(kLastCommand) == 12);
static_assert(static_cast<int>(kLastMuted) == 2 && static_cast<int>(kLastSync) == 2);
static_assert(static_cast<int>(kLastTarget) == 2 && static_cast<int>(kLastTo) == 2);
static_assert(static_cast<int>(kLastMode) == 1);
static_assert(static_cast<int>(conversation::Action::request) == 5);
static_assert(static_cast<int>(DeliveryStatus::held) == 4);
// Their places are stored too.
static_assert(conversation::kTimerCount == 8 && conversation::kWitnessCount == 4);
static_assert(EchoGuard::kCapacity == 16);

void write(ByteWriter& out, const Target& target) { out.word(target.kind).text(target.id); }

Target read_target(ByteReader& in) {
    Target target;
    target.kind = in.word(kLastTarget);
    target.id = in.text();
    return target;
}

void write_handover(ByteWriter& out, const Conversation& state) {
    out.boolean(state.draining.has_value());
    if (state.draining) {
        out.word(state.draining->command).number(state.draining->epoch);
        write(out, state.draining->target);
        out.word(state.draining->reason);
    }
    out.boolean(state.offer.has_value());
    if (state.offer) {
        write(out, state.offer->target);
        out.integer(state.offer->deadline);
    }
    out.boolean(state.ending).word(state.end_reason);
}

void read_handover(ByteReader& in, Conversation& state) {
    if (in.boolean()) {
        state.draining.emplace();
        state.draining->command = in.word(kLastCommand);
        state.draining->epoch = in.number();
        state.draining->target = read_target(in);
        state.draining->reason = in.word(kLastReason);
    }
    if (in.boolean()) {
        state.offer.emplace();
        state.offer->target = read_target(in);
        state.offer->deadline = in.integer();
    }
    state.ending = in.boolean();
    state.end_reason = in.word(kLastReason);
}

void write_times(ByteWriter& out, const Conversation& state) {
    for (const Millis at : state.watermark) out.integer(at);
    out.number(state.failed.size());
    for (const Millis at : state.failed) out.integer(at);
    for (const auto& timer : state.timers) {
        out.boolean(timer.has_value());
        if (timer) out.integer(timer->due).number(timer->episode).number(timer->epoch);
    }
    out.integer(state.active_at).integer(state.queue_noticed_at);
}

void read_times(ByteReader& in, Conversation& state) {
    for (Millis& at : state.watermark) at = in.integer();
    state.failed.resize(in.count());
    for (Millis& at : state.failed) at = in.integer();
    for (auto& timer : state.timers) {
        if (!in.boolean()) continue;
        timer.emplace();
        timer->due = in.integer();
        timer->episode = in.number();
        timer->epoch = in.number();
    }
    state.active_at = in.integer();
    state.queue_noticed_at = in.integer();
}

void write(ByteWriter& out, const Conversation& state) {
    out.word(state.state).number(state.epoch).number(state.episode);
    out.word(state.muted).word(state.sync).text(state.agent);
    write_handover(out, state);
    write_times(out, state);
    out.integer(state.queue_position).number(state.talk_overs).number(state.return_alarms);
    out.byte(
        static_cast<std::uint8_t>((state.warned ? kWarned : 0U) | (state.doubted ? kDoubted : 0U)));
    out.text(state.last_agent).number(state.version);
}

template <class Small>
Small narrow(ByteReader& in, std::int64_t value) {
    if (value != static_cast<std::int64_t>(static_cast<Small>(value))) in.refuse();
    return static_cast<Small>(value);
}

void read(ByteReader& in, Conversation& state) {
    state = Conversation{};
    state.state = in.word(kLastState);
    state.epoch = in.number();
    state.episode = in.number();
    state.muted = in.word(kLastMuted);
    state.sync = in.word(kLastSync);
    state.agent = in.text();
    read_handover(in, state);
    read_times(in, state);
    state.queue_position = narrow<std::int32_t>(in, in.integer());
    state.talk_overs = narrow<std::uint32_t>(in, static_cast<std::int64_t>(in.number()));
    state.return_alarms = narrow<std::uint32_t>(in, static_cast<std::int64_t>(in.number()));
    const std::uint8_t flags = in.below((kWarned | kDoubted) + 1);
    state.warned = (flags & kWarned) != 0;
    state.doubted = (flags & kDoubted) != 0;
    state.last_agent = in.text();
    state.version = in.number();
}

/// Only the places in use; most conversations have none.
void write(ByteWriter& out, const EchoGuard::Memory& memory) {
    out.integer(memory.window).byte(static_cast<std::uint8_t>(memory.next));
    std::uint64_t used = 0;
    for (std::size_t i = 0; i < memory.ring.size(); ++i)
        if (memory.ring[i] != EchoGuard::Sent{}) used |= std::uint64_t{1} << i;
    out.number(used);
    for (const EchoGuard::Sent& sent : memory.ring)
        if (sent != EchoGuard::Sent{}) out.number(sent.text).integer(sent.at).boolean(sent.waiting);
}

EchoGuard::Memory read_echo(ByteReader& in) {
    EchoGuard::Memory memory;
    memory.window = in.integer();
    memory.next = in.below(EchoGuard::kCapacity);
    const std::uint64_t used = in.number();
    if (used >> EchoGuard::kCapacity != 0) in.refuse();
    for (std::size_t i = 0; i < memory.ring.size(); ++i) {
        if ((used >> i & 1) == 0) continue;
        memory.ring[i].text = in.number();
        memory.ring[i].at = in.integer();
        memory.ring[i].waiting = in.boolean();
    }
    return memory;
}

Result<void> finish(const ByteReader& in, std::string_view what) {
    if (in.ok() && in.at_end()) return {};
    return fail(Code::store, "a stored " + std::string(what) +
                                 " cannot be read: it is damaged, or a newer release wrote it");
}

void read_form(ByteReader& in) {
    if (in.byte() != kForm) in.refuse();
}

void write(ByteWriter& out, const std::vector<std::string>& texts) {
    out.number(texts.size());
    for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
    std::vector<std::string> texts(in.count());
    for (std::string& text : texts) text = in.text();
    return texts;
}

}  // namespace

std::string encode(const ConversationRow& row) {
    std::string bytes;
    ByteWriter out(bytes);
    out.byte(kForm).text(row.bot).word(row.mode).text(row.id).text(row.raw_id).text(row.user);
    write(out, row.state);
    write(out, row.echo.memory());
    return bytes;
}

Result<void> decode(std::string_view bytes, ConversationRow& row) {
    ByteReader in(bytes);
    read_form(in);
    row.bot = in.text();
    row.mode = in.word(kLastMode);
    row.id = in.text();
    row.raw_id = in.text();
    row.user = in.text();
    read(in, row.state);
    row.echo = EchoGuard(read_echo(in));
    return finish(in, "conversation");
}

std::string encode(const model::Answer& answer) {
    std::string bytes;
    ByteWriter out(bytes);
    out.byte(kForm).integer(answer.status).number(answer.headers.size());
    for (const auto& [name, value] : answer.headers) out.text(name).text(value);
    out.text(answer.body);
    return bytes;
}

Result<void> decode(std::string_view bytes, model::Answer& answer) {
    ByteReader in(bytes);
    read_form(in);
    answer.status = narrow<std::int32_t>(in, in.integer());
    answer.headers.resize(in.count());
    for (auto& [name, value] : answer.headers) {
        name = in.text();
        value = in.text();
    }
    answer.body = in.text();
    return finish(in, "answer");
}

std::string encode(const SubscriptionFilter& filter) {
    std::string bytes;
    ByteWriter out(bytes);
    out.byte(kForm);
    write(out, filter.kinds);
    write(out, filter.accounts);
    out.boolean(filter.to.has_value());
    if (filter.to) out.word(*filter.to);
    return bytes;
}

Result<void> decode(std::string_view bytes, SubscriptionFilter& filter) {
    ByteReader in(bytes);
    read_form(in);
    filter.kinds = read_texts(in);
    filter.accounts = read_texts(in);
    filter.to.reset();
    if (in.boolean()) filter.to = in.word(kLastTo);
    return finish(in, "subscription");
}

std::string encode(const Holder& holder) {
    std::string bytes;
    ByteWriter out(bytes);
    out.byte(kForm).text(holder.label);
    write(out, holder.accounts);
    out.number(holder.runs).number(holder.subscriptions.size());
    for (const auto& [name, filter] : holder.subscriptions) {
        out.text(name).text(encode(filter));
        out.boolean(filter.include_bot);
    }
    return bytes;
}

Result<void> decode(std::string_view bytes, Holder& holder) {
    ByteReader in(bytes);
    read_form(in);
    holder.label = in.text();
    holder.accounts = read_texts(in);
    holder.runs = narrow<std::uint32_t>(in, static_cast<std::int64_t>(in.number()));
    holder.subscriptions.resize(in.count());
    for (auto& [name, filter] : holder.subscriptions) {
        name = in.text();
        const std::string inner(in.text());
        LJK_CHECK(decode(inner, filter));
        filter.include_bot = in.boolean();
    }
    return finish(in, "holder");
}

}  // namespace lampjack::store
