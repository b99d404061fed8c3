#pragma once
// Index: simdjson's first stage over one body. It finds every token start and checks UTF-8 and control characters; what a
// Cursor makes of the result stands in the memory for tokens beside it.

#include "base/result.h"
#include "json/limits.h"
#include "json/scan.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace lampjack::json {

class Index {
public:
    Index();
    ~Index();
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;

    /// Indexes `size` bytes followed by at least 64 readable ones. What must have more values than the limit is refused before
    /// any memory is reserved for them; a Cursor with the same limits refuses the rest.
    Result<void> build(const char* body, std::size_t size, const Limits& limits = {});

    /// What the last build found; valid until the next one.
    const Indexed& document() const noexcept { return document_; }
    std::size_t count() const noexcept { return document_.count; }
    /// Room for all that scan() writes. What is written there stays valid until the next build.
    Token* tokens() noexcept { return tokens_; }
    /// Bytes held.
    std::size_t bytes() const noexcept;
    /// How many of them the last build and its scan may have written.
    std::size_t used() const noexcept;

private:
    struct Stage;
    std::unique_ptr<Stage> stage_;
    Indexed document_{};
    Token* tokens_ = nullptr;
    std::size_t reserved_ = 0;  ///< tokens, for the last build
};

/// An index from those that lie idle. It goes back at the end of its scope, when the batch is built. A document inside a
/// string needs one of its own.
class BorrowedIndex {
public:
    /// `size` is the body's: for the small ones an index is nearly always there.
    explicit BorrowedIndex(std::size_t size);
    ~BorrowedIndex();
    BorrowedIndex(const BorrowedIndex&) = delete;
    BorrowedIndex& operator=(const BorrowedIndex&) = delete;

    Index& operator*() noexcept { return *index_; }
    Index* operator->() noexcept { return index_.get(); }

private:
    std::unique_ptr<Index> index_;
};

/// How many bytes of indexes lie idle at most in a process.
inline constexpr std::size_t kMostIdleIndexes = 32 << 20;

}  // namespace lampjack::json
