#include "capi/http_client.h"

#include <algorithm>
#include <atomic>
#include <limits>

using namespace lampjack::capi;
using lampjack::Code;
using lampjack::Result;
namespace model = lampjack::model;
namespace transport = lampjack::transport;

struct ljk_http_call {
    transport::Call value;
};

namespace {

using transport::FailureKind;

static_assert(LJK_HTTP_REFUSED_BY_POLICY == static_cast<int>(FailureKind::refused_by_policy));
static_assert(LJK_HTTP_CONNECT == static_cast<int>(FailureKind::connect));
static_assert(LJK_HTTP_TLS == static_cast<int>(FailureKind::tls));
static_assert(LJK_HTTP_TIMEOUT_BEFORE_SENT == static_cast<int>(FailureKind::timeout_before_sent));
static_assert(LJK_HTTP_UNKNOWN_AFTER_SENT == static_cast<int>(FailureKind::unknown_after_sent));
static_assert(LJK_HTTP_CUT_BODY == static_cast<int>(FailureKind::cut_body));
static_assert(LJK_HTTP_TOO_LARGE == static_cast<int>(FailureKind::too_large));
static_assert(LJK_HTTP_CANCELLED == static_cast<int>(FailureKind::cancelled));
static_assert(LJK_HTTP_TLS_VERIFICATION == static_cast<int>(FailureKind::tls_verification));

class TableClient final : public transport::HttpClient {
public:
    explicit TableClient(const ljk_http_client& table) noexcept : table_(table) {}
    ~TableClient() override { TableClient::close(); }

    Result<transport::CallId> send(transport::Call call) override {
        if (closed_) return lampjack::fail(Code::closed, "the HTTP client was closed");
        const transport::CallId id = ++last_id_;
        auto handle = std::make_unique<ljk_http_call>(ljk_http_call{std::move(call)});
        ljk_http_call* given =
            handle.release();  // before it is sent: it may be over before send() returns
        if (table_.send(table_.user, id, given) == LJK_OK) return id;
        delete given;
        return lampjack::fail(Code::network, "the HTTP client took no call");
    }
    void cancel(transport::CallId id) override { table_.cancel(table_.user, id); }
    void close() noexcept override {
        if (!closed_.exchange(true)) table_.close(table_.user);
    }

private:
    ljk_http_client table_;
    std::atomic<transport::CallId> last_id_{0};
    std::atomic<bool> closed_{false};
};

/// Ends a call. Without memory for its outcome the answer counts as lost.
template <class Outcome>
void finish(ljk_http_call* call, Outcome&& outcome) noexcept {
    const std::unique_ptr<ljk_http_call> owned(call);
    if (owned == nullptr || !owned->value.done) return;
    transport::HttpOutcome result =
        transport::Failure{FailureKind::unknown_after_sent, {}, {}, true};
    try {
        result = outcome();
    } catch (...) {}
    try {
        owned->value.done(std::move(result));
    } catch (...) {}
}

uint32_t milliseconds(std::chrono::milliseconds time) noexcept {
    const auto most = static_cast<std::int64_t>(std::numeric_limits<uint32_t>::max());
    return static_cast<uint32_t>(std::clamp<std::int64_t>(time.count(), 0, most));
}

}  // namespace

namespace lampjack::capi {

Result<std::shared_ptr<transport::HttpClient>> make_client(const ljk_http_client* table) {
    LJK_TRY(copy, copy_struct(table, sizeof(ljk_http_client), "http_client"));
    if (copy.send == nullptr || copy.cancel == nullptr || copy.close == nullptr)
        return fail(Code::argument, "an HTTP client has send, cancel and close");
    return std::shared_ptr<transport::HttpClient>(std::make_shared<TableClient>(copy));
}

}  // namespace lampjack::capi

ljk_str ljk_http_call_method(const ljk_http_call* call) {
    return call == nullptr ? ljk_str{} : str(call->value.request.method);
}

ljk_str ljk_http_call_url(const ljk_http_call* call) {
    return call == nullptr ? ljk_str{} : str(call->value.request.url);
}

size_t ljk_http_call_header_count(const ljk_http_call* call) {
    return call == nullptr ? 0 : call->value.request.headers.size();
}

ljk_header ljk_http_call_header(const ljk_http_call* call, size_t index) {
    if (index >= ljk_http_call_header_count(call)) return {};
    const auto& [name, value] = call->value.request.headers[index];
    return {str(name), str(value)};
}

ljk_str ljk_http_call_body(const ljk_http_call* call) {
    return call == nullptr ? ljk_str{} : str(call->value.request.body);
}

uint32_t ljk_http_call_connect_timeout_ms(const ljk_http_call* call) {
    return call == nullptr ? 0 : milliseconds(call->value.timeouts.connect);
}

uint32_t ljk_http_call_total_timeout_ms(const ljk_http_call* call) {
    return call == nullptr ? 0 : milliseconds(call->value.timeouts.total);
}

int32_t ljk_http_call_allows(const ljk_http_call* call, ljk_str address, int32_t tls) {
    if (call == nullptr) return 0;
    return guard_read(0, [&] {
        const auto numeric = transport::parse_address(view(address));
        const auto scheme = tls != 0 ? transport::AddressPolicy::Scheme::https
                                     : transport::AddressPolicy::Scheme::http;
        const transport::AddressPolicy strict;
        const auto& policy = call->value.policy ? *call->value.policy : strict;
        return numeric && policy.allows(*numeric, scheme) ? 1 : 0;
    });
}

void ljk_http_call_answer(ljk_http_call* call, int32_t status, const ljk_header* headers,
                          size_t header_count, ljk_str body) {
    finish(call, [&]() -> transport::HttpOutcome {
        model::HttpResponse response;
        response.status = status;
        for (size_t i = 0; headers != nullptr && i < header_count; ++i)
            response.headers.emplace_back(view(headers[i].name), view(headers[i].value));
        response.body = view(body);
        return response;
    });
}

void ljk_http_call_fail(ljk_http_call* call, int32_t kind, int32_t written, ljk_str message) {
    finish(call, [&]() -> transport::HttpOutcome {
        const bool known = kind >= LJK_HTTP_REFUSED_BY_POLICY && kind <= LJK_HTTP_TLS_VERIFICATION;
        transport::Failure failure;
        failure.kind = known ? static_cast<FailureKind>(kind) : FailureKind::unknown_after_sent;
        failure.message = view(message);
        failure.written = written != 0 || !known;
        return failure;
    });
}
