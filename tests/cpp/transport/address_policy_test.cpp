#include "transport/address_policy.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace lampjack::transport {
namespace {

using Scheme = AddressPolicy::Scheme;

struct Row {
    const char* address;
    bool global;
};

/// The edges of every block of the IANA special-purpose registries, each with its neighbours
/// outside.
constexpr Row kRows[] = {
    // IPv4
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"1.0.0.0", true},
    {"1.1.1.1", true},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.1.2.3", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.0", false},
    {"127.0.0.1", false},
    {"127.1.2.3", false},
    {"127.255.255.255", false},
    {"128.0.0.0", true},
    {"169.253.255.255", true},
    {"169.254.0.0", false},
    {"169.254.169.254", false},
    {"169.254.255.255", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"191.255.255.255", true},
    {"192.0.0.0", false},
    {"192.0.0.192", false},
    {"192.0.0.255", false},
    {"192.0.1.0", true},
    {"192.0.1.255", true},
    {"192.0.2.0", false},
    {"192.0.2.255", false},
    {"192.0.3.0", true},
    {"192.88.98.255", true},
    {"192.88.99.0", false},
    {"192.88.99.1", false},
    {"192.88.99.255", false},
    {"192.88.100.0", true},
    {"192.167.255.255", true},
    {"192.168.0.0", false},
    {"192.168.1.1", false},
    {"192.168.255.255", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.99.255", true},
    {"198.51.100.0", false},
    {"198.51.100.255", false},
    {"198.51.101.0", true},
    {"203.0.112.255", true},
    {"203.0.113.0", false},
    {"203.0.113.255", false},
    {"203.0.114.0", true},
    {"223.255.255.255", true},
    {"224.0.0.0", false},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.0", false},
    {"250.1.2.3", false},
    {"255.255.255.254", false},
    {"255.255.255.255", false},
    // IPv6, outside global unicast
    {"::", false},
    {"::1", false},
    {"::2", false},
    {"::127.0.0.1", false},
    {"::8.8.8.8", false},
    {"::ffff:0:0:1", false},
    {"64:ff9a::1", false},
    {"100::", false},
    {"100::1", false},
    {"100:0:0:1::", false},
    {"1fff:ffff::", false},
    {"4000::", false},
    {"5f00::1", false},
    {"8000::1", false},
    {"fbff::1", false},
    {"fc00::", false},
    {"fd12:3456:789a::1", false},
    {"fdff:ffff::1", false},
    {"fe00::1", false},
    {"fe80::", false},
    {"fe80::a9fe:a9fe", false},
    {"febf::1", false},
    {"fec0::1", false},
    {"feff::1", false},
    {"ff00::", false},
    {"ff02::1", false},
    {"ff0e::1", false},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    // IPv6, inside
    {"2000::", true},
    {"2000:ffff::1", true},
    {"2001::", false},
    {"2001::1", false},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
    {"2001:2::1", false},
    {"2001:10::1", false},
    {"2001:20::1", false},
    {"2001:1ff:ffff::1", false},
    {"2001:200::1", true},
    {"2001:db7:ffff::1", true},
    {"2001:db8::", false},
    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:db9::1", true},
    {"2001:4860:4860::8888", true},
    {"2003::1", true},
    {"2606:4700:4700::1111", true},
    {"2620:fe::fe", true},
    {"3ffe:ffff::1", true},
    {"3fff::1", false},
    {"3fff:fff::1", false},
    {"3fff:1000::1", true},
    {"3fff:ffff::1", true},
    // IPv4-mapped: the inner address decides
    {"::ffff:8.8.8.8", true},
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.0.0.1", false},
    {"::ffff:169.254.169.254", false},
    {"::ffff:0.0.0.0", false},
    {"::ffff:172.15.0.1", true},
    {"::ffff:7f00:1", false},
    {"::fffe:8.8.8.8", false},
    // NAT64: the last four bytes decide; the local-use prefix is never global
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b::127.0.0.1", false},
    {"64:ff9b::10.0.0.1", false},
    {"64:ff9b::169.254.169.254", false},
    {"64:ff9b::192.168.0.1", false},
    {"64:ff9b::", false},
    {"64:ff9b:0:0:0:1:808:808", false},
    {"64:ff9b:1::8.8.8.8", false},
    {"64:ff9b:1::10.0.0.1", false},
    {"64:ff9b:1:ffff::1", false},
    // 6to4: the second to the fifth byte decide
    {"2002:808:808::1", true},
    {"2002:7f00:1::1", false},
    {"2002:a00:1::", false},
    {"2002:a9fe:a9fe::1", false},
    {"2002:c0a8:101::1", false},
    {"2002::", false},
    {"2002:e000:1::", false},
    {"2002:ac0f:ffff::", true},
    {"2002:ac10::", false},
};

TEST(IsGlobal, judges_the_edges_of_every_special_block) {
    static_assert(std::size(kRows) >= 120);
    std::set<std::string> seen;
    for (const Row& row : kRows) {
        EXPECT_TRUE(seen.insert(row.address).second) << row.address << " is listed twice";
        const auto address = parse_address(row.address);
        ASSERT_TRUE(address) << row.address;
        EXPECT_EQ(is_global(*address), row.global) << row.address;
    }
}

TEST(AddressPolicy, by_default_allows_global_addresses_by_https_and_nothing_by_http) {
    const AddressPolicy policy;
    EXPECT_FALSE(policy.allows_http());
    for (const Row& row : kRows) {
        EXPECT_FALSE(policy.allows(*parse_address(row.address), Scheme::http)) << row.address;
        const bool metadata = is_metadata(*parse_address(row.address));
        EXPECT_EQ(policy.allows(*parse_address(row.address), Scheme::https),
                  row.global && !metadata)
            << row.address;
    }
}

AddressPolicy allowing(std::vector<std::string> networks) {
    return AddressPolicy(*parse_networks(networks));
}

TEST(AddressPolicy, opens_exactly_the_listed_networks_also_by_http) {
    const auto policy = allowing({"127.0.0.0/8", "10.20.0.0/16", "fd00::/8"});
    EXPECT_TRUE(policy.allows_http());
    for (const char* text : {"127.0.0.1", "127.255.0.1", "10.20.30.40", "fd00::1",
                             "::ffff:127.0.0.1", "::ffff:10.20.0.1"}) {
        EXPECT_TRUE(policy.allows(*parse_address(text), Scheme::https)) << text;
        EXPECT_TRUE(policy.allows(*parse_address(text), Scheme::http)) << text;
    }
    for (const char* text : {"10.21.0.1", "192.168.0.1", "::1", "fe80::1", "fc00::1", "0.0.0.0"}) {
        EXPECT_FALSE(policy.allows(*parse_address(text), Scheme::https)) << text;
        EXPECT_FALSE(policy.allows(*parse_address(text), Scheme::http)) << text;
    }
    EXPECT_TRUE(policy.allows(*parse_address("8.8.8.8"), Scheme::https));
    EXPECT_FALSE(policy.allows(*parse_address("8.8.8.8"), Scheme::http));
}

TEST(AddressPolicy, a_listed_network_does_not_open_the_tunnels_that_lead_to_it) {
    const auto policy = allowing({"10.0.0.0/8"});
    ASSERT_TRUE(policy.allows(*parse_address("10.0.0.1"), Scheme::https));
    for (const char* text : {"64:ff9b::10.0.0.1", "2002:a00:1::1", "::10.0.0.1"})
        EXPECT_FALSE(policy.allows(*parse_address(text), Scheme::https)) << text;
    EXPECT_TRUE(
        allowing({"64:ff9b:1::/48"}).allows(*parse_address("64:ff9b:1::10.0.0.1"), Scheme::https));
}

TEST(AddressPolicy, metadata_addresses_stay_closed_whatever_is_listed) {
    const auto policy =
        allowing({"169.254.0.0/16", "169.254.169.254", "100.64.0.0/10", "168.63.129.16",
                  "192.0.0.0/24", "fd00::/8", "64:ff9b::/96", "2002::/16"});
    ASSERT_TRUE(policy.allows(*parse_address("169.254.1.1"), Scheme::http));
    ASSERT_TRUE(policy.allows(*parse_address("fd00:ec2::1"), Scheme::http));
    ASSERT_TRUE(policy.allows(*parse_address("64:ff9b::10.0.0.1"), Scheme::http));
    for (const char* text :
         {"169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16",
          "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "::ffff:169.254.169.254",
          "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1"}) {
        EXPECT_TRUE(is_metadata(*parse_address(text))) << text;
        EXPECT_FALSE(policy.allows(*parse_address(text), Scheme::https)) << text;
    }
    EXPECT_FALSE(AddressPolicy().allows(*parse_address("168.63.129.16"), Scheme::https));
}

TEST(ParseNetworks, names_the_entry_that_is_wrong) {
    const std::vector<std::string> good{"10.0.0.0/8", "::1"};
    ASSERT_TRUE(parse_networks(good));
    EXPECT_EQ(parse_networks(good)->size(), 2U);
    EXPECT_TRUE(parse_networks({})->empty());

    const std::vector<std::string> bad{"10.0.0.0/8", "192.168.0.1/16"};
    ASSERT_FALSE(parse_networks(bad));
    EXPECT_EQ(parse_networks(bad).error().code, Code::config);
    // By its number: the text may come from a variable that holds something else.
    EXPECT_EQ(parse_networks(bad).error().message,
              "allow_networks: entry 2 has bits set beyond its prefix");
}

}  // namespace
}  // namespace lampjack::transport
