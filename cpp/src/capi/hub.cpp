// The life of a hub.

#include "capi/handles.h"
#include "capi/http_client.h"

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;
namespace engine = lampjack::engine;

namespace {

/// A number that is no decision is none.
std::optional<engine::Decision> decision_of(int32_t number) {
    if (number < LJK_DECLINE || number > LJK_ACCEPT_MUTED) return std::nullopt;
    return engine::Decision{number != LJK_DECLINE, number == LJK_ACCEPT_MUTED, {}};
}

engine::Decide decide_of(const ljk_hub_options& options) {
    if (options.decide == nullptr) return {};
    return [decide = options.decide, user = options.decide_user](const engine::Question& asked) {
        const ljk_question question{&asked};
        return decision_of(decide(user, &question));
    };
}

Result<HubPtr> open(ljk_str config_json, uint32_t run, const ljk_hub_options& options) {
    if ((run & ~static_cast<uint32_t>(LJK_RUN_SENDER | LJK_RUN_TIMERS)) != 0)
        return lampjack::fail(Code::argument,
                              "run holds LJK_RUN_SENDER, LJK_RUN_TIMERS or nothing");
    engine::World world;
    if (options.http_client != nullptr) {
        LJK_TRY(client, make_client(options.http_client));
        world.http = std::move(client);
    }
    if (options.log != nullptr)
        world.log = [log = options.log, user = options.log_user](std::string_view level,
                                                                 std::string_view text) {
            log(user, str(level), str(text));
        };
    auto client = world.http;
    auto hub = engine::Hub::open(view(config_json), run, std::move(world));
    if (!hub) return blame(hub.error(), config_json, "config_json");
    return std::make_shared<SharedHub>(std::move(*hub), std::move(client), decide_of(options),
                                       (run & LJK_RUN_SENDER) != 0);
}

}  // namespace

namespace lampjack::capi {

// The engine closes only a client it made itself. The user's has to end its calls while the engine still records what
// became of them, and nothing new may be sent meanwhile.
void SharedHub::close() {
    if (!hub_->is_here() || closed_.exchange(true)) return;
    if (client_) {
        (void)hub_->drain(std::chrono::milliseconds(0));
        client_->close();
        if (!sends_) hub_->step();
    }
    hub_->close();
}

}  // namespace lampjack::capi

ljk_status ljk_hub_open(ljk_str config_json, uint32_t run, ljk_hub** out, ljk_error* err) {
    return ljk_hub_open_with(config_json, run, nullptr, out, err);
}

ljk_status ljk_hub_open_with(ljk_str config_json, uint32_t run, const ljk_hub_options* options,
                             ljk_hub** out, ljk_error* err) {
    return guard_make(out, err, [&]() -> Result<std::unique_ptr<ljk_hub>> {
        ljk_hub_options chosen = LJK_HUB_OPTIONS_INIT;
        if (options != nullptr) {
            LJK_TRY(copy, copy_struct(options, sizeof(ljk_hub_options), "options"));
            chosen = copy;
        }
        LJK_TRY(shared, open(config_json, run, chosen));
        return std::make_unique<ljk_hub>(ljk_hub{std::move(shared)});
    });
}

ljk_status ljk_hub_step(ljk_hub* hub, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        hub->shared->engine().step();
        return {};
    });
}

ljk_status ljk_hub_drain(ljk_hub* hub, uint32_t timeout_ms, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        return hub->shared->engine().drain(std::chrono::milliseconds(timeout_ms));
    });
}

ljk_status ljk_hub_close(ljk_hub* hub, ljk_error* err) {
    return guard(err, [&]() -> Result<void> {
        LJK_CHECK(need(hub, "hub"));
        hub->shared->close();
        return {};
    });
}

void ljk_hub_free(ljk_hub* hub) {
    if (hub == nullptr) return;
    ljk_hub_close(hub, nullptr);
    delete hub;
}
