#pragma once
// Reception: one request on its way through limits, verification, parsing, decision and the store, to its answer.

#include "engine/core.h"
#include "engine/decisions.h"
#include "engine/prepared_request.h"
#include "model/batch.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::engine {

class Reception {
public:
    /// limits → verify raw request → inflate → parse. The request's bytes are not needed afterwards.
    Reception(Core& core, std::string_view account, const model::Request& request);

    const Question* question() const noexcept { return question_ ? &*question_ : nullptr; }
    const Untranslated* untranslated() const noexcept {
        return untranslated_ ? &*untranslated_ : nullptr;
    }
    /// The host has no function that decides.
    void nobody_decides() const;
    /// What the host decides about the question; null is no decision. There may be a further question then.
    void decide(const Decision* decision);
    /// Takes what the host made of it; there may be a question then. `t_answer` counts from the request on. When it fails
    /// everything is as it was before the call, a question of an earlier translation too, at the same address.
    Result<void> translate(std::string_view events_json);
    /// decide → apply to state → store → answer. Null is no decision, nor is there one about what was not asked yet.
    model::Answer finish(const Decision* decision);
    /// The same, each question put to the host's function. One that raises has not decided.
    model::Answer finish_by(const Decide& host);

private:
    class Undo;
    friend class CheckedHead;  // engine/head.cpp
    struct Asked {
        std::size_t next = 0;  ///< of the prepared events: where the next request is looked for
        Decisions decisions;
    };

    // Of the head: reception_head.cpp.
    /// The head alone, of a request whose body has so many bytes.
    Reception(Core& core, std::string_view account, const model::Request& head, std::uint64_t body);
    Result<void> admit_head(const model::Request& head, std::uint64_t body);
    Result<void> check_sizes(const model::Request& head) const;
    void check_form(const model::Request& head);
    std::size_t most_body(platforms::Trust trust) const noexcept;
    Error too_large() const;

    Result<void> decode(const model::Request& request, platforms::Trust trust);
    void refuse_form(std::string_view advice);
    void refused(std::int32_t status, std::string_view why);
    Result<void> read(const model::Request& request, platforms::Trust trust);
    Result<void> hold(model::BatchPtr batch);
    const PreparedRequest& prepared();
    Result<void> ask();
    void ask_next();
    void ask_about(const PreparedEvent& request);
    Result<model::Answer> complete(const Decision* decision);
    Result<model::Answer> ingest();
    Result<model::Answer> subscribe();
    void warn_of_unattributed();
    Millis time_left() const;
    bool is_late() const;
    Decision decision_or_default(const Decision* made, bool late) const;
    model::Answer refuse(const Error& error);

    Core& core_;
    const platforms::Account* account_ = nullptr;
    const platforms::Endpoint* endpoint_ = nullptr;
    platforms::Trust trust_ = platforms::Trust::full;
    model::BatchPtr batch_;
    std::optional<PreparedRequest> prepared_;  ///< of `batch_`
    std::optional<model::Answer>
        answer_;  ///< decided already: refused, health check, or given before
    std::optional<Question> question_;
    Asked asked_;
    std::chrono::steady_clock::time_point asked_at_;  ///< the host: to translate, or to decide
    std::optional<Untranslated> untranslated_;
    std::optional<std::string> returned_;  ///< the delivery whose own request came back
    std::string allow_;
};

}  // namespace lampjack::engine
