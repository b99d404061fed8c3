#include "engine/outgoing_request.h"

#include "engine/remembered.h"
#include "engine/return_facts.h"
#include "model/canonical.h"

namespace lampjack::engine {
namespace {

using conversation::Action;

bool tells_return(const platforms::Account& account) {
    const std::string_view setting = account.adapter->handover.told_by;
    return !setting.empty() && !account.text(setting).empty();
}

platforms::Action action_of(Action action) noexcept {
    if (action == Action::mute) return platforms::Action::mute;
    if (action == Action::request) return platforms::Action::request;
    return action == Action::unmute ? platforms::Action::give_back : platforms::Action::message;
}

}  // namespace

Result<std::optional<model::HttpRequest>>
render_delivery(Core& core, const store::ConversationRow& conversation,
                const store::OutboxRow& row) {
    LJK_TRY(account, core.account_named(conversation.account));
    LJK_TRY(told, remembered(core, *account));
    const auto lacks_address = account->adapter->remembered.lacks_address;
    if (lacks_address != nullptr && lacks_address(*account, told))
        return std::optional<model::HttpRequest>{};
    LJK_TRY(request, render_to(core, *account, conversation, row, told));
    return std::optional(std::move(request));
}

Result<model::HttpRequest> render_to(Core& core, const platforms::Account& account,
                                     const store::ConversationRow& conversation,
                                     const store::OutboxRow& row, std::string_view told) {
    model::BatchPtr batch;
    if (!row.content.empty()) {
        LJK_TRY(read, model::read_events(row.content));
        batch = read;
        // Canonical JSON names its platform; what it remembers of that platform's spelling is then written back.
    }
    platforms::Outgoing out;
    out.action = action_of(row.action);
    out.batch = batch.get();
    out.bot = conversation.bot;
    out.id = conversation.id;
    out.mode = conversation.mode;
    out.raw_id = conversation.raw_id;
    out.remembered = told;
    out.key = row.id;
    out.agent = row.agent;
    out.now = core.clock->now();
    std::string handover;
    if (out.action == platforms::Action::give_back && tells_return(account)) {
        LJK_TRY(facts, return_facts(core, conversation));
        handover = std::move(facts);
    }
    out.handover = handover;
    LJK_TRY(request, account.adapter->render(account, out));
    // The same id each time, for platforms and proxies that drop what they have seen; the others ignore the header.
    if (model::header(request.headers, "idempotency-key").empty())
        request.headers.emplace_back("Idempotency-Key", row.id);
    return std::move(request);
}

}  // namespace lampjack::engine
