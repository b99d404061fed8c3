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
    probe.target_url = "https://platform.invalid/";
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

MuteWhen mute_when(const platforms::Account& account) {
    const std::string_view wanted = account.text("mute");
    if (wanted == "never" || !can_mute(account)) return MuteWhen::never;
    if (wanted == "on_take") return MuteWhen::on_take;
    if (wanted == "on_accept") return MuteWhen::on_accept;
    return account.adapter->handover.mute_by_answer ? MuteWhen::on_accept : MuteWhen::on_take;
}

}  // namespace

conversation::Policy policy_of(const platforms::Account& account) {
    conversation::Policy policy;
    policy.message_takes = account.flag("message_takes");
    policy.mute_by = mute_by(account.adapter->handover);
    policy.mute = mute_when(account);
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
        return fail(
            Code::config,
            "account \"" + account.name +
                "\": mute is asked for, but the settings to mute and to give back are missing");
    return {};
}

bool delivers_to_sink(const platforms::Account& account) noexcept {
    return account.side == platforms::Side::channel;
}

}  // namespace lampjack::engine
