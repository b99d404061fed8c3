#pragma once
// IdlePool: objects that nobody uses, kept for the next one who needs one, up to a bound of the process. It has neither a lock
// nor a thread's own storage. So threads that come and go leave nothing behind, and a fork in the middle of any call gives the
// child a pool that works.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace lampjack {

template <class T, std::size_t Count>
class IdleSlots {
public:
    T* take() noexcept {
        for (std::size_t i = 0, at = near(); i < Count; ++i, at = (at + 1) % Count) {
            std::atomic<T*>& place = slots_[at].object;
            if (place.load(std::memory_order_relaxed) == nullptr) continue;
            if (T* found = place.exchange(nullptr, std::memory_order_acquire)) return found;
        }
        return nullptr;
    }
    /// False when all places are taken.
    bool give(T* object) noexcept {
        for (std::size_t i = 0, at = near(); i < Count; ++i, at = (at + 1) % Count) {
            T* nobody = nullptr;
            std::atomic<T*>& place = slots_[at].object;
            if (place.load(std::memory_order_relaxed) == nullptr &&
                place.compare_exchange_strong(nobody, object, std::memory_order_release,
                                              std::memory_order_relaxed))
                return true;
        }
        return false;
    }

private:
    /// Where this thread looks first. Threads are told apart by their stacks: each mostly has a place of its own.
    static std::size_t near() noexcept {
        const char here = 0;
        const auto stack = reinterpret_cast<std::uintptr_t>(&here) >> 16;
        return static_cast<std::size_t>(stack * 0x9E3779B97F4A7C15U >> 40) % Count;
    }

    struct alignas(64) Slot {
        std::atomic<T*> object{nullptr};
    };
    std::array<Slot, Count> slots_{};
};

/// `Count` objects of at most `SmallBytes` each, and larger ones of `LargeBytes` together. `T::bytes()` is what one holds.
/// Trivially destroyed: objects may come back after main has ended.
template <class T, std::size_t Count, std::size_t SmallBytes, std::size_t LargeBytes>
class IdlePool {
public:
    static constexpr std::size_t kMostBytes = Count * SmallBytes + LargeBytes;

    /// One of either size: a large one is looked for first if that is asked for. Null when there is none.
    std::unique_ptr<T> take(bool large) noexcept {
        T* found = large ? take_large() : small_.take();
        if (found == nullptr && large) found = small_.take();
        return std::unique_ptr<T>(found);
    }

    /// Frees it when there is no room.
    void give(std::unique_ptr<T> object) noexcept {
        const std::size_t bytes = object->bytes();
        if (bytes <= SmallBytes) {
            if (small_.give(object.get())) static_cast<void>(object.release());
            return;
        }
        if (bytes > LargeBytes) return;
        if (large_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= LargeBytes &&
            large_.give(object.get())) {
            static_cast<void>(object.release());
            return;
        }
        large_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    }

private:
    T* take_large() noexcept {
        T* found = large_.take();
        if (found != nullptr) large_bytes_.fetch_sub(found->bytes(), std::memory_order_relaxed);
        return found;
    }

    IdleSlots<T, Count> small_;
    IdleSlots<T, 16> large_;
    std::atomic<std::size_t> large_bytes_{0};
};

}  // namespace lampjack
