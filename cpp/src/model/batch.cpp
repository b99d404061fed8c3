#include "model/batch.h"

#include "base/idle_pool.h"
#include "json/index.h"

#include <memory>

namespace lampjack::model {
namespace {

/// A batch that holds more text is not looked for among the small ones first.
constexpr std::size_t kSmallText = 32 << 10;

// Fresh memory costs 1.3 to 2.7 times the parsing itself, so emptied batches wait here for the next request: one lies idle for
// each of 32 threads, and one of an offload of the largest size.
using Pool = IdlePool<Batch, 32, 256 << 10, 20 << 20>;
constinit Pool g_pool;

/// What a process keeps idle of all that requests needed.
constexpr std::size_t kMostIdle = 64 << 20;
static_assert(Pool::kMostBytes + json::kMostIdleIndexes <= kMostIdle);

template <class T>
std::size_t held(const T& list) noexcept {
    return list.capacity() * sizeof(typename T::value_type);
}

}  // namespace

BatchPtr BatchPtr::make(std::size_t text) {
    std::unique_ptr<Batch> batch = g_pool.take(text > kSmallText);
    if (!batch) [[unlikely]]
        batch = std::make_unique<Batch>();
    BatchPtr ptr;
    ptr.batch_ = batch.release();
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
        g_pool.give(std::unique_ptr<Batch>(batch_));
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
