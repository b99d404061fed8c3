#include "engine/policy.h"

#include "platforms/adapter.h"

namespace lampjack::engine {
namespace {

using conversation::MuteBy;
using conversation::MuteWhen;
using platforms::Action;

/// Whether the account's settings let that call be made: asked of the renderer itself.
bool can_call(const platforms::Account& account, Action action) {
    platforms::Outgoing probe;
    probe.action = action;
    probe.bot = "bot";
    probe.id = "id";
    probe.remembered = account.adapter->remembered.example;
    probe.key = "key";
    return account.adapter->render(account, probe).has_value();
}

bool can_mute(const platforms::Account& account) {
    const auto& handover = account.adapter->handover;
    if (handover.mute_by_gate) return true;
    const bool mutes =
        handover.mute_by_answer || (handover.mute_by_request && can_call(account, Action::mute));
    return mutes && can_call(account, Action::give_back);
}

MuteBy mute_by(const platforms::Handover& handover) noexcept {
    if (handover.mute_by_gate) return MuteBy::gate;
    return handover.mute_by_answer ? MuteBy::answer : MuteBy::call;
}

conversation::OnIdle on_idle(std::string_view word) noexcept {
    if (word == "warn") return conversation::OnIdle::warn;
    return word == "requeue" ? conversation::OnIdle::requeue : conversation::OnIdle::return_to_bot;
}

conversation::Keep keep_of(std::string_view word) noexcept {
    if (word == "none") return conversation::Keep::none;
    return word == "handover" ? conversation::Keep::handover : conversation::Keep::all;
}

MuteWhen mute_when(const platforms::Account& account) {
    const std::string_view wanted = account.text("mute");
    if (wanted == "never" || !can_mute(account)) return MuteWhen::never;
    if (wanted == "on_take") return MuteWhen::on_take;
    return MuteWhen::on_accept;
}

}  // namespace

conversation::Policy policy_of(const platforms::Account& account) {
    conversation::Policy policy;
    policy.message_takes = account.flag("message_takes");
    policy.agents_may_take = account.flag("agents_may_take");
    policy.unnamed_takes = account.flag("unnamed_takes");
    policy.reopen_asks_last_agent = account.flag("reopen_asks_last_agent");
    policy.on_accept_timeout = account.text("on_accept_timeout") == "close"
                                   ? conversation::OnTimeout::close
                                   : conversation::OnTimeout::return_to_bot;
    policy.on_first = on_idle(account.text("on_first"));
    policy.on_idle = on_idle(account.text("on_idle"));
    policy.loop_failures = static_cast<std::uint32_t>(account.integer("loop_failures"));
    policy.loop_window = account.integer("loop_window");
    policy.keep = keep_of(account.text("record"));
    policy.mute_by = mute_by(account.adapter->handover);
    policy.can_mute = can_mute(account);
    policy.mute = mute_when(account);
    policy.words_through_us = account.side == platforms::Side::channel;
    policy.asks_by_call =
        account.side == platforms::Side::peer && can_call(account, Action::request);
    policy.return_is_confirmed = account.adapter->handover.confirms_return;
    policy.accept = account.integer("t_accept");
    policy.first = account.integer("t_first");
    policy.idle_agent = account.integer("t_idle_agent");
    policy.idle_user = account.integer("t_idle_user");
    policy.return_check = account.integer("t_return");
    policy.idle_bot = account.integer("t_idle_bot");
    policy.retain = account.integer("t_retain");
    return policy;
}

Result<void> check_policy(const platforms::Account& account) {
    const std::string_view wanted = account.text("mute");
    if ((wanted == "on_accept" || wanted == "on_take") && !can_mute(account))
        return platforms::setting_error(
            account, "mute", "is set, but the settings to mute and to unmute the bot are missing");
    const bool replays = account.has("replay") && account.text("replay") != "none";
    if (replays && account.side != platforms::Side::channel)
        return platforms::setting_error(
            account, "replay",
            "is for channel accounts: only there the user's words go through us to the bot");
    return {};
}

bool delivers_to_sink(const platforms::Account& account) noexcept {
    return account.side == platforms::Side::channel;
}

}  // namespace lampjack::engine
