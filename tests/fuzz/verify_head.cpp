// The head of a request: method, path, query and headers, a line each, an empty line, the body. Nobody passes without a
// token, and no byte of the body changes who does.

#include "base/base64.h"
#include "base/text.h"
#include "input.h"
#include "platforms/registry.h"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using lampjack::fuzz::require;
using lampjack::platforms::Account;

// As account settings, for each platform; every token of them holds this.
constexpr std::string_view kToken = "made-up-token";
struct Configured {
    std::string_view platform;
    std::string_view json;
};
constexpr Configured kAccounts[] = {
    {"certainly",
     R"({"platform":"certainly","webhook_token":"made-up-token-01","deployment_id":"dep-1"})"},
    {"chatlayer_app", R"({"platform":"chatlayer_app","relay_token":"made-up-token-02"})"},
    {"chatlayer_offloading",
     R"({"platform":"chatlayer_offloading","verify_token":"made-up-token-03","offload_token":"optional"})"},
    {"omnichannel",
     R"({"platform":"omnichannel","channel_token":"made-up-token-04","webhook_token":"made-up-token-05",)"
     R"("transfer_token":"made-up-token-06"})"},
    {"omnichannel",
     R"({"platform":"omnichannel","side":"peer","channel_token":"made-up-token-07",)"
     R"("channel_url":"https://channel.example/hooks","webhook_token":"made-up-token-08"})"},
};

const std::vector<Account>& accounts() {
    static const std::vector<Account> made = [] {
        std::vector<Account> out;
        for (const auto& [platform, json] : kAccounts) {
            auto account = lampjack::platforms::make_account("shop", json);
            require(account.has_value(), "the settings are right");
            out.push_back(std::move(*account));
        }
        return out;
    }();
    return made;
}

bool holds_token(std::string_view text) {
    return text.find(kToken) != std::string_view::npos ||
           lampjack::percent_decode(text, true).find(kToken) != std::string::npos;
}

/// In any spelling that a header may have.
bool holds_token(const lampjack::model::Request& request) {
    if (holds_token(request.path) || holds_token(request.query)) return true;
    return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
        if (holds_token(header.value)) return true;
        const auto space = header.value.rfind(' ');
        const auto decoded = lampjack::base64_decode(
            header.value.substr(space == std::string_view::npos ? 0 : space + 1));
        return decoded && holds_token(*decoded);
    });
}

void try_account(const Account& account, lampjack::model::Request request) {
    std::string allow;
    const auto endpoint =
        lampjack::platforms::route(*account.adapter, account.side, request, &allow);
    if (!endpoint) return;
    const auto trust = account.adapter->verify(account, **endpoint, request);
    const auto body = request.body;
    request.body = {};
    const auto without = account.adapter->verify(account, **endpoint, request);
    request.body = body;
    require(trust.has_value() == without.has_value(), "the body decides nothing");
    if (!trust) {
        require(trust.error().code != lampjack::Code::internal, "a bad head is no bug of ours");
        require(trust.error().message.find(kToken) == std::string::npos,
                "an error holds no token of the settings");
        return;
    }
    if (*trust == lampjack::platforms::Trust::full)
        require(holds_token(request), "nobody is believed without a token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    lampjack::fuzz::Input input(lampjack::fuzz::text_of(data, size));
    lampjack::model::Request request;
    request.method = input.line();
    request.path = input.line();
    request.query = input.line();
    std::vector<lampjack::model::HeaderView> headers;
    for (auto line = input.line(); !line.empty(); line = input.line()) {
        const auto colon = std::min(line.find(": "), line.size());
        headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 2, line.size()))});
    }
    request.headers = headers;
    request.body = input.rest();
    lampjack::model::only_header(headers, "authorization");
    for (const auto& account : accounts()) try_account(account, request);
    return 0;
}
