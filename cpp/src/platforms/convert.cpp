// One event of any platform as a body of another, with a report of what gets lost.

#include "model/graft.h"
#include "platforms/losses.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::platforms {
namespace {

const Capabilities& towards_us(const Adapter& to, model::Role role) noexcept {
    return role == model::Role::user ? to.user_in : to.bot_in;
}

const Capabilities& capabilities_for(const Adapter& to, model::Role role) noexcept {
    return to.direction_of(role) == Direction::out ? to.out : towards_us(to, role);
}

/// The items of a transcript, simplified one by one. Whether the platform takes them shows when the body is read.
void add_transcript(const model::Batch& from, model::Range transcript, const Adapter& to,
                    model::Batch& simple) {
    model::Range items{static_cast<std::uint32_t>(simple.events.size()), 0};
    for (std::uint32_t i = 0; i < transcript.count; ++i) {
        const std::uint32_t index = transcript.first + i;
        const auto item = downgrade(from, index, towards_us(to, from.events[index].role));
        if (!item || (*item)->parts.empty()) continue;
        model::Graft(simple, **item).event((*item)->roots.front());
        ++items.count;
    }
    simple.events[simple.roots.front()].transcript = items;
}

model::BatchPtr as_it_is(const model::Batch& from, std::uint32_t index, const Adapter& own,
                         Places& places) {
    model::BatchPtr out = model::BatchPtr::make();
    out.mutate().text.assign({});
    out.mutate().reader = own.name;
    out.mutate().roots.push_back(model::Graft(out.mutate(), from).event(index));
    for (std::uint32_t i = 0; i < from.events[index].parts.count; ++i) places.push_back(i);
    return out;
}

/// The event with what the platform can carry only.
Result<model::BatchPtr> simplify(const model::Batch& from, std::uint32_t index, const Adapter& to,
                                 std::vector<Loss>& losses, Places& places) {
    if (from.platform() == to.name) return as_it_is(from, index, to, places);
    const model::Event& event = from.events[index];
    LJK_TRY(simple, downgrade(from, index, capabilities_for(to, event.role), &places));
    complete(simple, to, places, losses);
    add_transcript(from, event.transcript, to, simple.mutate());
    return std::move(simple);
}

/// Which way a role speaks. A request for a human goes the other way where the platform knows it there only.
Result<std::string> write_event(const Adapter& adapter, const model::Batch& simple) {
    const model::Event& event = simple.root(0);
    const Direction direction = adapter.direction_of(event.role);
    auto body = adapter.write(simple, direction);
    if (body || event.kind != model::EventKind::handover_requested) return body;
    auto other = adapter.write(simple, direction == Direction::in ? Direction::out : Direction::in);
    return other ? std::move(other) : std::move(body);
}

struct Written {
    std::string body;
    model::BatchPtr simple;
    Places places;
    std::vector<Loss> losses;
};

/// Parts that have no place beside each other become one text.
Result<Written> write_as_one_text(const model::Batch& batch, std::uint32_t index,
                                  const Adapter& to) {
    const model::Event& event = batch.events[index];
    if (event.parts.count < 2 || !capabilities_for(to, event.role).carries(model::PartType::text))
        return fail(Code::unsupported, "the platform has no body for such an event");
    Written out;
    LJK_TRY(simple, as_one_text(batch, index, out.places));
    LJK_TRY(body, write_event(to, *simple));
    out.body = std::move(body);
    out.simple = std::move(simple);
    return out;
}

Result<Written> write_simplified(const model::Batch& batch, std::uint32_t index,
                                 const Adapter& to) {
    Written out;
    LJK_TRY(simple, simplify(batch, index, to, out.losses, out.places));
    auto body = write_event(to, *simple);
    if (!body) {
        auto text = write_as_one_text(batch, index, to);
        if (text) return text;
        return fail(Code::unsupported, std::move(body.error().message));
    }
    out.body = std::move(*body);
    out.simple = std::move(simple);
    return out;
}

/// Whether the platform would understand nothing of it.
bool says_nothing(const model::Batch& body) {
    const auto parts = body.parts_of(body.root(0));
    return !parts.empty() && std::ranges::all_of(parts, [](const model::Part& part) {
        return part.type == model::PartType::unknown;
    });
}

}  // namespace

Result<model::BatchPtr> read_back(const Adapter& adapter, std::string_view body) {
    auto batch = parse(adapter, body);
    for (const Endpoint& endpoint : adapter.endpoints) {
        if (batch) break;
        ReadInput input{};
        input.path = endpoint.path;
        if (auto other = parse(adapter, input, body)) batch = std::move(other);
    }
    return batch;
}

Result<Converted> convert(const model::Batch& batch, std::uint32_t event, const Adapter& to) {
    LJK_TRY(written, write_simplified(batch, event, to));
    const auto again = read_back(to, written.body);
    const bool own = batch.platform() == to.name;
    if (!again || (*again)->size() == 0 || (!own && says_nothing(**again)))
        return fail(Code::unsupported, "nothing of this event can be said to that platform");
    find_losses({batch, event, *written.simple, written.places, {&*again, 1}}, written.losses);
    return Converted{std::move(written.body), std::move(written.losses)};
}

Result<void> check_own(const Adapter& adapter, const model::Batch& batch) {
    if (batch.platform().empty() || batch.platform() == adapter.name) return {};
    return fail(Code::unsupported,
                "the events are another platform's; convert says what gets lost");
}

std::string write_losses(std::span<const Loss> losses) {
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const Loss& loss : losses) {
        out.begin_object();
        if (loss.part) out.key("part").integer(static_cast<std::int64_t>(*loss.part));
        out.key("field").string(loss.field).key("what").string(loss.what);
        if (!loss.before.empty()) out.key("before").string(loss.before);
        if (!loss.after.empty()) out.key("after").string(loss.after);
        out.end_object();
    }
    out.end_array();
    return text;
}

}  // namespace lampjack::platforms
