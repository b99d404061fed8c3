// Reading bodies, and the accessors of events.

#include "capi/handles.h"
#include "capi/request.h"
#include "model/canonical.h"
#include "platforms/registry.h"

using namespace lampjack::capi;
using lampjack::Result;
namespace model = lampjack::model;
namespace platforms = lampjack::platforms;

namespace {

// C has "unknown" first, as 0; the core has it last. Modes have none in the core.
constexpr int32_t number(model::EventKind kind) noexcept {
    return (static_cast<int32_t>(kind) + 1) % 5;
}
constexpr int32_t number(model::Role role) noexcept { return (static_cast<int32_t>(role) + 1) % 5; }
constexpr int32_t number(model::PartType type) noexcept {
    return (static_cast<int32_t>(type) + 1) % 8;
}
constexpr int32_t number(model::Mode mode) noexcept { return static_cast<int32_t>(mode) + 1; }

static_assert(number(model::EventKind::unknown) == LJK_KIND_UNKNOWN);
static_assert(number(model::EventKind::message) == LJK_KIND_MESSAGE);
static_assert(number(model::EventKind::handover_requested) == LJK_KIND_HANDOVER_REQUESTED);
static_assert(number(model::EventKind::handover) == LJK_KIND_HANDOVER);
static_assert(number(model::EventKind::session) == LJK_KIND_SESSION);
static_assert(number(model::Role::unknown) == LJK_ROLE_UNKNOWN &&
              number(model::Role::user) == LJK_ROLE_USER);
static_assert(number(model::Role::bot) == LJK_ROLE_BOT &&
              number(model::Role::agent) == LJK_ROLE_AGENT);
static_assert(number(model::Role::system) == LJK_ROLE_SYSTEM);
static_assert(number(model::Mode::live) == LJK_MODE_LIVE &&
              number(model::Mode::test) == LJK_MODE_TEST);
static_assert(number(model::PartType::unknown) == LJK_PART_UNKNOWN &&
              number(model::PartType::text) == LJK_PART_TEXT);
static_assert(number(model::PartType::choice) == LJK_PART_CHOICE &&
              number(model::PartType::cards) == LJK_PART_CARDS);
static_assert(number(model::PartType::file) == LJK_PART_FILE);
static_assert(number(model::PartType::location) == LJK_PART_LOCATION);
static_assert(number(model::PartType::postback) == LJK_PART_POSTBACK);
static_assert(number(model::PartType::start) == LJK_PART_START);

/// The word of the value that C knows by this number; "unknown" for any other.
template <class Enum>
ljk_str name_of(int32_t wanted, Enum last) noexcept {
    for (int i = 0; i < static_cast<int>(last); ++i)
        if (number(static_cast<Enum>(i)) == wanted) return str(word(static_cast<Enum>(i)));
    return str(word(last));
}

const model::Event* event_of(const ljk_batch* batch, size_t event) noexcept {
    return batch == nullptr || event >= batch->batch->size() ? nullptr : &batch->batch->root(event);
}

const model::Part* part_of(const ljk_batch* batch, size_t event, size_t part) noexcept {
    const model::Event* found = event_of(batch, event);
    return found == nullptr || part >= found->parts.count ? nullptr
                                                          : &batch->batch->parts_of(*found)[part];
}

const model::ConversationId* conversation_of(const ljk_batch* batch, size_t event) noexcept {
    const model::Event* found = event_of(batch, event);
    if (found == nullptr || found->conversation == model::kNone) return nullptr;
    return &batch->batch->conversations[found->conversation];
}

ljk_str text(const ljk_batch* batch, model::Str place) noexcept {
    return place ? str(batch->batch->view(place)) : ljk_str{};
}

/// Makes the JSON once; canonical JSON has no line break inside an event.
const std::string& lines_of(const ljk_batch& batch) {
    std::call_once(batch.made, [&] {
        std::string lines = model::write_event_lines(*batch.batch, batch.account);
        std::vector<std::size_t> starts{0};
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (lines[i] == '\n') starts.push_back(i + 1);
        batch.starts = std::move(starts);
        batch.lines = std::move(lines);
    });
    return batch.lines;
}

}  // namespace

ljk_status ljk_parse(ljk_str platform, ljk_str account, const ljk_request* request, ljk_batch** out,
                     ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_batch>> {
        RequestView given;
        LJK_CHECK(given.read(request));
        LJK_TRY(name, need_utf8(account, "account"));
        LJK_TRY(wanted, need_utf8(platform, "platform"));
        LJK_TRY(adapter, platforms::require(wanted));
        platforms::ReadInput input;
        input.path = given.get().path;
        input.query = given.get().query;
        input.headers = given.get().headers;
        LJK_TRY(batch, platforms::parse(*adapter, input, given.get().body));
        return std::make_unique<ljk_batch>(std::move(batch), std::string(name));
    });
}

ljk_status ljk_read_events(ljk_str events_json, ljk_batch** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_batch>> {
        auto batch = model::read_events(view(events_json));
        if (!batch) return blame(batch.error(), events_json, "events_json");
        return std::make_unique<ljk_batch>(std::move(*batch), std::string());
    });
}

void ljk_batch_free(ljk_batch* batch) { delete batch; }

size_t ljk_batch_count(const ljk_batch* batch) {
    return batch == nullptr ? 0 : batch->batch->size();
}

ljk_str ljk_batch_platform(const ljk_batch* batch) {
    return batch == nullptr ? ljk_str{} : str(batch->batch->platform());
}

ljk_str ljk_batch_lines(const ljk_batch* batch) {
    if (batch == nullptr) return {};
    return guard_read(ljk_str{}, [&] { return str(lines_of(*batch)); });
}

ljk_str ljk_event_json(const ljk_batch* batch, size_t event) {
    if (event_of(batch, event) == nullptr) return {};
    return guard_read(ljk_str{}, [&] {
        const std::string_view lines = lines_of(*batch);
        const std::size_t start = batch->starts.at(event);
        return str(lines.substr(start, batch->starts.at(event + 1) - start - 1));
    });
}

int32_t ljk_event_kind(const ljk_batch* batch, size_t event) {
    const auto* found = event_of(batch, event);
    return found == nullptr ? 0 : number(found->kind);
}

int32_t ljk_event_role(const ljk_batch* batch, size_t event) {
    const auto* found = event_of(batch, event);
    return found == nullptr ? 0 : number(found->role);
}

int32_t ljk_event_mode(const ljk_batch* batch, size_t event) {
    const auto* found = conversation_of(batch, event);
    return found == nullptr ? 0 : number(found->mode);
}

ljk_str ljk_event_conversation(const ljk_batch* batch, size_t event) {
    const auto* found = conversation_of(batch, event);
    return found == nullptr ? ljk_str{} : text(batch, found->id);
}

ljk_str ljk_event_bot(const ljk_batch* batch, size_t event) {
    const auto* found = conversation_of(batch, event);
    return found == nullptr ? ljk_str{} : text(batch, found->bot);
}

ljk_str ljk_event_actor(const ljk_batch* batch, size_t event) {
    const auto* found = event_of(batch, event);
    if (found == nullptr || found->actor == model::kNone) return {};
    return text(batch, batch->batch->actors[found->actor].id);
}

ljk_str ljk_event_vendor_id(const ljk_batch* batch, size_t event) {
    const auto* found = event_of(batch, event);
    return found == nullptr ? ljk_str{} : text(batch, found->vendor_id);
}

int64_t ljk_event_sent_at(const ljk_batch* batch, size_t event) {
    static_assert(model::kNoTime == LJK_NO_TIME);
    const auto* found = event_of(batch, event);
    return found == nullptr ? 0 : found->sent_at;
}

size_t ljk_event_part_count(const ljk_batch* batch, size_t event) {
    const auto* found = event_of(batch, event);
    return found == nullptr ? 0 : found->parts.count;
}

int32_t ljk_event_part_type(const ljk_batch* batch, size_t event, size_t part) {
    const auto* found = part_of(batch, event, part);
    return found == nullptr ? 0 : number(found->type);
}

ljk_str ljk_event_part_text(const ljk_batch* batch, size_t event, size_t part) {
    const auto* found = part_of(batch, event, part);
    if (found == nullptr) return {};
    if (found->text) return text(batch, found->text);
    return text(batch, found->title ? found->title : found->url);
}

ljk_str ljk_kind_name(int32_t kind) { return name_of(kind, model::EventKind::unknown); }
ljk_str ljk_role_name(int32_t role) { return name_of(role, model::Role::unknown); }
ljk_str ljk_part_type_name(int32_t type) { return name_of(type, model::PartType::unknown); }
