#pragma once
// ResponseBuffer: collects an answer as it arrives, within limits.

#include "model/http_message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lampjack::transport {

class ResponseBuffer {
public:
    struct Limits {
        std::size_t body_bytes = 0;
        std::size_t header_bytes = 0;
    };
    explicit ResponseBuffer(Limits limits) noexcept : limits_(limits) {}

    /// One line of the answer's head, line end included. False: too large, stop reading.
    bool add_header_line(std::string_view line);
    /// The next piece of the body. False: too large, stop reading.
    bool add_body(std::string_view piece);
    bool is_too_large() const noexcept { return too_large_; }

    /// Hands over what was collected and starts afresh.
    model::HttpResponse take(std::int32_t status);

private:
    Limits limits_;
    model::HttpResponse response_;
    std::size_t header_bytes_ = 0;
    bool too_large_ = false;
};

}  // namespace lampjack::transport
