#include "engine/reception.h"

#include "base/inflate.h"
#include "base/text.h"
#include "engine/address.h"
#include "engine/admission.h"
#include "engine/ingest.h"
#include "engine/member_names.h"
#include "engine/problem.h"
#include "engine/remembered.h"
#include "engine/returned_command.h"
#include "engine/shorten.h"
#include "engine/silence.h"
#include "engine/translation.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <algorithm>
#include <utility>

namespace lampjack::engine {

using platforms::Purpose;

namespace {

constexpr std::size_t kMostInflated = 10;  ///< times what came compressed

bool asks_for_human(const model::Batch& batch, std::uint32_t root) {
    return batch.events[root].kind == model::EventKind::handover_requested;
}

}  // namespace

Reception::Reception(Core& core, std::string_view account, const model::Request& request)
    : Reception(core, account, request, request.body.size()) {
    ++core_.counters.requests;
    if (answer_) return;
    if (const auto decoded = decode(request, trust_); !decoded) answer_ = refuse(decoded.error());
}

model::Answer Reception::refuse(const Error& error) {
    model::Answer answer = problem(error);
    if (!allow_.empty()) answer.headers.emplace_back("allow", allow_);
    if (account_ != nullptr && endpoint_ != nullptr && account_->adapter->refuse != nullptr)
        if (auto own = account_->adapter->refuse(*endpoint_, error)) answer = std::move(*own);
    refused(answer.status, error.message);
    return answer;
}

/// Log refusals: operators search the log when messages are missing.
void Reception::refused(std::int32_t status, std::string_view why) {
    ++core_.counters.refused_requests;
    LogLine line(LogEvent::request_refused);
    if (account_ != nullptr) line.add("account", account_->name);
    line.add("status", status);
    const auto count = core_.refusals.note(line.text(), core_.clock->now());
    if (count) core_.say(line.add("reason", why).add("count", *count));
}

/// What is compressed is inflated where the configuration allows it, after the sender was verified.
Result<void> Reception::decode(const model::Request& request, platforms::Trust trust) {
    const std::string_view coding = trim(model::header(request.headers, "content-encoding"));
    if (coding.empty() || equals_ignoring_case(coding, "identity")) return read(request, trust);
    LJK_TRY(body,
            inflate(request.body, std::min(request.body.size() * kMostInflated, most_body(trust))));
    model::Request plain = request;
    plain.body = body;
    return read(plain, trust);
}

Result<void> Reception::read(const model::Request& request, platforms::Trust trust) {
    LJK_CHECK(count_sender(core_, *account_, trust, request.body.size()));
    const platforms::ReadInput input{request.path, request.query, request.headers, account_,
                                     core_.config.sizes.read()};
    LJK_TRY(batch, platforms::parse(*account_->adapter, input, request.body));
    LJK_CHECK(hold(std::move(batch)));
    LJK_CHECK(check_age(core_, *account_, *batch_));
    if (trust == platforms::Trust::handover_only) {
        const bool only =
            std::all_of(batch_->roots.begin(), batch_->roots.end(),
                        [&](std::uint32_t root) { return asks_for_human(*batch_, root); });
        if (!only || batch_->roots.empty()) return fail(Code::auth, "the token is missing");
        LJK_CHECK(admit_conversations(core_, *account_, prepared()));
    }
    if (endpoint_->purpose == Purpose::translate) {
        const auto returned_delivery = account_->adapter->returned_delivery;
        if (returned_delivery != nullptr) returned_ = returned_delivery(*batch_);
        if (!returned_)
            untranslated_ = Untranslated{std::string(request.body), account_->integer("t_answer")};
    }
    asked_at_ = std::chrono::steady_clock::now();
    return ask();
}

/// Takes over what a reader or a translation made, its lengths checked.
Result<void> Reception::hold(model::BatchPtr batch) {
    LJK_CHECK(shorten(batch.mutate(), core_.config.sizes.text()));
    batch_ = std::move(batch);
    prepared_.reset();
    return {};
}

const PreparedRequest& Reception::prepared() {
    if (!prepared_) prepared_.emplace(batch_, *account_, trust_);
    return *prepared_;
}

Result<void> Reception::ask() {
    const bool asks =
        std::any_of(batch_->roots.begin(), batch_->roots.end(),
                    [&](std::uint32_t root) { return asks_for_human(*batch_, root); });
    if (!asks) return {};
    const PreparedEvent& request = *prepared().handover_request();
    const bool transfers = endpoint_->purpose == Purpose::transfer;
    // Nobody can take over what belongs to no conversation.
    if (!is_attributed(*batch_, prepared().event_of(request))) {
        if (transfers) return fail(Code::not_found, "no conversation of that chat id");
        return {};
    }
    if (transfers) {
        const auto known =
            core_.store->conversation(store::key_of(prepared().events().front().ref));
        if (!known && known.error().code == Code::not_found)
            return fail(Code::not_found, "no conversation of that chat id");
        if (!known) return known.error();
    }
    LJK_TRY(earlier, Ingest(core_, *account_, *endpoint_, prepared()).earlier_answer());
    if (earlier) {
        answer_ = std::move(*earlier);
        return {};
    }
    ask_next();
    return {};
}

/// One question for each conversation: the first request of a user is decided about.
void Reception::ask_next() {
    question_.reset();
    const auto events = prepared().events();
    while (!question_ && asked_.next < events.size()) {
        const PreparedEvent& one = events[asked_.next++];
        const bool asks =
            asks_for_human(*batch_, one.index) && is_attributed(*batch_, prepared().event_of(one));
        if (asks && !asked_.decisions.made.contains(one.ref)) ask_about(one);
    }
}

void Reception::ask_about(const PreparedEvent& request) {
    Question question;
    question.ref = request.ref;
    question.item_json = request.body;
    question.deadline_ms = account_->integer("t_answer");
    if (untranslated_) question.deadline_ms = time_left();
    if (question.deadline_ms > 0) {
        question_ = std::move(question);
        return;
    }
    asked_.next = prepared().events().size();  // nor is there time for another one
    const bool decided = !asked_.decisions.made.empty();
    LogLine late(decided ? LogEvent::decision_late : LogEvent::translate_late);
    late.add("account", account_->name);
    if (decided) late.add("conversation", core_.tag(request.ref));
    core_.say(late.add("deadline_ms", account_->integer("t_answer")));
}

void Reception::decide(const Decision* decision) {
    if (!question_ || answer_) return;
    asked_.decisions.made.emplace(question_->ref, decision_or_default(decision, is_late()));
    ask_next();
}

model::Answer Reception::finish_by(const Decide& host) {
    if (!host) nobody_decides();
    while (host && question_) {
        std::optional<Decision> made;
        try {
            made = host(*question_);
        } catch (...) {
            core_.say(LogLine(LogEvent::decision_failed)
                          .add("account", account_->name)
                          .add("conversation", core_.tag(question_->ref)));
        }
        decide(made ? &*made : nullptr);
    }
    return finish(nullptr);
}

void Reception::nobody_decides() const {
    if (question_) tell_undecided(core_, *account_);
}

/// Of `t_answer`, which a translation and the decision about it share.
Millis Reception::time_left() const {
    const auto used = std::chrono::steady_clock::now() - asked_at_;
    return account_->integer("t_answer") -
           std::chrono::duration_cast<std::chrono::milliseconds>(used).count();
}

bool Reception::is_late() const { return question_ && time_left() < 0; }

/// The decision that holds. A missing or late one is the platform's default: declined where the answer carries the decision,
/// accepted elsewhere, not muted before the take.
Decision Reception::decision_or_default(const Decision* made, bool late) const {
    if (made != nullptr && late)
        core_.say(LogLine(LogEvent::decision_late)
                      .add("account", account_->name)
                      .add("conversation", core_.tag(question_->ref))
                      .add("deadline_ms", question_->deadline_ms));
    Decision decision;
    if (made != nullptr && !late) {
        decision = *made;
        if (account_->text("mute") == "never") decision.mute = false;
        return decision;
    }
    decision.accepted = account_->adapter->handover.accepts_undecided();
    decision.reason = late ? "late decision" : "no decision";
    return decision;
}

/// What a translation replaces. It comes back unless the translation was taken.
class Reception::Undo {
public:
    explicit Undo(Reception& of)
        : of_(of),
          batch_(of.batch_),
          prepared_(std::exchange(of.prepared_, std::nullopt)),
          question_(std::exchange(of.question_, std::nullopt)),
          asked_(std::exchange(of.asked_, {})) {}
    ~Undo() {
        if (taken_) return;
        of_.batch_ = std::move(batch_);
        of_.prepared_ = std::move(prepared_);
        of_.question_ = std::move(question_);
        of_.asked_ = std::move(asked_);
    }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    void taken() noexcept { taken_ = true; }

private:
    Reception& of_;
    model::BatchPtr batch_;
    std::optional<PreparedRequest> prepared_;
    std::optional<Question> question_;
    Asked asked_;
    bool taken_ = false;
};

Result<void> Reception::translate(std::string_view events_json) {
    LJK_CHECK(core_.usable());
    if (!untranslated_) return fail(Code::argument, "this request needs no translation");
    if (answer_) return fail(Code::argument, "this request has its answer already");
    LJK_TRY(batch, model::read_events(events_json, json::Limits{}.values));
    const std::vector<std::size_t> unnamed = name_conversations(batch.mutate());
    const std::vector<Error> incomplete = drop_incomplete(batch.mutate());
    Undo undo(*this);
    LJK_CHECK(hold(std::move(batch)));
    LJK_CHECK(ask());
    undo.taken();
    if (!incomplete.empty())
        core_.say(LogLine(LogEvent::translate_incomplete)
                      .add("account", account_->name)
                      .add("reason", incomplete.front().message)
                      .add("count", incomplete.size()));
    if (!unnamed.empty())
        core_.say(LogLine(LogEvent::translate_unattributed)
                      .add("account", account_->name)
                      .add("members", member_names(events_json, unnamed.front()))
                      .add("count", unnamed.size()));
    return {};
}

model::Answer Reception::finish(const Decision* decision) {
    if (!answer_) {
        auto completed = complete(decision);
        answer_ = completed ? std::move(*completed) : refuse(completed.error());
    }
    return *answer_;
}

Result<model::Answer> Reception::complete(const Decision* decision) {
    LJK_CHECK(core_.usable());
    if (endpoint_->purpose == Purpose::subscribe) return subscribe();
    if (returned_) return answer_command(core_, *account_, *endpoint_, *returned_);
    decide(decision);
    while (question_) decide(nullptr);
    asked_.decisions.missing = decision_or_default(nullptr, false);
    return ingest();
}

Result<model::Answer> Reception::ingest() {
    core_.counters.handovers += asked_.decisions.made.size();
    LJK_CHECK(admit_events(core_, *account_, prepared()));
    LJK_CHECK(make_room(core_, *account_, prepared()));
    LJK_TRY(answer, Ingest(core_, *account_, *endpoint_, prepared()).run(asked_.decisions));
    const bool lost = std::ranges::any_of(batch_->roots, [&](std::uint32_t root) {
        return !is_attributed(*batch_, batch_->events[root]);
    });
    if (lost) warn_of_unattributed();
    core_.came.note(account_->name, prepared().handover_request() != nullptr);
    return std::move(answer);
}

/// Nobody gets such events, so an operator is told where the request may name its user. Anybody can send many.
void Reception::warn_of_unattributed() {
    LogLine line(LogEvent::event_unattributed);
    line.add("account", account_->name).add("endpoint", endpoint_->path);
    const auto count = core_.refusals.note(line.text(), core_.clock->now());
    if (!count) return;
    const std::string_view body(batch_->text.body(), batch_->text.body_size());
    core_.say(line.add("members", member_names(body)).add("count", *count));
}

Result<model::Answer> Reception::subscribe() {
    LJK_CHECK(remember(core_, *account_, *batch_));
    if (const auto woken = wake_addressed(core_, *account_); !woken)
        core_.say(store_failed("wake_addressed", woken.error(), account_->name));
    return account_->adapter->answer(*account_, {*endpoint_, batch_.get(), nullptr, nullptr});
}

}  // namespace lampjack::engine
