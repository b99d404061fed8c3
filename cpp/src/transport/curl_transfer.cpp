#include "transport/curl_transfer.h"

#include "base/text.h"
#include "transport/request_check.h"
#include "transport/response_buffer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace lampjack::transport {
namespace {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

}  // namespace

struct CurlTransfer::Impl {
    explicit Impl(const CurlOptions& options)
        : easy(curl_easy_init()),
          answer({options.max_response_bytes, options.max_response_header_bytes}) {}

    /// What belongs to one call and is forgotten with it.
    struct State {
        CallId id = 0;
        Call call;
        HeaderList headers;
        AddressPolicy::Scheme scheme = AddressPolicy::Scheme::https;
        bool address_refused = false;
        bool address_tried = false;
        bool begun = false;     ///< the request itself may have been written from here on
        bool repeated = false;  ///< libcurl was about to write it again
        long bytes_before = 0;  ///< what had been written when it began: a proxy's CONNECT
    };

    Easy easy;
    ResponseBuffer answer;
    State now;

    bool allows(const IpAddress& address) const noexcept {
        return now.call.policy->allows(address, now.scheme);
    }
    /// Bytes handed to the operating system, the body not included.
    long head_bytes() const noexcept {
        long bytes = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &bytes);
        return bytes;
    }
};

namespace {

using Impl = CurlTransfer::Impl;

// The callbacks below are called by C code: none of them lets an exception out.

/// No program that the host starts inherits it, also when it is started in this very moment.
curl_socket_t open_socket(int family, int type, int protocol) noexcept {
#ifdef SOCK_CLOEXEC
    return socket(family, type | SOCK_CLOEXEC, protocol);
#else
    const int socket_fd = socket(family, type, protocol);
    if (socket_fd >= 0) fcntl(socket_fd, F_SETFD, FD_CLOEXEC);
    return socket_fd;
#endif
}

/// The last moment before a new connection, after all name resolution.
curl_socket_t on_open_socket(void* user, curlsocktype purpose, curl_sockaddr* to) noexcept {
    auto& transfer = *static_cast<Impl*>(user);
    const auto address = address_of(to->addr);
    if (purpose != CURLSOCKTYPE_IPCXN || !address || !transfer.allows(*address)) {
        transfer.now.address_refused = true;
        return CURL_SOCKET_BAD;
    }
    transfer.now.address_tried = true;
    return open_socket(to->family, to->socktype, to->protocol);
}

/// The last moment before a request is written, on a new connection or on a kept one. A kept
/// connection may have been opened under another policy; and libcurl comes here a second time when
/// it is about to repeat a request by itself.
int on_before_request(void* user, char* to, char*, int, int) noexcept {
    auto& transfer = *static_cast<Impl*>(user);
    const auto address = parse_address(to);
    if (!address || !transfer.allows(*address)) {
        transfer.now.address_refused = true;
        transfer.now.address_tried = false;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer.now.repeated = transfer.now.begun && transfer.head_bytes() > transfer.now.bytes_before;
    if (transfer.now.repeated) return CURL_PREREQFUNC_ABORT;
    transfer.now.begun = true;
    transfer.now.bytes_before = transfer.head_bytes();
    return CURL_PREREQFUNC_OK;
}

/// Without memory for all of it an answer counts as cut.
template <class Keep>
bool is_kept(Keep keep) noexcept {
    try {
        return keep();
    } catch (const std::bad_alloc&) {
        return false;
    }
}

std::size_t on_body(char* data, std::size_t, std::size_t length, void* user) noexcept {
    auto& answer = static_cast<Impl*>(user)->answer;
    return is_kept([&] { return answer.add_body({data, length}); }) ? length : CURL_WRITEFUNC_ERROR;
}

std::size_t on_header(char* data, std::size_t, std::size_t length, void* user) noexcept {
    auto& answer = static_cast<Impl*>(user)->answer;
    return is_kept([&] { return answer.add_header_line({data, length}); }) ? length : 0;
}

/// Sets options, and remembers whether libcurl had memory for all: without one that it copies, such as the empty proxy, a
/// request would go another way. That an option is not known to this libcurl is no matter.
class Options {
public:
    explicit Options(CURL* easy) noexcept : easy_(easy) {}
    template <class T>
    void set(CURLoption option, T value) noexcept {
        is_complete_ =
            curl_easy_setopt(easy_, option, value) != CURLE_OUT_OF_MEMORY && is_complete_;
    }
    bool is_complete() const noexcept { return is_complete_; }

private:
    CURL* easy_;
    bool is_complete_ = true;
};

void set_callbacks(Impl& transfer) {
    CURL* easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &on_before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
}

/// Everything that is the same for each call.
bool set_constant_options(CURL* easy, const CurlOptions& options) {
    Options to(easy);
    to.set(CURLOPT_NOSIGNAL, 1L);
    to.set(CURLOPT_FOLLOWLOCATION, 0L);
    // Empty texts switch off what the environment says.
    to.set(CURLOPT_PROXY, options.proxy.c_str());
    to.set(CURLOPT_NOPROXY, "");
    to.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    to.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    to.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    to.set(CURLOPT_PATH_AS_IS, 1L);
    to.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    to.set(CURLOPT_TCP_NODELAY, 1L);
    to.set(CURLOPT_MAXAGE_CONN, static_cast<long>(options.idle_connection.count()));
    to.set(CURLOPT_USERAGENT, options.user_agent.c_str());
    to.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    to.set(CURLOPT_SSL_VERIFYPEER, 1L);
    to.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) {
        to.set(CURLOPT_CAINFO, options.ca_file.c_str());
        to.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    // Otherwise ending a transfer whose name is still being resolved waits for the resolver, and
    // everything else with it.
    to.set(CURLOPT_QUICK_EXIT, 1L);
#endif
    return easy != nullptr && to.is_complete();
}

bool append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) return false;
    (void)list.release();
    list.reset(longer);
    return true;
}

bool set_headers(Impl& transfer) {
    const auto& headers = transfer.now.call.request.headers;
    bool ok = append(transfer.now.headers, "Expect:");
    // libcurl would call any body a form.
    if (model::header(headers, "content-type").empty())
        ok = append(transfer.now.headers, "Content-Type:") && ok;
    for (const auto& [name, value] : headers)
        ok = append(transfer.now.headers, trim(value).empty() ? name + ";" : name + ": " + value) &&
             ok;
    curl_easy_setopt(transfer.easy.get(), CURLOPT_HTTPHEADER, transfer.now.headers.get());
    return ok;
}

void set_method(Options& to, const model::HttpRequest& request) {
    const bool post = request.method == "POST" || !request.body.empty();
    to.set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
    if (post) {
        to.set(CURLOPT_POST, 1L);
        to.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        to.set(CURLOPT_POSTFIELDS, request.body.c_str());
    } else {
        to.set(CURLOPT_HTTPGET, 1L);
    }
    if (request.method != (post ? "POST" : "GET"))
        to.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

/// libcurl reads 0 as "no limit".
template <class Duration>
long at_least_one(Duration time) noexcept {
    return static_cast<long>(std::max<typename Duration::rep>(1, time.count()));
}

void set_timeouts(CURL* easy, const Timeouts& timeouts) {
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, at_least_one(timeouts.connect));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, at_least_one(timeouts.total));
    const long stalled =
        static_cast<long>(std::max<std::chrono::seconds::rep>(0, timeouts.stalled.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, stalled > 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stalled);
}

/// Everything that differs from call to call.
Result<void> set_call_options(Impl& transfer) {
    LJK_CHECK(check_request(transfer.now.call.request));
    LJK_TRY(url, check_url(transfer.now.call.request.url, *transfer.now.call.policy));
    transfer.now.scheme =
        url.is_https() ? AddressPolicy::Scheme::https : AddressPolicy::Scheme::http;
    Options to(transfer.easy.get());
    to.set(CURLOPT_URL, to_string(url).c_str());
    to.set(CURLOPT_PROTOCOLS_STR, url.scheme.c_str());
    // Wait for a connection that is being made when it may carry several requests (HTTP/2, by TLS
    // only).
    to.set(CURLOPT_PIPEWAIT, url.is_https() ? 1L : 0L);
    set_method(to, transfer.now.call.request);
    set_timeouts(transfer.easy.get(), transfer.now.call.timeouts);
    if (!set_headers(transfer) || !to.is_complete()) return fail(Code::internal, "out of memory");
    return {};
}

/// Whether the whole request has been handed to the operating system.
bool is_written(const Impl& transfer) noexcept {
    curl_off_t body_bytes = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_SIZE_UPLOAD_T, &body_bytes);
    const bool head = transfer.now.begun && transfer.head_bytes() > transfer.now.bytes_before;
    const bool body = std::cmp_greater_equal(body_bytes, transfer.now.call.request.body.size());
    return transfer.now.repeated || (head && body);
}

bool is_tls_failure(CURLcode code) noexcept {
    constexpr std::array kCodes{CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER,
                                CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED};
    return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

/// A certificate of theirs or ours that will be no better next time.
bool is_untrusted(CURLcode code) noexcept {
    constexpr std::array kCodes{CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
                                CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR};
    return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

FailureKind kind_of(const Impl& transfer, CURLcode code, std::int32_t status,
                    bool written) noexcept {
    if (transfer.answer.is_too_large()) return FailureKind::too_large;
    if (transfer.now.address_refused && !transfer.now.address_tried)
        return FailureKind::refused_by_policy;
    if (status != 0) return FailureKind::cut_body;
    if (written) return FailureKind::unknown_after_sent;
    if (code == CURLE_OPERATION_TIMEDOUT) return FailureKind::timeout_before_sent;
    if (is_untrusted(code)) return FailureKind::tls_verification;
    return is_tls_failure(code) ? FailureKind::tls : FailureKind::connect;
}

/// libcurl's fixed description of the code; its detailed message may name hosts and addresses.
std::string describe(const Impl& transfer, FailureKind kind, CURLcode code) {
    if (kind == FailureKind::refused_by_policy)
        return "the address is in a network that is not allowed (allow_networks)";
    if (kind == FailureKind::too_large) return "the answer is too large";
    if (transfer.now.repeated) return "the kept connection broke after the request was written";
    return "curl " + std::to_string(static_cast<int>(code)) + ": " + curl_easy_strerror(code);
}

/// The status of the answer; 0 when there is none yet, which an interim one (1xx) is not. Until the
/// request begins, the handle still remembers the call before.
std::int32_t status_of(const Impl& transfer) noexcept {
    if (!transfer.now.begun) return 0;
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 ? static_cast<std::int32_t>(status) : 0;
}

}  // namespace

CurlTransfer::CurlTransfer(const CurlOptions& options) : impl_(std::make_unique<Impl>(options)) {
    curl_easy_setopt(handle(), CURLOPT_PRIVATE, this);
    set_callbacks(*impl_);
    is_usable_ = set_constant_options(handle(), options);
}
CurlTransfer::~CurlTransfer() = default;

CallId CurlTransfer::id() const noexcept { return impl_->now.id; }
void* CurlTransfer::handle() const noexcept { return impl_->easy.get(); }

Result<void> CurlTransfer::prepare(CallId id, Call call) {
    impl_->now.id = id;
    impl_->now.call = std::move(call);
    return set_call_options(*impl_);
}

HttpOutcome CurlTransfer::outcome(int curl_code) {
    const auto code = static_cast<CURLcode>(curl_code);
    const std::int32_t status = status_of(*impl_);
    if (code == CURLE_OK && status != 0) return impl_->answer.take(status);
    const bool written = is_written(*impl_);
    Failure failure{kind_of(*impl_, code, status, written), {}, {}, written};
    is_kept([&] {
        failure.message = describe(*impl_, failure.kind, code);
        return true;
    });
    failure.partial = impl_->answer.take(status);
    return failure;
}

HttpOutcome CurlTransfer::cancelled() {
    const bool written = is_written(*impl_);
    return Failure{FailureKind::cancelled, "cancelled", impl_->answer.take(status_of(*impl_)),
                   written};
}

std::function<void(HttpOutcome)> CurlTransfer::release() {
    auto done = std::move(impl_->now.call.done);
    curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDS, nullptr);
    impl_->now = {};
    return done;
}

}  // namespace lampjack::transport
