#include "transport/curl_client.h"

#include "base/text.h"
#include "transport/request_check.h"
#include "transport/response_buffer.h"
#include "transport/signals_blocked.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lampjack::transport {
namespace {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

constexpr int kLongestPollMs = 60'000;  // the wake-up pipe and libcurl's own timers cut it short
constexpr std::size_t kIdleHandles = 64;

/// What one transfer knows while it runs. Reused together with its easy handle, whose constant options are set once.
struct Transfer {
    explicit Transfer(const CurlOptions& options)
        : easy(curl_easy_init()),
          answer({options.max_response_bytes, options.max_response_header_bytes}) {}

    Easy easy;
    HeaderList headers;
    ResponseBuffer answer;
    CallId id = 0;
    Call call;
    AddressPolicy::Scheme scheme = AddressPolicy::Scheme::https;
    bool address_refused = false;
    bool address_tried = false;
    bool begun = false;      ///< the request itself may have been written from here on
    bool repeated = false;   ///< libcurl was about to write it again
    long bytes_before = 0;   ///< what had been written when it began: a proxy's CONNECT

    bool allows(const IpAddress& address) const noexcept { return call.policy->allows(address, scheme); }
    /// Bytes of the request that were handed to the operating system, the body not included.
    long head_bytes() const noexcept {
        long bytes = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &bytes);
        return bytes;
    }
};

// The callbacks below are called by C code: none of them lets an exception out.

/// The last moment before a new connection, after all name resolution.
curl_socket_t on_open_socket(void* user, curlsocktype purpose, curl_sockaddr* to) noexcept {
    auto& transfer = *static_cast<Transfer*>(user);
    const auto address = address_of(to->addr);
    if (purpose != CURLSOCKTYPE_IPCXN || !address || !transfer.allows(*address)) {
        transfer.address_refused = true;
        return CURL_SOCKET_BAD;
    }
    transfer.address_tried = true;
    const int socket_fd = socket(to->family, to->socktype, to->protocol);
    if (socket_fd >= 0) fcntl(socket_fd, F_SETFD, FD_CLOEXEC);
    return socket_fd;
}

/// The last moment before a request is written, on a new connection or on a kept one. A kept connection may have been opened under
/// another policy; and libcurl comes here a second time when it is about to repeat a request by itself.
int on_before_request(void* user, char* to, char*, int, int) noexcept {
    auto& transfer = *static_cast<Transfer*>(user);
    const auto address = parse_address(to);
    if (!address || !transfer.allows(*address)) {
        transfer.address_refused = true;
        transfer.address_tried = false;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer.repeated = transfer.begun && transfer.head_bytes() > transfer.bytes_before;
    if (transfer.repeated) return CURL_PREREQFUNC_ABORT;
    transfer.begun = true;
    transfer.bytes_before = transfer.head_bytes();
    return CURL_PREREQFUNC_OK;
}

std::size_t on_body(char* data, std::size_t, std::size_t length, void* user) noexcept {
    // Out of memory ends the process here, as in every noexcept function: nothing may be thrown through libcurl.
    return static_cast<Transfer*>(user)->answer.add_body({data, length}) ? length : CURL_WRITEFUNC_ERROR;
}

std::size_t on_header(char* data, std::size_t, std::size_t length, void* user) noexcept {
    return static_cast<Transfer*>(user)->answer.add_header_line({data, length}) ? length : 0;
}

void set_callbacks(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
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
void set_constant_options(CURL* easy, const CurlOptions& options) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());  // empty switches the environment's off
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, static_cast<long>(options.idle_connection.count()));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    // Otherwise ending a transfer whose name is still being resolved waits for the resolver, and everything else with it.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

bool append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) return false;
    (void)list.release();
    list.reset(longer);
    return true;
}

bool set_headers(Transfer& transfer) {
    const auto& headers = transfer.call.request.headers;
    bool ok = append(transfer.headers, "Expect:");
    // libcurl would call any body a form.
    if (model::header(headers, "content-type").empty()) ok = append(transfer.headers, "Content-Type:") && ok;
    for (const auto& [name, value] : headers)
        ok = append(transfer.headers, trim(value).empty() ? name + ";" : name + ": " + value) && ok;
    curl_easy_setopt(transfer.easy.get(), CURLOPT_HTTPHEADER, transfer.headers.get());
    return ok;
}

void set_method(CURL* easy, const model::HttpRequest& request) {
    const bool post = request.method == "POST" || !request.body.empty();
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, nullptr);
    if (post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    if (request.method != (post ? "POST" : "GET"))
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

/// libcurl reads 0 as "no limit".
template <class Duration>
long at_least_one(Duration time) noexcept {
    return static_cast<long>(std::max<typename Duration::rep>(1, time.count()));
}

void set_timeouts(CURL* easy, const Timeouts& timeouts) {
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, at_least_one(timeouts.connect));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, at_least_one(timeouts.total));
    const long stalled = static_cast<long>(std::max<std::chrono::seconds::rep>(0, timeouts.stalled.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, stalled > 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stalled);
}

/// Everything that differs from call to call.
Result<void> set_call_options(Transfer& transfer) {
    LJK_CHECK(check_request(transfer.call.request));
    LJK_TRY(url, check_url(transfer.call.request.url, *transfer.call.policy));
    transfer.scheme = url.is_https() ? AddressPolicy::Scheme::https : AddressPolicy::Scheme::http;
    CURL* easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_URL, to_string(url).c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, url.scheme.c_str());
    // Wait for a connection that is being made when it may carry several requests (HTTP/2, by TLS only).
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url.is_https() ? 1L : 0L);
    set_method(easy, transfer.call.request);
    set_timeouts(easy, transfer.call.timeouts);
    if (!set_headers(transfer)) return fail(Code::internal, "out of memory for request headers");
    return {};
}

/// Whether the whole request has been handed to the operating system.
bool is_written(const Transfer& transfer) noexcept {
    curl_off_t body_bytes = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_SIZE_UPLOAD_T, &body_bytes);
    const bool head = transfer.begun && transfer.head_bytes() > transfer.bytes_before;
    const bool body = std::cmp_greater_equal(body_bytes, transfer.call.request.body.size());
    return transfer.repeated || (head && body);
}

bool is_tls_failure(CURLcode code) noexcept {
    switch (code) {
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_ENGINE_INITFAILED:
        case CURLE_USE_SSL_FAILED: return true;
        default: return false;
    }
}

FailureKind kind_of(const Transfer& transfer, CURLcode code, std::int32_t status, bool written) noexcept {
    if (transfer.answer.is_too_large()) return FailureKind::too_large;
    if (transfer.address_refused && !transfer.address_tried) return FailureKind::refused_by_policy;
    if (status != 0) return FailureKind::cut_body;
    if (written) return FailureKind::unknown_after_sent;
    if (code == CURLE_OPERATION_TIMEDOUT) return FailureKind::timeout_before_sent;
    return is_tls_failure(code) ? FailureKind::tls : FailureKind::connect;
}

/// libcurl's fixed description of the code; its detailed message may name hosts and addresses.
std::string describe(FailureKind kind, CURLcode code) {
    switch (kind) {
        case FailureKind::refused_by_policy: return "the address is not allowed";
        case FailureKind::too_large: return "the answer is too large";
        default: return "curl " + std::to_string(static_cast<int>(code)) + ": " + curl_easy_strerror(code);
    }
}

/// The status of the answer; 0 when there is none yet, which an interim one (1xx) is not.
std::int32_t status_of(const Transfer& transfer) noexcept {
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 ? static_cast<std::int32_t>(status) : 0;
}

HttpOutcome outcome_of(Transfer& transfer, CURLcode code) {
    const std::int32_t status = status_of(transfer);
    if (code == CURLE_OK && status != 0) return transfer.answer.take(status);
    const bool written = is_written(transfer);
    const FailureKind kind = kind_of(transfer, code, status, written);
    return Failure{kind, describe(kind, code), transfer.answer.take(status), written};
}

HttpOutcome cancelled(Transfer& transfer) {
    const bool written = is_written(transfer);
    return Failure{FailureKind::cancelled, "cancelled", transfer.answer.take(status_of(transfer)), written};
}

Result<void> check_options(const CurlOptions& options) {
    if (!is_header_value(options.user_agent)) return fail(Code::config, "user_agent holds a character that is not allowed");
    if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0)
        return fail(Code::config, "ca_file cannot be read");
    if (options.proxy.empty()) return {};
    LJK_TRY(proxy, split_url(options.proxy));
    if (proxy.path != "/" || !proxy.query.empty()) return fail(Code::config, "proxy must be http://host:port");
    return {};
}

bool initialise_curl() {
    static std::once_flag once;
    static CURLcode code = CURLE_FAILED_INIT;
    std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
    return code == CURLE_OK;
}

}  // namespace

/// The thread and all it owns. `mutex_` guards the orders and is held neither across a callback nor across libcurl, except its
/// wake-up, which is thread-safe.
class CurlClient::Loop {
public:
    explicit Loop(CurlOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {}
    ~Loop() { close(); }

    Result<void> start();
    Result<CallId> send(Call call);
    void cancel(CallId id);
    void close() noexcept;

private:
    struct Orders {
        std::vector<std::pair<CallId, Call>> calls;
        std::vector<CallId> cancels;
        bool close = false;
    };

    void run() noexcept;
    Orders take_orders();
    void begin(CallId id, Call call);
    void reap();
    void finish(Transfer& transfer, HttpOutcome outcome);
    std::unique_ptr<Transfer> idle_or_new();
    void recycle(std::unique_ptr<Transfer> transfer);

    const CurlOptions options_;
    const std::shared_ptr<const AddressPolicy> strict_ = std::make_shared<const AddressPolicy>();
    Multi multi_;  // before the transfers: destroyed after them
    std::unordered_map<CallId, std::unique_ptr<Transfer>> active_;
    std::vector<std::unique_ptr<Transfer>> idle_;

    std::mutex mutex_;
    Orders orders_;
    CallId last_id_ = 0;

    std::once_flag joined_;
    std::thread thread_;
};

Result<void> CurlClient::Loop::start() {
    if (!multi_) return fail(Code::internal, "libcurl cannot be initialised");
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, long{options_.max_connections});
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, long{options_.max_connections_per_host});
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, long{options_.max_connections});
    const SignalsBlocked blocked;
    try {
        thread_ = std::thread(&Loop::run, this);
    } catch (const std::system_error&) {
        return fail(Code::internal, "no thread can be started");
    }
    return {};
}

Result<CallId> CurlClient::Loop::send(Call call) {
    if (!call.policy) call.policy = strict_;
    const std::lock_guard lock(mutex_);
    if (orders_.close) return fail(Code::closed, "the HTTP client is closed");
    orders_.calls.emplace_back(++last_id_, std::move(call));
    if (orders_.calls.size() == 1) curl_multi_wakeup(multi_.get());
    return last_id_;
}

void CurlClient::Loop::cancel(CallId id) {
    const std::lock_guard lock(mutex_);
    orders_.cancels.push_back(id);
    curl_multi_wakeup(multi_.get());
}

void CurlClient::Loop::close() noexcept {
    {
        const std::lock_guard lock(mutex_);
        orders_.close = true;
        curl_multi_wakeup(multi_.get());
    }
    std::call_once(joined_, [this] {
        if (thread_.joinable()) thread_.join();
    });
}

CurlClient::Loop::Orders CurlClient::Loop::take_orders() {
    const std::lock_guard lock(mutex_);
    Orders taken = std::exchange(orders_, {});
    orders_.close = taken.close;
    return taken;
}

void CurlClient::Loop::run() noexcept {
    for (bool open = true; open;) {
        Orders orders = take_orders();
        open = !orders.close;
        for (auto& [id, call] : orders.calls) begin(id, std::move(call));
        for (const CallId id : orders.cancels)
            if (const auto found = active_.find(id); found != active_.end())
                finish(*found->second, cancelled(*found->second));
        if (!open) break;
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        reap();
        curl_multi_poll(multi_.get(), nullptr, 0, kLongestPollMs, nullptr);
    }
    while (!active_.empty()) {
        Transfer& transfer = *active_.begin()->second;
        finish(transfer, cancelled(transfer));
    }
}

void CurlClient::Loop::begin(CallId id, Call call) {
    auto& transfer = *active_.emplace(id, idle_or_new()).first->second;
    transfer.id = id;
    transfer.call = std::move(call);
    if (const auto ready = set_call_options(transfer); !ready)
        return finish(transfer, Failure{FailureKind::refused_by_policy, ready.error().message, {}, false});
    if (const CURLMcode code = curl_multi_add_handle(multi_.get(), transfer.easy.get()); code != CURLM_OK)
        finish(transfer, Failure{FailureKind::connect, curl_multi_strerror(code), {}, false});
}

void CurlClient::Loop::reap() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        Transfer* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(*transfer, outcome_of(*transfer, code));
    }
}

/// Reports after the handle is back in the pool, so that a callback may send at once.
void CurlClient::Loop::finish(Transfer& transfer, HttpOutcome outcome) {
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    auto owned = std::move(active_.extract(transfer.id).mapped());
    const auto done = std::move(owned->call.done);
    recycle(std::move(owned));
    try {
        if (done) done(std::move(outcome));
    } catch (...) {  // as documented: there is nobody to tell, and the other calls must go on
    }
}

std::unique_ptr<Transfer> CurlClient::Loop::idle_or_new() {
    if (!idle_.empty()) {
        auto transfer = std::move(idle_.back());
        idle_.pop_back();
        return transfer;
    }
    auto transfer = std::make_unique<Transfer>(options_);
    set_callbacks(*transfer);
    set_constant_options(transfer->easy.get(), options_);
    return transfer;
}

/// Forgets all that belonged to the call, secrets first of all.
void CurlClient::Loop::recycle(std::unique_ptr<Transfer> transfer) {
    if (idle_.size() >= kIdleHandles) return;
    auto fresh = std::make_unique<Transfer>(std::move(transfer->easy), options_);
    idle_.push_back(std::move(fresh));
}

CurlClient::CurlClient(std::unique_ptr<Loop> loop) noexcept : loop_(std::move(loop)) {}
CurlClient::~CurlClient() = default;

Result<std::unique_ptr<CurlClient>> CurlClient::make(CurlOptions options) {
    LJK_CHECK(check_options(options));
    if (!initialise_curl()) return fail(Code::internal, "libcurl cannot be initialised");
    auto loop = std::make_unique<Loop>(std::move(options));
    LJK_CHECK(loop->start());
    return std::unique_ptr<CurlClient>(new CurlClient(std::move(loop)));
}

Result<CallId> CurlClient::send(Call call) { return loop_->send(std::move(call)); }
void CurlClient::cancel(CallId id) { loop_->cancel(id); }
void CurlClient::close() noexcept { loop_->close(); }

}  // namespace lampjack::transport
