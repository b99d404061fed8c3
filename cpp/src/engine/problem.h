#pragma once
// Problem documents (RFC 9457): how a request is refused where the platform documents no body of its own.

#include "base/result.h"
#include "model/http_message.h"

namespace lampjack::engine {

model::Answer problem(std::int32_t status, Code code, std::string_view detail);
/// The status that belongs to an error of receive(): 400, 401, 404, 413, 503 …
model::Answer problem(const Error& error);

}  // namespace lampjack::engine
