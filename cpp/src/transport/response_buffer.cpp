#include "transport/response_buffer.h"

#include "base/text.h"

#include <utility>

namespace lampjack::transport {

bool ResponseBuffer::add_header_line(std::string_view line) {
    header_bytes_ += line.size();
    too_large_ = too_large_ || header_bytes_ > limits_.header_bytes;
    if (too_large_) return false;
    if (line.starts_with("HTTP/")) {
        // A status line: the headers so far belonged to an interim answer (1xx).
        response_.headers.clear();
        return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
    return true;
}

bool ResponseBuffer::add_body(std::string_view piece) {
    too_large_ = too_large_ || piece.size() > limits_.body_bytes - response_.body.size();
    if (too_large_) return false;
    response_.body.append(piece);
    return true;
}

model::HttpResponse ResponseBuffer::take(std::int32_t status) {
    model::HttpResponse taken = std::exchange(response_, {});
    taken.status = status;
    header_bytes_ = 0;
    too_large_ = false;
    return taken;
}

}  // namespace lampjack::transport
