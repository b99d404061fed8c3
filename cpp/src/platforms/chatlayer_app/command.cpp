// Our own command body: {"lampjack":{"v":1,"key":…,"mac":…,"events":[…]}}. Chatlayer takes actions only as what
// performReceive returns, so we call the app's address, its performReceive passes the call on to /receive, and the answer to
// that holds the actions. The address is public: the mac says that the key was made by this account.

#include "base/digest.h"
#include "base/text.h"
#include "model/graft.h"
#include "platforms/chatlayer_app/nested.h"
#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/settings.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::Scope;
using model::Str;

bool is_ours(const Account* account, std::string_view key, std::string_view mac) {
    if (account == nullptr) return true;
    const auto tokens = account->secrets("relay_token");
    bool known = tokens.empty();
    for (const Secret& token : tokens) known = Secret(command_mac(token, key)).equals(mac) || known;
    return known;
}

struct Command {
    Str key;  ///< the raw JSON string
    json::Cursor::Mark events{};
};

/// {"v":1,"key":…,"mac":…,"events":[…]}; false when it is none, or not by this account.
bool read_head(BatchBuilder& build, const Account* account, Command& out) {
    auto& cursor = build.cursor;
    if (cursor.peek() != '{') return false;
    std::int64_t version = 0;
    Str key, mac;
    Mark events, name;
    const bool good = cursor.object([&](Key member) {
        if (member == "v") return cursor.integer(version);
        if (member == "key") {
            name = cursor.mark();
            return cursor.string(key);
        }
        if (member == "mac") return cursor.string(mac);
        if (member == "events" && cursor.peek() == '[') events = cursor.mark();
        return cursor.skip();
    });
    cursor.forgive_mismatch();
    if (!good || version != 1 || key.size == 0 || !events.present()) return false;
    if (!is_ours(account, build.view(key), build.view(mac))) return false;
    out.key = cursor.raw_at(name);
    out.events = events;
    return true;
}

bool read_events(BatchBuilder& build, const Command& command) {
    build.cursor.rewind(command.events);
    if (!read_items(build) || build.batch.roots.empty()) return false;
    auto& first = build.event(build.batch.roots.front());
    model::Chain key;
    build.extra(key, Scope::request, build.add("lampjack"), command.key);
    build.splice(first.extra, key);
    return true;
}

}  // namespace

std::string command_mac(const Secret& token, std::string_view key) {
    const std::string text = "lampjack.command.v1:" + std::string(key);
    const Digest digest = hmac_sha256(token.reveal(), text);
    return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool read_command(BatchBuilder& build, const Account* account) {
    auto& cursor = build.cursor;
    Mark place;
    const bool walked = cursor.object([&](Key key) {
        if (key == "lampjack") place = cursor.mark();
        return cursor.skip();
    });
    if (!walked || !place.present()) return false;
    const auto end = cursor.mark();
    cursor.rewind(place);
    Command command;
    const bool good = read_head(build, account, command) && read_events(build, command);
    if (cursor.ok()) cursor.rewind(end);
    return good;
}

bool read_command_text(BatchBuilder& build, const Account* account, std::string_view text) {
    if (!trim(text).starts_with("{\"lampjack\"")) return false;
    const auto read = [account](BatchBuilder& inner) { return read_command(inner, account); };
    return read_nested(text, read, [&build](const model::Batch& inner) {
        model::Graft graft(build.batch, inner);
        for (const auto root : inner.roots) build.batch.roots.push_back(graft.event(root));
    });
}

}  // namespace lampjack::platforms::chatlayer_app
