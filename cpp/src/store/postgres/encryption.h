#pragma once
// Whether the way to the server is encrypted, or was chosen not to be: libpq alone would prefer TLS and go on without it.

#include "store/postgres/target.h"

#include <string_view>

namespace lampjack::store::postgres {

/// Code::config when a host is on another machine and neither the URL nor its service nor the environment says `sslmode`.
/// Opens nothing. The environment is read as libpq reads it.
Result<void> check_encryption(const LibPq& pq, const Target& target);

/// Whether it leads to this machine: a folder or an abstract name of Unix sockets, `localhost`, a loopback address. Empty:
/// libpq's own socket.
bool is_here(std::string_view host) noexcept;

}  // namespace lampjack::store::postgres
