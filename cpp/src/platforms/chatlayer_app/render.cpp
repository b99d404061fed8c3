// What we send: a POST to the app's targetUrl. Its performReceive passes it on to our /receive, whose answer holds the items.

#include "platforms/chatlayer_app/memory.h"
#include "platforms/chatlayer_app/settings.h"
#include "platforms/chatlayer_app/write.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

Result<void> write_events(const Account& account, const Outgoing& outgoing, json::Writer& out) {
    const ItemContext context{.id = outgoing.id,
                              .now = outgoing.now,
                              .session_key = account.text(kReturnSession),
                              .session = outgoing.handover};
    switch (outgoing.action) {
        case Action::message: break;
        case Action::mute:
        case Action::request: write_handover("agent", context, out); return {};
        case Action::give_back: write_handover("bot", context, out); return {};
    }
    if (outgoing.batch == nullptr || outgoing.batch->size() != 1)
        return fail(Code::argument, "a message is one event");
    const model::Event& event = outgoing.batch->root(0);
    if (event.role != model::Role::user)
        return fail(Code::unsupported,
                    "messages to the user go to the account's sink, not to Chatlayer");
    return write_items(*outgoing.batch, event, context, out);
}

bool is_address(std::string_view text) noexcept {
    return text.starts_with("https://") || text.starts_with("http://");
}

/// What performSubscribe told, as long as performUnsubscribe has not taken it back with null.
std::string target_of(const Account& account, std::string_view remembered) {
    std::string told = address_of(remembered);
    return is_address(told) ? told : std::string(account.text(kTargetUrl));
}

}  // namespace

bool lacks_address(const Account& account, std::string_view told) {
    return !is_address(target_of(account, told));
}

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing) {
    model::HttpRequest request;
    request.url = target_of(account, outgoing.remembered);
    if (!is_address(request.url))
        return fail(Code::config,
                    "the app has not subscribed yet and no \"target_url\" is configured");
    if (outgoing.key.empty()) return fail(Code::argument, "a command needs a key");
    json::Writer out(request.body);
    out.begin_object()
        .key("lampjack")
        .begin_object()
        .key("v")
        .integer(1)
        .key("key")
        .string(outgoing.key);
    if (const auto tokens = account.secrets("relay_token"); !tokens.empty())
        out.key("mac").string(command_mac(tokens.front(), outgoing.key));
    out.key("events").begin_array();
    LJK_CHECK(write_events(account, outgoing, out));
    out.end_array().end_object().end_object();
    request.headers.emplace_back("content-type", "application/json");
    return request;
}

}  // namespace lampjack::platforms::chatlayer_app
