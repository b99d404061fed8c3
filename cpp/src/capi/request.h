#pragma once
// A request as C gives it, as the core's model::Request.

#include "capi/guard.h"
#include "model/http_message.h"

#include <vector>

namespace lampjack::capi {

/// Borrows the strings, owns the list of headers; immovable because the view points into it.
class RequestView {
public:
    RequestView() = default;
    RequestView(const RequestView&) = delete;
    RequestView& operator=(const RequestView&) = delete;

    Result<void> read(const ljk_request* given);
    const model::Request& get() const noexcept { return request_; }

private:
    std::vector<model::HeaderView> headers_;
    model::Request request_;
};

}  // namespace lampjack::capi
