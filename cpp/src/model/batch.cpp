#include "model/batch.h"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace lampjack::model {
namespace {

constexpr std::size_t kPooled = 32;
constexpr std::size_t kSmallText = 64 << 10;      // its lists cannot be large either
constexpr std::size_t kLargestPooled = 16 << 20;  // an offload of the largest size
constexpr std::size_t kPooledBytes = 32 << 20;

// Fresh memory costs 1.3 to 2.7 times the parsing itself, so emptied batches wait here for the next request.
class Pool {
public:
    std::unique_ptr<Batch> take() {
        std::lock_guard lock(mutex_);
        if (free_.empty()) return nullptr;
        auto batch = std::move(free_.back());
        free_.pop_back();
        bytes_ -= batch->bytes();
        return batch;
    }
    void give(std::unique_ptr<Batch> batch) noexcept {
        const std::size_t bytes = batch->bytes();
        if (bytes > kLargestPooled) return;
        std::lock_guard lock(mutex_);
        if (free_.size() >= kPooled || bytes_ + bytes > kPooledBytes) return;
        bytes_ += bytes;
        free_.push_back(std::move(batch));
    }
    Pool() { free_.reserve(kPooled); }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Batch>> free_;
    std::size_t bytes_ = 0;
};

// Never destroyed: batches held by static objects may come back after main has ended.
Pool& pool() {
    static Pool* const instance = new Pool;
    return *instance;
}

// Before the pool, each thread keeps one small batch for itself: to take it costs neither a lock nor an atomic step.
// Trivial, so that it can be asked after the thread's own destructors have run.
struct Kept {
    Batch* batch;
    bool thread_ends;
};
constinit thread_local Kept t_kept{nullptr, false};

struct KeptEnds {
    KeptEnds() noexcept {}
    ~KeptEnds() {
        t_kept.thread_ends = true;
        if (t_kept.batch != nullptr) pool().give(std::unique_ptr<Batch>(t_kept.batch));
        t_kept.batch = nullptr;
    }
};

bool keep(Kept& kept, Batch* batch) noexcept {
    if (kept.batch != nullptr || kept.thread_ends || batch->text.bytes() > kSmallText) return false;
    thread_local KeptEnds ends;
    kept.batch = batch;
    return true;
}

template <class T>
std::size_t held(const T& list) noexcept {
    return list.capacity() * sizeof(typename T::value_type);
}

}  // namespace

BatchPtr BatchPtr::make() {
    BatchPtr ptr;
    ptr.batch_ = std::exchange(t_kept.batch, nullptr);
    if (ptr.batch_ == nullptr) [[unlikely]] {
        auto batch = pool().take();
        if (!batch) batch = std::make_unique<Batch>();
        ptr.batch_ = batch.release();
    }
    ptr.batch_->owners_.store(1, std::memory_order_relaxed);
    return ptr;
}

void BatchPtr::release() noexcept {
    if (batch_ == nullptr) return;
    // The only owner needs no atomic step to give it up: nobody else can become one meanwhile.
    const bool last = batch_->owners_.load(std::memory_order_acquire) == 1 ||
                      batch_->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last) {
        batch_->clear();
        if (!keep(t_kept, batch_)) pool().give(std::unique_ptr<Batch>(batch_));
    }
    batch_ = nullptr;
}

bool is_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > 256) return false;
    bool good = true;
    for (const char c : text) good &= static_cast<unsigned char>(c) >= 0x20;
    return good;
}

Str Batch::find(Chain chain, Scope scope, std::string_view key) const noexcept {
    for (std::uint32_t i = chain.head; i != kNone; i = extras[i].next)
        if (extras[i].scope == scope && view(extras[i].key) == key) return extras[i].raw;
    return {};
}

std::size_t Batch::bytes() const noexcept {
    return sizeof(Batch) + text.bytes() + held(roots) + held(events) + held(conversations) +
           held(actors) + held(parts) + held(cards) + held(options) + held(extras);
}

void Batch::clear() noexcept {
    reader = {};
    platform_name = {};
    roots.clear();
    events.clear();
    conversations.clear();
    actors.clear();
    parts.clear();
    cards.clear();
    options.clear();
    extras.clear();
    text.arena().clear();
}

}  // namespace lampjack::model
