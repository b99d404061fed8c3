// The head of a request: its place, the limits, the sender and the form of the body. No byte of the body is looked at.

#include "base/text.h"
#include "engine/admission.h"
#include "engine/problem.h"
#include "engine/reception.h"
#include "platforms/registry.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kMaxHeaders = 64;
constexpr std::size_t kMaxHeader = 8 << 10;
constexpr std::size_t kMaxQuery = 8 << 10;

bool is_json(std::string_view content_type) {
    const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
    return type.empty() || type == "application/json" || type == "text/json" ||
           type.ends_with("+json");
}

}  // namespace

Reception::Reception(Core& core, std::string_view account, const model::Request& head,
                     std::uint64_t body)
    : core_(core),
      account_(core.account(account)) {
    if (const auto usable = core_.usable(); !usable) {
        answer_ = refuse(usable.error());
        return;
    }
    if (const auto known = core_.account_named(account); !known) {
        answer_ = refuse(known.error());
        return;
    }
    if (const auto admitted = admit_head(head, body); !admitted) answer_ = refuse(admitted.error());
}

Result<void> Reception::admit_head(const model::Request& head, std::uint64_t body) {
    LJK_TRY(endpoint, platforms::route(*account_->adapter, account_->side, head, &allow_));
    endpoint_ = endpoint;
    LJK_CHECK(check_sizes(head));
    if (body > most_body(platforms::Trust::full)) return too_large();
    LJK_TRY(trust, core_.senders.verify(*account_, *endpoint_, head, core_.clock->now()));
    trust_ = trust;
    if (body > most_body(trust)) return too_large();
    LJK_CHECK(check_sender(core_, *account_, trust, body));
    if (endpoint_->purpose == platforms::Purpose::health)
        answer_ = account_->adapter->answer(*account_, {*endpoint_, nullptr, nullptr, nullptr});
    else
        check_form(head);
    return {};
}

Result<void> Reception::check_sizes(const model::Request& head) const {
    if (head.headers.size() > kMaxHeaders || head.query.size() > kMaxQuery)
        return fail(Code::argument, "too many headers or too long a query");
    for (const auto& [name, value] : head.headers)
        if (name.size() + value.size() > kMaxHeader)
            return fail(Code::argument, "a header is too long");
    return {};
}

/// Media type and coding: 415.
void Reception::check_form(const model::Request& head) {
    if (!is_json(model::header(head.headers, "content-type"))) {
        refuse_form("send the body with Content-Type application/json or without one");
        return;
    }
    const std::string coding = to_lower(trim(model::header(head.headers, "content-encoding")));
    if (coding.empty() || coding == "identity") return;
    const bool allowed = core_.config.compressed_bodies;
    if (allowed && (coding == "gzip" || coding == "x-gzip" || coding == "deflate")) return;
    refuse_form(allowed ? "send the body as gzip, as deflate or uncompressed"
                        : "send the body uncompressed");
    answer_->headers.emplace_back("accept-encoding", allowed ? "gzip, deflate" : "identity");
}

/// Bytes of a body by a sender of that trust. One that the budget could never hold is too large, too.
std::size_t Reception::most_body(platforms::Trust trust) const noexcept {
    const bool anonymous = trust == platforms::Trust::handover_only;
    return std::min(core_.config.sizes.body_at(*endpoint_),
                    BodyBudget::most(core_.config.bodies, anonymous));
}

Error Reception::too_large() const {
    return fail(Code::too_large, trust_ == platforms::Trust::handover_only
                                     ? "the body exceeds the limit of a body without a token"
                                     : "the body exceeds the limit of this path");
}

void Reception::refuse_form(std::string_view advice) {
    refused(415, advice);
    answer_ = problem(415, Code::payload, advice);
}

}  // namespace lampjack::engine
