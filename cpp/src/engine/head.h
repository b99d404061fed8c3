#pragma once
// Head: what the head of a request alone decides, asked before a byte of its body is read. Its place, the limits, the sender
// and the form of the body. receive() and begin() believe none of it: they check the whole request again.

#include "base/clock.h"
#include "model/http_message.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace lampjack::engine {

struct Core;

/// Either it has the finished answer, or the body may be read. Used by one thread at a time; must not outlive its hub.
/// Counts what was read of the body until close() or the end of its life.
class Head {
public:
    Head() = default;
    Head(const Head&) = delete;
    Head& operator=(const Head&) = delete;
    virtual ~Head() = default;

    /// The finished answer; null while the body may be read. Once there is one it stays.
    virtual const model::Answer* answer() const noexcept = 0;
    /// How many bytes of the body may be read.
    virtual std::size_t max_body() const noexcept = 0;
    /// How long reading all of them may take.
    virtual Millis timeout() const noexcept = 0;
    /// So many bytes more have come. False when there is an answer: 413 for a body that is too large, 503 while this process
    /// holds too many bytes of bodies, or when the hub was closed. Read no further then, and drop what came.
    virtual bool take(std::size_t bytes) = 0;
    /// The body was not complete in time: the answer is 408.
    virtual void late() = 0;
    /// The body is held no longer. Twice is a no-op.
    virtual void close() noexcept = 0;
};

/// Never fails: every fault is an answer. `request` is without its body; how long that will be stands in Content-Length, if
/// anywhere. Reads nothing of the store.
std::shared_ptr<Head> check_head(Core& core, std::string_view account,
                                 const model::Request& request);

}  // namespace lampjack::engine
