#include "called_vendor.h"

#include <utility>

namespace lampjack::simulation {
namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + before.size());
    return std::string(text.substr(0, text.find(after)));
}

std::string seconds(Millis at) { return std::to_string(at / 1000); }

}  // namespace

CalledVendor::CalledVendor(std::string account, Kind kind, std::string_view mute)
    : account_(std::move(account)),
      kind_(kind),
      mute_(mute) {}

std::string CalledVendor::settings() const {
    const std::string own =
        is_app() ? R"("platform":"chatlayer_app","target_url":"https://)" + account_ +
                       R"(.example/hook")"
                 : R"("platform":"certainly","deployment_id":"dep-1","api_base":"https://)" +
                       account_ + R"(.example")";
    return "\"" + account_ + "\":{" + own + R"(,"auth":"none",)" +
           (is_app() ? R"("relay_token":"rt-made-up",)" : R"("webhook_token":"wt-made-up",)") +
           R"("mute":")" + mute_ + R"(","t_answer":600000,"credentials_wait_ms":2592000000})";
}

Errand CalledVendor::speak(Dice& dice, Millis now) {
    const std::string& session = sessions_[dice.below(sessions_.size())];
    const bool bot_speaks = is_muted(session) ? dice.one_in(12) : dice.one_in(3);
    Errand errand = dice.one_in(4)           ? handover_request(dice, session)
                    : bot_speaks || is_app() ? bot_message(session, now)
                                             : user_message(session, now);
    errand.account = account_;
    errand.session = session;
    if (dice.one_in(5)) errand.copies = 2;
    return errand;
}

Errand CalledVendor::user_message(const std::string& session, Millis now) {
    const std::string number = std::to_string(++last_);
    Errand errand;
    errand.path = "/messages";
    errand.body =
        R"({"interlocutor":"user","data":{"error":null,"message":{"from":"human","user_id":")" +
        session + R"(","id":")" + number + R"(","timestamp":)" + seconds(now) +
        R"(,"actions":[{"type":"text","text":"u-)" + number + R"("}]}}})";
    return errand;
}

Errand CalledVendor::bot_message(const std::string& session, Millis now) {
    const std::string text = "b-" + std::to_string(++last_);
    Errand errand;
    errand.path = is_app() ? "/send" : "/messages";
    errand.body = is_app() ? R"({"inputData":{"user":{"id":")" + session +
                                 R"("},"messages":[{"text_message":{"text":")" + text + R"("}}]}})"
                           : R"({"interlocutor":"bot","data":{"type":"text","text":")" + text +
                                 R"(","user_id":")" + session + R"(","timestamp":)" + seconds(now) +
                                 "}}";
    return errand;
}

/// A claim, an offload, or a request to the app that only its host understands.
Errand CalledVendor::handover_request(Dice& dice, const std::string& session) {
    const std::string text = "u-" + std::to_string(++last_);
    Errand errand;
    if (!is_app()) {
        errand.path = "/claim";
        errand.body = R"({"reply":")" + text + R"(","from":")" + session + R"(","botId":"bot-1"})";
    } else if (dice.one_in(2)) {
        errand.path = "/offload";
        errand.body = R"({"inputData":{"user":{"id":")" + session + R"("}}})";
    } else {
        errand.path = "/receive";
        errand.body = R"({"request":{"content":{}}})";
        errand.translation =
            R"([{"v":1,"kind":"handover_requested","actor":{"role":"user","id":")" + session +
            R"("},"handover":{"to":"agent"}}])";
    }
    return errand;
}

void CalledVendor::answered(const Errand& errand, std::string_view answer) {
    if (errand.path != "/receive") return;
    // The array is carried out in its order; each of ours holds one handover at most.
    if (answer.find(R"("handover":{"to":"agent"})") != std::string_view::npos)
        muted_.insert(errand.session);
    if (answer.find(R"("handover":{"to":"bot"})") != std::string_view::npos)
        muted_.erase(errand.session);
}

std::optional<Errand> CalledVendor::carry_out(const model::HttpRequest& request) {
    const std::string session = session_of(request);
    if (is_app()) {
        Errand errand;
        errand.account = account_;
        errand.session = session;
        errand.path = "/receive";
        errand.body = R"({"request":{"content":)" + request.body +
                      R"(,"method":"POST","query":{},"headers":{}}})";
        errand.is_command = true;
        return errand;
    }
    if (request.method != "GET") return std::nullopt;
    if (request.url.find("/handover/") != std::string::npos) muted_.insert(session);
    if (request.url.find("/takeover/") != std::string::npos) muted_.erase(session);
    return std::nullopt;
}

std::string CalledVendor::session_of(const model::HttpRequest& request) const {
    if (is_app()) return between(request.body, R"("user":{"id":")", "\"");
    const bool takes = request.url.find("/takeover/") != std::string::npos;
    return between(request.url, takes ? "/takeover/" : "/handover/", "/");
}

}  // namespace lampjack::simulation
