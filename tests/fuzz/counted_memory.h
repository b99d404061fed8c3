#pragma once
// What `new` has given and not got back, in bytes. To be included by the one source of a target: it replaces new and delete.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace lampjack::fuzz {

class CountedMemory {
public:
    static std::size_t live() noexcept { return live_.load(); }
    static std::size_t peak() noexcept { return peak_.load(); }
    /// From here on peak() is the most that lives at a time.
    static void reset_peak() noexcept { peak_ = live_.load(); }

    static void* take(std::size_t size, std::size_t alignment) {
        void* memory =
            alignment <= alignof(std::max_align_t)
                ? std::malloc(size)
                : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
        if (memory == nullptr) throw std::bad_alloc();
        const auto live = live_ += malloc_usable_size(memory);
        for (auto peak = peak_.load(); live > peak && !peak_.compare_exchange_weak(peak, live);) {}
        return memory;
    }
    static void give(void* memory) noexcept {
        if (memory == nullptr) return;
        live_ -= malloc_usable_size(memory);
        std::free(memory);
    }

private:
    static inline std::atomic<std::size_t> live_ = 0;
    static inline std::atomic<std::size_t> peak_ = 0;
};

}  // namespace lampjack::fuzz

// The forms for arrays call these. The forms without throwing are here, too: a sanitizer's own would give memory that the delete
// below does not know.
void* operator new(std::size_t size) { return lampjack::fuzz::CountedMemory::take(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return lampjack::fuzz::CountedMemory::take(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return lampjack::fuzz::CountedMemory::take(size, 1);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept { lampjack::fuzz::CountedMemory::give(memory); }
void operator delete(void* memory, std::size_t) noexcept {
    lampjack::fuzz::CountedMemory::give(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    lampjack::fuzz::CountedMemory::give(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    lampjack::fuzz::CountedMemory::give(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    lampjack::fuzz::CountedMemory::give(memory);
}
