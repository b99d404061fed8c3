#pragma once
// Connecting: keeps forks out while a session is opened or ended. Both take locks of libpq, GSSAPI and OpenSSL, which none
// of them frees in a child: its first connection would wait for ever.

namespace lampjack::store::postgres {

/// While one lives, a fork waits, for 5 seconds at most.
class Connecting {
public:
    Connecting();
    ~Connecting();
    Connecting(const Connecting&) = delete;
    Connecting& operator=(const Connecting&) = delete;
};

}  // namespace lampjack::store::postgres
