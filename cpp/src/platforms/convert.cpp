// One event of any platform as a body of another, with a report of what gets lost.

#include "model/graft.h"
#include "platforms/losses.h"
#include "json/writer.h"

namespace lampjack::platforms {
namespace {

/// Reads a body that was written here. Some are known by the path they come to only.
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

const Capabilities& towards_us(const Adapter& to, model::Role role) noexcept {
    return role == model::Role::user ? to.user_in : to.bot_in;
}

/// The items of a transcript, simplified one by one. Whether the platform takes them shows when the body is read.
void add_transcript(const model::Batch& from, model::Range transcript, const Adapter& to,
                    model::Batch& simple) {
    std::vector<Loss> shown_later;
    model::Range items{static_cast<std::uint32_t>(simple.events.size()), 0};
    for (std::uint32_t i = 0; i < transcript.count; ++i) {
        const std::uint32_t index = transcript.first + i;
        const auto& can = towards_us(to, from.events[index].role);
        const auto item = downgrade(from, index, can, shown_later);
        if (!item || (*item)->parts.empty()) continue;
        model::Graft(simple, **item).event((*item)->roots.front());
        ++items.count;
    }
    simple.events[simple.roots.front()].transcript = items;
}

model::BatchPtr as_it_is(const model::Batch& from, std::uint32_t index, const Adapter& own,
                         std::vector<std::uint32_t>& origins) {
    model::BatchPtr out = model::BatchPtr::make();
    out.mutate().text.assign({});
    out.mutate().reader = own.name;
    out.mutate().roots.push_back(model::Graft(out.mutate(), from).event(index));
    for (std::uint32_t i = 0; i < from.events[index].parts.count; ++i) origins.push_back(i);
    return out;
}

/// The event with what the platform can carry only.
/// @param origins gets for each part the index of the one it was made of
Result<model::BatchPtr> simplify(const model::Batch& from, std::uint32_t index, const Adapter& to,
                                 std::vector<Loss>& losses, std::vector<std::uint32_t>& origins) {
    if (from.platform() == to.name) return as_it_is(from, index, to, origins);
    const model::Event& event = from.events[index];
    const bool leaves = to.direction_of(event.role) == Direction::out;
    const Capabilities& can = leaves ? to.out : towards_us(to, event.role);
    LJK_TRY(simple, downgrade(from, index, can, losses, &origins));
    complete(simple, to, origins, losses);
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

}  // namespace

Result<Converted> convert(const model::Batch& batch, std::uint32_t event, const Adapter& to) {
    Converted out;
    std::vector<std::uint32_t> origins;
    LJK_TRY(simple, simplify(batch, event, to, out.losses, origins));
    LJK_TRY(body, write_event(to, *simple));
    const auto again = read_back(to, body);
    if (!again || (*again)->size() == 0)  // nobody would understand it
        return fail(Code::unsupported, "nothing of this event can be said to that platform");
    find_losses({batch, event, *simple, origins, **again}, out.losses);
    out.body = std::move(body);
    return out;
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
        if (loss.field.empty()) {
            out.key("from").string(word(loss.from)).key("to").string(word(loss.to));
        } else {
            out.key("field").string(loss.field);
        }
        out.key("what").string(loss.what).end_object();
    }
    out.end_array();
    return text;
}

}  // namespace lampjack::platforms
