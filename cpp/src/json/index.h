#pragma once
// Index: simdjson's first stage over one body. It finds every token start and checks UTF-8 and control characters; what a
// Cursor makes of the result stands in the memory for tokens beside it.

#include "base/result.h"
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

    /// Indexes `size` bytes followed by at least 64 readable ones.
    Result<void> build(const char* body, std::size_t size);

    /// What the last build found; valid until the next one.
    const Indexed& document() const noexcept { return document_; }
    std::size_t count() const noexcept { return document_.count; }
    /// Room for a token each and two more. What is written there stays valid until the next build.
    Token* tokens() noexcept { return tokens_; }

    /// The calling thread's own index, made on first use and reused. A document inside a string needs an index of its own.
    static Index& of_this_thread();

private:
    struct Stage;
    std::unique_ptr<Stage> stage_;
    Indexed document_{};
    Token* tokens_ = nullptr;
};

}  // namespace lampjack::json
