#include "engine/ingest.h"

#include "engine/change_conversation.h"
#include "engine/ingest_conversation.h"
#include "engine/translation.h"

#include <utility>

namespace lampjack::engine {

const PreparedEvent* Ingest::kept_request() const {
    const PreparedEvent* request = request_.handover_request();
    if (request == nullptr || is_translation()) return nullptr;
    return request_.event_of(*request).sent_at == model::kNoTime ? nullptr : request;
}

bool Ingest::is_translation() const noexcept {
    return endpoint_.purpose == platforms::Purpose::translate;
}

Result<std::optional<model::Answer>> Ingest::earlier_answer() {
    const PreparedEvent* request = kept_request();
    if (request == nullptr) return std::optional<model::Answer>{};
    return commit_and_report(
        core_, [&](store::Tx& tx, Report& report) -> Result<std::optional<model::Answer>> {
            LJK_TRY(known, tx.answer_of(store::key_of(request->ref),
                                        request_.identities()[request->index].id));
            if (known.status == 0) return std::optional<model::Answer>{};  // mostly: no lock
            IngestConversation walk(core_, tx, account_, request_);
            LJK_CHECK(walk.open(*request));
            return repeat(tx, walk, *request, report);
        });
}

Result<std::optional<model::Answer>> Ingest::repeat(store::Tx& tx, IngestConversation& walk,
                                                    const PreparedEvent& request, Report& report) {
    // After the lock: another process may have been about to store its answer to the same request.
    LJK_TRY(earlier,
            tx.answer_of(store::key_of(request.ref), request_.identities()[request.index].id));
    if (earlier.status == 0) return std::optional<model::Answer>{};
    ++report.duplicates;
    if (walk.exists()) LJK_CHECK(walk.again(request, mutes(earlier)));
    report.add(walk.take_report());
    return std::optional(std::move(earlier));
}

bool Ingest::mutes(const model::Answer& answer) const {
    if (!account_.adapter->handover.mute_by_answer) return false;
    const platforms::Decision muting{true, true, {}};
    return answer ==
           account_.adapter->answer(account_, {endpoint_, &request_.batch(), &muting, nullptr});
}

Result<model::Answer> Ingest::run(const Decisions& decisions) {
    return commit_and_report(
        core_, [&](store::Tx& tx, Report& report) { return run_in(tx, decisions, report); });
}

Result<model::Answer> Ingest::run_in(store::Tx& tx, const Decisions& decisions, Report& report) {
    const PreparedEvent* asks = request_.handover_request();
    platforms::Decision answered = asks != nullptr ? decisions.of(asks->ref) : decisions.missing;
    std::optional<IngestConversation> asking;  // the conversation that asks for a human
    const PreparedEvent* kept = kept_request();
    if (kept !=
        nullptr) {  // the same request may have been decided about at the same time: the first answer holds
        LJK_CHECK(asking.emplace(core_, tx, account_, request_).open(*kept));
        LJK_TRY(earlier, repeat(tx, *asking, *kept, report));
        if (earlier) return std::move(*earlier);
    }
    std::vector<std::uint32_t> to_bot;
    LJK_CHECK(walk_all(tx, asking ? &*asking : nullptr, decisions, answered, to_bot, report));
    for (const PreparedEvent* event : take_lone_sessions(request_, to_bot))
        report.lines.push_back(LogLine(LogEvent::translate_session_alone)
                                   .add("account", account_.name)
                                   .add("conversation", core_.tag(event->ref)));
    model::Answer answered_with = answer(answered, to_bot);
    if (kept != nullptr)
        LJK_CHECK(tx.put_answer(store::key_of(kept->ref), request_.identities()[kept->index].id,
                                answered_with));
    return answered_with;
}

model::Answer Ingest::answer(const platforms::Decision& answered,
                             const std::vector<std::uint32_t>& to_bot) const {
    const bool asked = request_.handover_request() != nullptr;
    const platforms::Decision* decision = asked ? &answered : nullptr;
    if (!is_translation())
        return account_.adapter->answer(account_,
                                        {endpoint_, &request_.batch(), decision, nullptr});
    const model::BatchPtr array = array_of(account_, request_.batch(), to_bot);
    return account_.adapter->answer(
        account_, {endpoint_, &request_.batch(), decision, array.get(), core_.clock->now()});
}

Result<void> Ingest::walk_all(store::Tx& tx, IngestConversation* opened, const Decisions& decisions,
                              platforms::Decision& answered, std::vector<std::uint32_t>& to_bot,
                              Report& report) {
    const PreparedEvent* asks = request_.handover_request();
    std::vector<const PreparedEvent*> left;
    for (const PreparedEvent& event : request_.events()) left.push_back(&event);
    while (!left.empty()) {
        const std::string& ref = left.front()->ref;
        std::optional<IngestConversation> other;
        const bool is_opened = opened != nullptr && opened->ref() == ref;
        if (!is_opened) LJK_CHECK(other.emplace(core_, tx, account_, request_).open(*left.front()));
        IngestConversation& walk = is_opened ? *opened : *other;
        if (is_translation()) walk.answers_the_bot();
        const platforms::Decision& decision = decisions.of(ref);
        const conversation::Decision wanted{.accept = decision.accepted, .mute = decision.mute};
        std::vector<const PreparedEvent*> others;
        for (const PreparedEvent* event : left) {
            if (event->ref != ref) {
                others.push_back(event);
                continue;
            }
            LJK_CHECK(walk.event(*event, wanted, to_bot));
        }
        LJK_CHECK(walk.finish());
        if (walk.answer() && asks->ref == ref)
            answered = {walk.answer()->accepted, walk.answer()->muted, answered.reason};
        report.add(walk.take_report());
        left.swap(others);
    }
    return {};
}

}  // namespace lampjack::engine
