// What the answer to a request of ours says. Neither side's success body is documented, and the platform answers 200 also
// to what it ignores: so only what contradicts itself, or comes from something else, is told from a success.
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

}  // namespace

BodyVerdict judge(const model::HttpResponse& response) {
    const std::string_view body = trim(response.body);
    if (body.empty()) return BodyVerdict::accepted;
    if (body.front() == '<') return BodyVerdict::unreadable;  // a page: of a proxy, of a login
    if (body.front() != '{') return BodyVerdict::accepted;
    const auto answer = json::parse_value(body, "the answer");
    if (!answer) return BodyVerdict::unreadable;
    return says_no(answer->get_object()) ? BodyVerdict::refused : BodyVerdict::accepted;
}

}  // namespace lampjack::platforms::omnichannel
