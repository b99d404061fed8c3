#include "capi/request.h"

#include "capi/handles.h"

#include <cstddef>

namespace lampjack::capi {
namespace {

/// No request has more; a number that was never set does. What a sender may send is the core's to limit.
constexpr std::size_t kMostHeaders = 1 << 16;

}  // namespace

Result<void> RequestView::read(const ljk_request* given) {
    LJK_CHECK(need(given, "request"));
    LJK_TRY(request, copy_struct(given, offsetof(ljk_request, peer), "request"));
    if (request.header_count > kMostHeaders)
        return fail(Code::argument, "request.header_count cannot be true");
    if (request.header_count != 0) LJK_CHECK(need(request.headers, "request.headers"));
    headers_.reserve(request.header_count);
    for (std::size_t i = 0; i < request.header_count; ++i)
        headers_.push_back({view(request.headers[i].name), view(request.headers[i].value)});
    request_.method = request.method.len == 0 ? "POST" : view(request.method);
    request_.path = request.path.len == 0 ? "/" : view(request.path);
    request_.query = view(request.query);
    request_.headers = headers_;
    request_.body = view(request.body);
    request_.peer = view(request.peer);
    return {};
}

}  // namespace lampjack::capi

using lampjack::capi::str;

int32_t ljk_answer_status(const ljk_answer* answer) {
    return answer == nullptr ? 0 : answer->value.status;
}

size_t ljk_answer_header_count(const ljk_answer* answer) {
    return answer == nullptr ? 0 : answer->value.headers.size();
}

ljk_header ljk_answer_header(const ljk_answer* answer, size_t index) {
    if (index >= ljk_answer_header_count(answer)) return {};
    const auto& [name, value] = answer->value.headers[index];
    return {str(name), str(value)};
}

ljk_str ljk_answer_body(const ljk_answer* answer) {
    return answer == nullptr ? ljk_str{} : str(answer->value.body);
}
void ljk_answer_free(ljk_answer* answer) { delete answer; }
