// What the answer to a request of ours says. Neither side's success body is documented, and the platform answers 200 also
// to what it ignores: so only what contradicts itself, or comes from something else, is told from a success. Refused
// credentials are documented: the token is part of the address, and a 400 names a channel that is not active.
#include "platforms/omnichannel/adapter_functions.h"

#include "base/text.h"
#include "json/value.h"

namespace lampjack::platforms::omnichannel {
namespace {

/// `{"error":…}` is the page's own error body; `{"result":"ok"}` is Webim's acknowledgement.
bool says_no(const json::Object& answer) {
    const json::Value* error = answer.if_contains("error");
    if (error != nullptr && !error->is_null() && !(error->is_bool() && !error->get_bool()))
        return true;
    const json::Value* result = answer.if_contains("result");
    return result != nullptr && result->is_string() &&
           !equals_ignoring_case(json::view(result->get_string()), "ok");
}

/// "Platform response when a request is unsuccessful": a token that belongs to no channel.
constexpr std::string_view kNoChannel = "There is no active channel for received event.";

Verdict judge_body(std::string_view answer_body) {
    const std::string_view body = trim(answer_body);
    if (body.empty()) return Verdict::accepted;
    if (body.front() == '<') return Verdict::unreadable;  // a page: of a proxy, of a login
    if (body.front() != '{') return Verdict::accepted;
    const auto answer = json::parse_value(body, "the answer");
    if (!answer) return Verdict::unreadable;
    return says_no(answer->get_object()) ? Verdict::refused : Verdict::accepted;
}

}  // namespace

Verdict judge(const model::HttpResponse& response) {
    if (response.status >= 200 && response.status < 300) return judge_body(response.body);
    if (response.status == 404) return Verdict::credentials;
    if (response.status == 400 && response.body.find(kNoChannel) != std::string::npos)
        return Verdict::credentials;
    return verdict_of_status(response.status);
}

}  // namespace lampjack::platforms::omnichannel
