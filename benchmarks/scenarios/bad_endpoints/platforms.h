#pragma once
// Platforms: servers on this machine that a hub's accounts point to: some that are well, and one for each way we know in
// which a platform misbehaves, for each vendor's adapter.

#include "support/loopback_server.h"
#include "support/tls_server.h"

#include <cstddef>
#include <list>
#include <string>
#include <vector>

namespace bench {

/// A vendor: which settings its accounts need, and how something to send comes about.
struct Vendor {
    const char* name;
    const char* settings;
    const char* base;  ///< the setting that holds the address
    bool is_channel;
};
extern const std::vector<Vendor> kVendors;

struct Account {
    std::string name;
    const Vendor* vendor;
};

/// Who stands beside the destinations that are measured.
enum class Neighbours { none, good, bad };

class Platforms {
public:
    explicit Platforms(Neighbours neighbours);
    ~Platforms();

    const std::vector<Account>& measured() const { return measured_; }
    const std::vector<Account>& neighbours() const { return neighbours_; }
    std::string config(const std::string& store) const;
    /// Connections to where redirects lead.
    int trapped() const { return trap_.connections(); }

private:
    void add(std::vector<Account>& to, const std::string& name, const Vendor& vendor,
             const std::string& url);
    void add_good(const Vendor& vendor);
    void add_bad(const Vendor& vendor);

    lampjack::support::LoopbackServer well_, trap_;
    lampjack::support::Certificate expired_;
    lampjack::support::TlsServer at_expired_;
    std::list<lampjack::support::LoopbackServer> servers_;
    std::vector<Account> measured_, neighbours_;
    std::string accounts_;
    std::string ca_file_;
};

}  // namespace bench
