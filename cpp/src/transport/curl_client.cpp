#include "transport/curl_client.h"

#include "base/signals_blocked.h"
#include "transport/call_queue.h"
#include "transport/curl_transfer.h"

#include <curl/curl.h>

#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lampjack::transport {
namespace {

struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, FreeMulti>;

constexpr int kLongestPollMs = 60'000;  // the wake-up pipe and libcurl's own timers cut it short
constexpr std::size_t kIdleHandles = 64;

constexpr const char* kNoMemory = "out of memory";

/// The outcome of a call that never left. Short words need no memory; longer ones are left out without it.
Failure not_sent(FailureKind kind, std::string_view words) noexcept {
    Failure failure{kind, {}, {}, false};
    try {
        failure.message = words;
    } catch (const std::bad_alloc&) {}
    return failure;
}

/// Lack of memory passes; a request that is not allowed stays so.
FailureKind kind_of(const Error& error) noexcept {
    return error.code == Code::internal ? FailureKind::connect : FailureKind::refused_by_policy;
}

void tell(const std::function<void(HttpOutcome)>& done, HttpOutcome outcome) noexcept {
    try {
        if (done) done(std::move(outcome));
    } catch (...) {  // as documented: there is nobody to tell, and the other calls must go on
    }
}

bool initialise_curl() {
    static std::once_flag once;
    static CURLcode code = CURLE_FAILED_INIT;
    std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
    return code == CURLE_OK;
}

}  // namespace

/// The thread and all it owns.
class CurlClient::Loop {
public:
    explicit Loop(CurlOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {
        idle_.reserve(kIdleHandles);  // to give one back takes no memory
    }
    ~Loop() { close(); }

    Result<void> start();
    Result<CallId> send(Call call);
    void cancel(CallId id);
    void close() noexcept;

private:
    void run() noexcept;
    void begin(CallId id, Call call) noexcept;
    CurlTransfer* place_for(CallId id) noexcept;
    void reap();
    void finish(CurlTransfer& transfer, HttpOutcome outcome) noexcept;
    std::unique_ptr<CurlTransfer> idle_or_new();

    const CurlOptions options_;
    const std::shared_ptr<const AddressPolicy> strict_ = std::make_shared<const AddressPolicy>();
    CallQueue queue_;
    Multi multi_;  // before the transfers: destroyed after them
    std::unordered_map<CallId, std::unique_ptr<CurlTransfer>> active_;
    std::vector<std::unique_ptr<CurlTransfer>> idle_;
    std::once_flag joined_;
    std::thread thread_;
};

Result<void> CurlClient::Loop::start() {
    if (!multi_) return fail(Code::internal, "libcurl cannot be initialised");
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, long{options_.max_connections});
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                      long{options_.max_connections_per_host});
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
    try {
        LJK_TRY(id, queue_.add(std::move(call)));
        curl_multi_wakeup(multi_.get());
        return id;
    } catch (const std::bad_alloc&) {
        return fail(Code::internal, kNoMemory);
    }
}

void CurlClient::Loop::cancel(CallId id) {
    queue_.cancel(id);
    curl_multi_wakeup(multi_.get());
}

void CurlClient::Loop::close() noexcept {
    queue_.close();
    curl_multi_wakeup(multi_.get());
    std::call_once(joined_, [this] {
        if (thread_.joinable()) thread_.join();
    });
}

void CurlClient::Loop::run() noexcept {
    for (bool open = true; open;) {
        auto orders = queue_.take();
        open = !orders.close;
        for (auto& [id, call] : orders.calls) begin(id, std::move(call));
        for (const CallId id : orders.cancels)
            if (const auto found = active_.find(id); found != active_.end())
                finish(*found->second, found->second->cancelled());
        if (!open) break;
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        reap();
        curl_multi_poll(multi_.get(), nullptr, 0, kLongestPollMs, nullptr);
    }
    while (!active_.empty()) {
        CurlTransfer& transfer = *active_.begin()->second;
        finish(transfer, transfer.cancelled());
    }
}

void CurlClient::Loop::begin(CallId id, Call call) noexcept {
    CurlTransfer* transfer = place_for(id);
    if (transfer == nullptr) return tell(call.done, not_sent(FailureKind::connect, kNoMemory));
    try {
        if (const auto ready = transfer->prepare(id, std::move(call)); !ready)
            return finish(*transfer, not_sent(kind_of(ready.error()), ready.error().message));
    } catch (const std::bad_alloc&) {
        return finish(*transfer, not_sent(FailureKind::connect, kNoMemory));
    }
    if (const CURLMcode code = curl_multi_add_handle(multi_.get(), transfer->handle());
        code != CURLM_OK)
        finish(*transfer, not_sent(FailureKind::connect, curl_multi_strerror(code)));
}

/// Null without memory for one.
CurlTransfer* CurlClient::Loop::place_for(CallId id) noexcept {
    try {
        auto transfer = idle_or_new();
        if (!transfer->is_usable()) return nullptr;
        return active_.emplace(id, std::move(transfer)).first->second.get();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void CurlClient::Loop::reap() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        const CURLcode code = message->data.result;  // the message dies with the handle's removal
        CurlTransfer* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(*transfer, transfer->outcome(code));
    }
}

/// Reports after the handle is back in the pool, so that the callback may send at once.
void CurlClient::Loop::finish(CurlTransfer& transfer, HttpOutcome outcome) noexcept {
    curl_multi_remove_handle(multi_.get(), transfer.handle());
    auto owned = std::move(active_.extract(transfer.id()).mapped());
    const auto done = owned->release();
    if (idle_.size() < kIdleHandles) idle_.push_back(std::move(owned));
    tell(done, std::move(outcome));
}

std::unique_ptr<CurlTransfer> CurlClient::Loop::idle_or_new() {
    if (idle_.empty()) return std::make_unique<CurlTransfer>(options_);
    auto transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
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
