#pragma once
// Batch: one request's events in one block. Built once, immutable afterwards, shared by count, and reused from a pool.

#include "model/event.h"

#include <boost/container/vector.hpp>

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lampjack::model {

/// A list that stores its length: with std::vector each index of an appended row would cost a division.
template <class T>
using Rows = boost::container::vector<T>;

class Batch {
public:
    /// The platform whose reader made it (static storage), or whose name canonical JSON gave; empty for user-made content.
    std::string_view platform() const noexcept {
        return reader.empty() ? view(platform_name) : reader;
    }

    std::string_view reader;
    Str platform_name;
    json::Text text;
    std::vector<std::uint32_t>
        roots;  ///< the request's events, in order; transcript events are not among them
    Rows<Event> events;
    Rows<ConversationId> conversations;
    Rows<Actor> actors;
    Rows<Part> parts;
    Rows<Card> cards;
    Rows<Option> options;
    Rows<Extra> extras;

    std::string_view view(Str str) const noexcept { return text.view(str); }
    std::size_t size() const noexcept { return roots.size(); }
    const Event& root(std::size_t i) const noexcept { return events[roots[i]]; }
    std::span<const Part> parts_of(const Event& event) const noexcept {
        return slice(parts, event.parts);
    }
    std::span<const Event> transcript_of(const Event& event) const noexcept {
        return slice(events, event.transcript);
    }
    std::span<const Card> cards_of(const Part& part) const noexcept {
        return slice(cards, part.cards);
    }
    std::span<const Option> options_of(Range range) const noexcept { return slice(options, range); }

    /// Calls `visit(const Extra&)` for each entry of a chain, in document order.
    template <class Visit>
    void each(Chain chain, Visit&& visit) const {
        for (std::uint32_t i = chain.head; i != kNone; i = extras[i].next) visit(extras[i]);
    }
    /// The raw JSON of the first entry of that scope and name; absent when there is none.
    Str find(Chain chain, Scope scope, std::string_view key) const noexcept;

    /// Bytes held, for the pool and for measurements.
    std::size_t bytes() const noexcept;
    void clear() noexcept;

private:
    friend class BatchPtr;
    template <class T>
    static std::span<const T> slice(const Rows<T>& all, Range range) noexcept {
        return std::span<const T>(all).subspan(range.first, range.count);
    }
    std::atomic<std::uint32_t> owners_{0};
};

/// Whether a text can be a vendor's id: 1 to 256 bytes without control characters.
bool is_id(std::string_view text) noexcept;
/// The same for a text of a batch: where it stands in the body, only an escape could have made a control character.
inline bool is_id(const Batch& batch, Str text) noexcept {
    const bool escaped = (text.offset & Str::kArena) != 0;
    return escaped ? is_id(batch.view(text)) : text.size - 1U < 256U;
}

/// Shared ownership of a Batch; the last owner returns it to the pool. Copies may live in any thread.
class BatchPtr {
public:
    BatchPtr() = default;
    BatchPtr(const BatchPtr& other) noexcept : batch_(other.batch_) { retain(); }
    BatchPtr(BatchPtr&& other) noexcept : batch_(other.batch_) { other.batch_ = nullptr; }
    BatchPtr& operator=(BatchPtr other) noexcept {
        std::swap(batch_, other.batch_);
        return *this;
    }
    ~BatchPtr() { release(); }

    /// An empty batch, from the pool when it has one. `text` is about how many bytes of text it will hold.
    static BatchPtr make(std::size_t text = 0);

    const Batch& operator*() const noexcept { return *batch_; }
    const Batch* operator->() const noexcept { return batch_; }
    const Batch* get() const noexcept { return batch_; }
    explicit operator bool() const noexcept { return batch_ != nullptr; }
    /// The batch for its builder, while nobody else holds it.
    Batch& mutate() noexcept { return *batch_; }

private:
    void retain() const noexcept {
        if (batch_ != nullptr) batch_->owners_.fetch_add(1, std::memory_order_relaxed);
    }
    void release() noexcept;

    Batch* batch_ = nullptr;
};

}  // namespace lampjack::model
