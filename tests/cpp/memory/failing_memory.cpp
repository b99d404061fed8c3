#include "memory/failing_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include <sqlite3.h>

namespace lampjack::testing {
namespace {

struct Plan {
    bool is_on = false;
    std::size_t at = 0;
    bool for_good = false;
    FailingMemory::Spent spent;
};
thread_local Plan plan;
std::atomic<std::ptrdiff_t> live = 0;

void* take(std::size_t size, std::size_t alignment) {
    if (FailingMemory::fails()) throw std::bad_alloc();
    if (size == 0) size = 1;
    void* bytes =
        alignment <= alignof(std::max_align_t)
            ? std::malloc(size)
            : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (bytes == nullptr) throw std::bad_alloc();
    live.fetch_add(1, std::memory_order_relaxed);
    return bytes;
}

void give_back(void* bytes) noexcept {
    if (bytes == nullptr) return;
    live.fetch_sub(1, std::memory_order_relaxed);
    std::free(bytes);
}

sqlite3_mem_methods plain;

void* sqlite_take(int size) {
    if (FailingMemory::fails()) return nullptr;
    void* bytes = plain.xMalloc(size);
    if (bytes != nullptr) live.fetch_add(1, std::memory_order_relaxed);
    return bytes;
}
void* sqlite_resize(void* bytes, int size) {
    return FailingMemory::fails() ? nullptr : plain.xRealloc(bytes, size);
}
void sqlite_give_back(void* bytes) {
    if (bytes != nullptr) live.fetch_sub(1, std::memory_order_relaxed);
    plain.xFree(bytes);
}

/// Before SQLite is used for the first time, which is when the program begins.
[[maybe_unused]] const bool installed = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
    sqlite3_mem_methods failing = plain;
    failing.xMalloc = sqlite_take;
    failing.xRealloc = sqlite_resize;
    failing.xFree = sqlite_give_back;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) std::abort();
    return true;
}();

}  // namespace

bool FailingMemory::fails() noexcept {
    if (!plan.is_on) return false;
    const std::size_t number = ++plan.spent.allocations;
    if (plan.at == 0 || number < plan.at || (number > plan.at && !plan.for_good)) return false;
    ++plan.spent.failures;
    return true;
}

void FailingMemory::fail_at(std::size_t number, bool for_good) {
    plan = {true, number, for_good, {}};
}

FailingMemory::Spent FailingMemory::plenty() {
    plan.is_on = false;
    return plan.spent;
}

std::ptrdiff_t FailingMemory::blocks() { return live.load(); }

}  // namespace lampjack::testing

// All forms that anybody here uses. The standard library's others would end here by themselves, a sanitizer's would not.
void* operator new(std::size_t size) {
    return lampjack::testing::take(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return lampjack::testing::take(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& nothrow) noexcept {
    return operator new(size, nothrow);
}
void operator delete(void* bytes) noexcept { lampjack::testing::give_back(bytes); }
void operator delete(void* bytes, std::size_t) noexcept { lampjack::testing::give_back(bytes); }
void operator delete(void* bytes, const std::nothrow_t&) noexcept {
    lampjack::testing::give_back(bytes);
}
void operator delete(void* bytes, std::align_val_t) noexcept {
    lampjack::testing::give_back(bytes);
}
void operator delete(void* bytes, std::size_t, std::align_val_t) noexcept {
    lampjack::testing::give_back(bytes);
}
void operator delete[](void* bytes) noexcept { lampjack::testing::give_back(bytes); }
void operator delete[](void* bytes, std::size_t) noexcept { lampjack::testing::give_back(bytes); }
void operator delete[](void* bytes, const std::nothrow_t&) noexcept {
    lampjack::testing::give_back(bytes);
}
