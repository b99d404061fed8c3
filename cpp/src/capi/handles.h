#pragma once
// What stands behind the opaque types of lampjack.h.

#include "capi/guard.h"
#include "engine/head.h"
#include "engine/hub.h"
#include "model/batch.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

namespace lampjack::capi {

/// An engine with what it was given. Shared by the hub's handle and by all that was made from it, so that handles may
/// be freed in any order.
class SharedHub {
public:
    SharedHub(std::unique_ptr<engine::Hub> hub, std::shared_ptr<transport::HttpClient> client,
              engine::Decide decide, bool sends)
        : client_(std::move(client)),
          hub_(std::move(hub)),
          decide_(std::move(decide)),
          sends_(sends) {}

    engine::Hub& engine() noexcept { return *hub_; }
    const engine::Decide& decide() const noexcept { return decide_; }
    /// Twice is a no-op.
    void close();

private:
    std::shared_ptr<transport::HttpClient> client_;  ///< the user's own; null for the built-in one
    std::unique_ptr<engine::Hub> hub_;
    engine::Decide decide_;
    bool sends_;  ///< a thread of the hub's records outcomes
    std::atomic<bool> closed_{false};
};

using HubPtr = std::shared_ptr<SharedHub>;

}  // namespace lampjack::capi

struct ljk_text {
    std::string value;
};

struct ljk_answer {
    lampjack::model::Answer value;
};

struct ljk_batch {
    ljk_batch(lampjack::model::BatchPtr events, std::string name)
        : batch(std::move(events)),
          account(std::move(name)) {}

    lampjack::model::BatchPtr batch;
    std::string account;
    // The JSON, made when first asked for, whichever thread that is.
    mutable std::once_flag made;
    mutable std::string lines;
    mutable std::vector<std::size_t> starts;  ///< of each line, and the end
};

struct ljk_hub {
    lampjack::capi::HubPtr shared;
};

struct ljk_question {
    const lampjack::engine::Question* value;
};

struct ljk_reception {
    lampjack::capi::HubPtr hub;
    std::shared_ptr<lampjack::engine::Reception> value;
    std::optional<ljk_question> question;
    mutable bool was_asked = false;  ///< whether the host has looked for the question
};

struct ljk_head {
    ljk_head(lampjack::capi::HubPtr of, std::shared_ptr<lampjack::engine::Head> checked)
        : hub(std::move(of)),
          value(std::move(checked)) {
        look();
    }
    /// Keeps the answer once there is one.
    void look() {
        if (answer || value->answer() == nullptr) return;
        answer = ljk_answer{*value->answer()};
    }

    lampjack::capi::HubPtr hub;
    std::shared_ptr<lampjack::engine::Head> value;
    std::optional<ljk_answer> answer;
};

struct ljk_item {
    lampjack::capi::HubPtr hub;
    std::shared_ptr<lampjack::engine::Item> value;
};

struct ljk_receipt {
    lampjack::engine::CommandResult value;
};

struct ljk_sink_delivery {
    lampjack::capi::HubPtr hub;
    std::shared_ptr<lampjack::engine::SinkDelivery> value;
};

namespace lampjack::capi {

/// For calls on a hub that give text.
template <class Call>
ljk_status text_of(ljk_hub* hub, ljk_text** out, ljk_error* err, Call&& call) noexcept {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_text>> {
        LJK_CHECK(need(hub, "hub"));
        Result<std::string> text = call(hub->shared->engine());
        if (!text) return std::move(text).error();
        return std::make_unique<ljk_text>(ljk_text{std::move(*text)});
    });
}

/// The same for a call about one conversation, delivery or account: `given` is the argument of that name.
template <class Call>
ljk_status text_about(ljk_str given, const char* name, ljk_hub* hub, ljk_text** out, ljk_error* err,
                      Call&& call) noexcept {
    return text_of(hub, out, err, [&](engine::Hub& engine) -> Result<std::string> {
        LJK_TRY(text, need_utf8(given, name));
        return call(engine, text);
    });
}

/// For calls on a hub about one delivery or account that give nothing.
template <class Call>
ljk_status done_about(ljk_str given, const char* name, ljk_hub* hub, ljk_error* err,
                      Call&& call) noexcept {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        LJK_TRY(text, need_utf8(given, name));
        return call(hub->shared->engine(), text);
    });
}

}  // namespace lampjack::capi
