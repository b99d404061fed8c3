#include "vendor.h"

#include "base/timestamp.h"

namespace lampjack::simulation {
namespace {

constexpr std::size_t kRemembered = 6;

std::string time(Millis at) { return std::string(format_time(at).view()); }

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + before.size());
    return std::string(text.substr(0, text.find(after)));
}

}  // namespace

Vendor::Vendor(std::string account, std::size_t sessions) : account_(std::move(account)) {
    // The same ids on every account: nothing but the account may keep them apart.
    for (std::size_t i = 0; i < sessions; ++i) sessions_.push_back("s-" + std::to_string(i));
}

std::string Vendor::settings() const {
    return "\"" + account_ + R"(":{"platform":"chatlayer_offloading","verify_token":")" + token() +
           R"(","api_token":"at-)" + account_ + R"(-made-up","api_base":"https://)" + account_ +
           R"(.example","pause_action":{"pause":true},"resume_action":{"resume":true},)"
           R"("credentials_wait_ms":2592000000})";  // longer than any run
}

const std::vector<Effect>& Vendor::effects(const std::string& session) const {
    static const std::vector<Effect> none;
    const auto found = effects_.find(session);
    return found == effects_.end() ? none : found->second;
}

Post Vendor::speak(Dice& dice, Millis now) {
    const std::string& session = sessions_[dice.below(sessions_.size())];
    Post post = dice.one_in(6) ? offload(dice, session, now) : message(dice, session, now);
    post.account = account_;
    post.session = session;
    if (dice.one_in(4)) post.copies = 2 + static_cast<unsigned>(dice.below(2));
    return post;
}

Post Vendor::message(Dice& dice, const std::string& session, Millis now) {
    std::string items;
    Post post;
    const std::size_t count = 1 + (dice.one_in(5) ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(++last_);
        const bool from_user = paused_.contains(session) ? !dice.one_in(12) : dice.below(3) != 0;
        Line line{(from_user ? "u-" : "b-") + account_ + "-" + number, from_user,
                  from_user ? "m" + number : "", now + static_cast<Millis>(i)};
        items += (items.empty() ? "" : ",") + item(line, session, true);
        post.texts.push_back(line.text);
        auto& lines = lines_[session];
        lines.push_back(std::move(line));
        if (lines.size() > kRemembered) lines.pop_front();
    }
    post.body = envelope("messages", "messages", session, items, now);
    return post;
}

/// The transcript repeats what was said, in another shape and without the users' ids.
Post Vendor::offload(Dice& dice, const std::string& session, Millis now) {
    std::string items;
    Post post;
    post.is_offload = true;
    const auto& lines = lines_[session];
    for (const Line& line : lines) {
        items += (items.empty() ? "" : ",") + item(line, session, dice.one_in(2));
        post.texts.push_back(line.text);
    }
    post.body = envelope("offload", "transcript", session, items, now);
    return post;
}

std::string Vendor::item(const Line& line, const std::string& session, bool live) const {
    if (!line.from_user)
        return R"({"actor":"bot","timestamp":")" + time(line.at) + R"(","message":{"text":")" +
               line.text + R"("}})";
    std::string message = R"({"messageType":"text","text":")" + line.text +
                          R"(","channelType":"web","sender":{"id":")" + session +
                          R"(","botId":"b1"})";
    if (live) message += R"(,"timestamp":")" + time(line.at) + R"(","id":")" + line.id + "\"";
    return R"({"actor":"user","timestamp":")" + time(line.at) + R"(","message":)" + message + "}}";
}

std::string Vendor::envelope(std::string_view event, std::string_view array,
                             const std::string& session, const std::string& items,
                             Millis at) const {
    return R"({"event":")" + std::string(event) +
           R"(","botId":"b1","version":"LIVE","sessionId":")" + session + R"(","timestamp":")" +
           time(at) + "\"," + (event == "offload" ? R"("payload":{"queue":"billing"},)" : "") +
           "\"" + std::string(array) + "\":[" + items + "]}";
}

void Vendor::acknowledged(const Post& post, std::string_view answer) {
    if (post.is_offload && answer.find(R"("pauseBot":true)") != std::string_view::npos)
        paused_.insert(post.session);
}

std::string Vendor::session_of(const model::HttpRequest& request) {
    return between(request.url, "/conversations/", "/");
}

std::string Vendor::text_of(const model::HttpRequest& request) {
    return between(request.body, R"("text":")", "\"");
}

std::string Vendor::carry_out(const model::HttpRequest& request) {
    std::string session = session_of(request);
    if (request.body == R"({"pause":true})") paused_.insert(session);
    if (request.body == R"({"resume":true})") paused_.erase(session);
    effects_[session].push_back(
        {std::string(model::header(request.headers, "idempotency-key")), text_of(request)});
    return session;
}

}  // namespace lampjack::simulation
