#pragma once
// A table of C functions as the core's HttpClient.

#include "capi/guard.h"
#include "lampjack/extend.h"
#include "transport/http_client.h"

namespace lampjack::capi {

/// Checks and copies the table.
Result<std::shared_ptr<transport::HttpClient>> make_client(const ljk_http_client* table);

}  // namespace lampjack::capi
