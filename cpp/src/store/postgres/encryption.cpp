#include "store/postgres/encryption.h"

#include "base/text.h"
#include "store/postgres/connecting.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <string>

namespace lampjack::store::postgres {
namespace {

/// What a connection would be opened with.
struct Resolved {
    std::string host, hostaddr, sslmode, gssencmode;
};

/// Lets libpq put URL, service file and environment together. It refuses the last keyword before it opens a socket.
Resolved resolve(const LibPq& pq, const Target& target) {
    std::vector<const char*> keywords = target.keywords(), values = target.values();
    keywords.insert(keywords.end() - 1, "channel_binding");
    values.insert(values.end() - 1, "not-to-be-opened");
    const Connecting no_fork;
    const std::unique_ptr<PGconn, decltype(&::PQfinish)> unopened(
        pq.PQconnectStartParams(keywords.data(), values.data(), 0), pq.PQfinish);
    const std::unique_ptr<PQconninfoOption, decltype(&::PQconninfoFree)> options(
        unopened ? pq.PQconninfo(unopened.get()) : nullptr, pq.PQconninfoFree);
    Resolved found;
    for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr;
         ++one) {
        const std::string_view keyword = one->keyword;
        const char* const value = one->val == nullptr ? "" : one->val;
        if (keyword == "host") found.host = value;
        if (keyword == "hostaddr") found.hostaddr = value;
        if (keyword == "sslmode") found.sslmode = value;
        if (keyword == "gssencmode") found.gssencmode = value;
    }
    return found;
}

/// Takes the text before the next comma off the list.
std::string_view next_of(std::string_view& list) noexcept {
    const auto comma = list.find(',');
    const std::string_view one = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    return one;
}

/// An address stands for the name beside it. libpq tries all of them.
bool are_all_here(std::string_view hosts, std::string_view addresses) noexcept {
    do {
        const std::string_view host = next_of(hosts), address = next_of(addresses);
        if (!is_here(address.empty() ? host : address)) return false;
    } while (!hosts.empty() || !addresses.empty());
    return true;
}

bool is_loopback(const std::string& address) noexcept {
    in_addr four{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1)
        return (ntohl(four.s_addr) >> 24U) == 127;
    in6_addr six{};
    if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return false;
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127;
    return mapped || IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace

bool is_here(std::string_view host) noexcept {
    if (host.empty() || host.starts_with('/') || host.starts_with('@')) return true;
    return equals_ignoring_case(host, "localhost") ||
           (host.size() < INET6_ADDRSTRLEN && is_loopback(std::string(host)));
}

Result<void> check_encryption(const LibPq& pq, const Target& target) {
    if (target.has("sslmode")) return {};
    const Resolved found = resolve(pq, target);
    // libpq's own default, which goes on in clear text where the server, or who stands before it, has no TLS.
    // A libpq that tells nothing would use it, too.
    const bool is_open =
        (found.sslmode.empty() || found.sslmode == "prefer") && found.gssencmode != "require";
    if (!is_open || are_all_here(found.host, found.hostaddr)) return {};
    return fail(Code::config,
                "the store's URL leads to another machine and does not say whether the way there "
                "is encrypted: add sslmode=verify-full to it (and sslrootcert, where the system "
                "does not know the certificate's issuer), or sslmode=disable if nobody else can "
                "read or enter that network");
}

}  // namespace lampjack::store::postgres
