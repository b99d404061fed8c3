#include "engine/problem.h"

#include "json/writer.h"

namespace lampjack::engine {
namespace {

std::int32_t status_of(Code code) noexcept {
    switch (code) {
        case Code::json:
        case Code::payload:
        case Code::argument: return 400;
        case Code::auth: return 401;
        case Code::not_found: return 404;
        case Code::unsupported: return 405;
        case Code::key_conflict: return 409;
        case Code::too_large: return 413;
        case Code::limit: return 429;
        case Code::store:
        case Code::conflict:
        case Code::closed:
        case Code::timeout: return 503;
        default: return 500;
    }
}

std::string_view title_of(std::int32_t status) noexcept {
    switch (status) {
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 429: return "Too Many Requests";
        case 415: return "Unsupported Media Type";
        case 503: return "Service Unavailable";
        default: return "Internal Server Error";
    }
}

}  // namespace

model::Answer problem(std::int32_t status, Code code, std::string_view detail) {
    model::Answer answer;
    answer.status = status;
    answer.headers.emplace_back("content-type", "application/problem+json");
    if (status == 503 || status == 429) answer.headers.emplace_back("retry-after", "1");
    json::Writer out(answer.body);
    out.begin_object().key("title").string(title_of(status)).key("status").integer(status);
    out.key("code").string(name_of(code)).key("detail").string(detail).end_object();
    return answer;
}

model::Answer problem(const Error& error) {
    return problem(status_of(error.code), error.code, error.message);
}

}  // namespace lampjack::engine
