#include "transport/ca_bundle.h"

#include <gtest/gtest.h>

#include <vector>

namespace lampjack::transport {
namespace {

TEST(PickCaBundle, takes_the_first_that_exists_and_skips_unset_ones) {
    const std::vector<std::string_view> candidates{"", "/custom.pem", "/a.pem", "/b.pem"};
    std::vector<std::string> asked;
    const auto exists = [&](std::string_view path) {
        asked.emplace_back(path);
        return path == "/a.pem" || path == "/b.pem";
    };
    EXPECT_EQ(pick_ca_bundle(candidates, exists), "/a.pem");
    EXPECT_EQ(asked, (std::vector<std::string>{"/custom.pem", "/a.pem"}));
}

TEST(PickCaBundle, is_empty_when_there_is_none) {
    EXPECT_EQ(pick_ca_bundle(known_ca_bundles(), [](std::string_view) { return false; }), "");
    EXPECT_EQ(pick_ca_bundle({}, [](std::string_view) { return true; }), "");
}

TEST(KnownCaBundles, covers_each_distribution_by_itself) {
    for (const std::string_view only :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
        EXPECT_EQ(
            pick_ca_bundle(known_ca_bundles(), [&](std::string_view path) { return path == only; }),
            only);
}

}  // namespace
}  // namespace lampjack::transport
