#pragma once
// What a failure of the server or of its connection means to a caller: run the change again, come back later, or repair
// the configuration. Messages name neither the password nor any row's content.

#include "base/result.h"

#include <string_view>

namespace lampjack::store::postgres {

/// The connection is gone in the middle of something: whether it took effect is not known, so the whole change runs again
/// and finds out by its keys.
Error connection_lost();
/// The server's word, by its five letters of SQLSTATE. `text` is its primary message.
Error error_of(std::string_view sqlstate, std::string_view text);
/// Whether the connection is of no use any more after this state.
bool ends_connection(std::string_view sqlstate) noexcept;

}  // namespace lampjack::store::postgres
