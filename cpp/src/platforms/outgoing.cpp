// What becomes of an event on its way out, and what a bot's script at the platform gets of one.

#include "platforms/losses.h"

#include "model/graft.h"

#include "model/canonical.h"
#include "json/writer.h"

#include <algorithm>
#include <array>

namespace lampjack::platforms {
namespace {

struct ProfileField {
    Profile field;
    model::Str model::Actor::*value;
};
constexpr std::array kProfile{
    ProfileField{Profile::first_name, &model::Actor::first_name},
    ProfileField{Profile::last_name, &model::Actor::last_name},
    ProfileField{Profile::display_name, &model::Actor::display_name},
    ProfileField{Profile::login, &model::Actor::login},
    ProfileField{Profile::phone, &model::Actor::phone},
    ProfileField{Profile::email, &model::Actor::email},
    ProfileField{Profile::site, &model::Actor::site},
    ProfileField{Profile::language, &model::Actor::language},
};

/// Whether the platform learns all that is known of the words' author. An agent it never learns of: nobody expects it to.
bool carries_author(const model::Batch& batch, const model::Event& event, const Capabilities& can) {
    if (event.role != model::Role::user || event.actor == model::kNone) return true;
    const model::Actor& actor = batch.actors[event.actor];
    return actor.extra.empty() && std::ranges::all_of(kProfile, [&](const ProfileField& row) {
               return !(actor.*row.value) || can.carries(row.field);
           });
}

bool is_about_author(const Loss& loss) noexcept {
    return loss.field.starts_with("actor.") && loss.field != "actor.id" &&
           loss.field != "actor.role";
}

/// The messages that leave, read again. Empty when one cannot be written: then its delivery says why.
std::vector<model::BatchPtr> read_messages(const model::Batch& ready, const Adapter& to) {
    const model::Event& event = ready.root(0);
    std::vector<model::BatchPtr> singles;
    if (to.out.one_part_per_message) singles = split_parts(ready, ready.roots.front());
    std::vector<model::BatchPtr> bodies;
    const auto read = [&](const model::Batch& message) {
        const auto body = to.write(message, to.direction_of(event.role));
        auto again = body ? read_back(to, *body) : Result<model::BatchPtr>(body.error());
        if (again) bodies.push_back(std::move(*again));
        return again.has_value();
    };
    if (singles.empty() && !read(ready)) return {};
    for (const model::BatchPtr& single : singles)
        if (!read(*single)) return {};
    return bodies;
}

/// Of the words everything counts; beside them, what is known of the user who speaks. The rest is the engine's own.
void find_losses_of_words(const model::Batch& batch, std::uint32_t event, const Adapter& to,
                          const model::Batch& ready, const Places& places,
                          std::vector<Loss>& losses) {
    const std::vector<model::BatchPtr> bodies = read_messages(ready, to);
    if (bodies.empty()) return;
    const bool by_user = batch.events[event].role == model::Role::user;
    std::vector<Loss> found = std::move(losses);
    find_losses({batch, event, ready, places, bodies}, found);
    losses.clear();
    for (Loss& loss : found)
        if (loss.part || loss.field == "content" || (by_user && is_about_author(loss)))
            losses.push_back(std::move(loss));
}

}  // namespace

Result<model::BatchPtr> make_ready(const model::Batch& batch, std::uint32_t event,
                                   const Adapter& to, std::vector<Loss>* losses) {
    Places places;
    LJK_TRY(ready, downgrade(batch, event, to.out, &places));
    std::vector<Loss> told;
    complete(ready, to, places, told);
    if (losses == nullptr) return std::move(ready);
    find_losses_of_words(batch, event, to, *ready, places, told);
    losses->insert(losses->end(), told.begin(), told.end());
    return std::move(ready);
}

bool leaves_as_it_is(const model::Batch& batch, std::uint32_t event, const Adapter& to) {
    const auto is_plain = [](const model::Part& part) {
        return part.type == model::PartType::text && part.extra.empty();
    };
    return to.out.carries(model::PartType::text) &&
           std::ranges::all_of(batch.parts_of(batch.events[event]), is_plain) &&
           carries_author(batch, batch.events[event], to.out);
}

void complete(model::BatchPtr& batch, const Adapter& to, const Places& places,
              std::vector<Loss>& losses) {
    if (to.complete == nullptr) return;
    std::vector<Loss> told;
    to.complete(batch.mutate(), batch->roots.front(), told);
    for (Loss& loss : told) {
        const auto origin = std::find(places.begin(), places.end(), loss.part);
        if (origin != places.end()) loss.part = static_cast<std::size_t>(origin - places.begin());
        losses.push_back(std::move(loss));
    }
}

Result<std::string> script_view(const model::Batch& batch, std::uint32_t event) {
    const Adapter* adapter = find(batch.platform());
    if (adapter == nullptr || adapter->script_view == nullptr)
        return fail(Code::unsupported, "the event's platform documents nothing about scripts");
    return adapter->script_view(batch, batch.events[event]);
}

Result<std::string> part_of_script(const Adapter& adapter, std::string_view text) {
    std::string json;
    json::Writer out(json);
    if (adapter.part_of_script != nullptr) {
        if (const auto part = adapter.part_of_script(text)) {
            model::write_content(**part, (*part)->root(0), out);
            return json.substr(1, json.size() - 2);  // the one part of the array
        }
    }
    out.begin_object().key("type").string("text").key("text").string(text).end_object();
    return json;
}

std::vector<model::BatchPtr> split_parts(const model::Batch& batch, std::uint32_t event) {
    std::vector<model::BatchPtr> singles;
    for (const model::Part& part : batch.parts_of(batch.events[event])) {
        model::BatchPtr single = model::BatchPtr::make();
        model::Batch& to = single.mutate();
        to.text.assign({});
        to.reader = batch.reader;
        if (batch.reader.empty() && batch.platform_name)
            to.platform_name = to.text.add(batch.view(batch.platform_name));
        model::Graft graft(to, batch);
        const std::uint32_t index = graft.event_without_parts(event);
        const model::Part copy = graft.part(part);
        to.parts.push_back(copy);
        to.events[index].parts.count = 1;
        to.roots.push_back(index);
        singles.push_back(std::move(single));
    }
    return singles;
}

}  // namespace lampjack::platforms
