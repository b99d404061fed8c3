#pragma once
// What a Chatlayer app's relay sends to one of its paths, with the bearer token `rt-made-up`.

#include "model/http_message.h"

#include <array>
#include <string_view>

namespace lampjack::test {

/// `path` and `body` must outlive it.
inline model::Request relay_request(std::string_view path, std::string_view body) {
    static constexpr std::array<model::HeaderView, 2> headers{
        model::HeaderView{"content-type", "application/json"},
        model::HeaderView{"authorization", "Bearer rt-made-up"}};
    model::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = headers;
    request.body = body;
    return request;
}

}  // namespace lampjack::test
