#include "transport/ip_address.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace lampjack::transport {
namespace {

TEST(ParseAddress, reads_plain_spellings) {
    for (const char* text : {"0.0.0.0", "1.2.3.4", "255.255.255.255", "::", "::1", "2001:db8::1",
                             "2001:DB8:0:0:0:0:0:1", "::ffff:192.0.2.1", "fe80::1"})
        EXPECT_TRUE(parse_address(text)) << text;
}

TEST(ParseAddress, refuses_everything_else) {
    using namespace std::string_literals;
    const std::string texts[] = {
        "",           "1",          "127.1",         "1.2.3",    "1.2.3.4.5",          "256.1.1.1",
        "01.2.3.4",   "0177.0.0.1", "0x7f.0.0.1",    "1.2.3.4 ", " 1.2.3.4",           "[::1]",
        "fe80::1%lo", ":::",        "1:2:3:4:5:6:7", "::1/128",  "localhost",          "12345::",
        "1.2.3.-4",   "2130706433", "1.2.3.4\0"s,    "::1\0x"s,  std::string(200, '1')};
    for (const std::string& text : texts) EXPECT_FALSE(parse_address(text)) << text;
}

TEST(ParseAddress, tells_the_families_apart) {
    EXPECT_TRUE(parse_address("10.1.2.3")->is_v4());
    EXPECT_FALSE(parse_address("::10.1.2.3")->is_v4());
    EXPECT_NE(*parse_address("1.2.3.4"), *parse_address("102:304::"));  // the same leading bytes
}

TEST(Unmapped, gives_the_inner_address_of_a_mapped_one_only) {
    EXPECT_EQ(unmapped(*parse_address("::ffff:10.1.2.3")), *parse_address("10.1.2.3"));
    EXPECT_EQ(unmapped(*parse_address("::10.1.2.3")), *parse_address("::10.1.2.3"));
    EXPECT_EQ(unmapped(*parse_address("1.2.3.4")), *parse_address("1.2.3.4"));
}

TEST(AddressOf, reads_socket_addresses) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(0x7f000001);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v4)), parse_address("127.0.0.1"));

    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v6)), parse_address("::1"));

    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_FALSE(address_of(reinterpret_cast<const sockaddr&>(local)));
}

TEST(ParseNetwork, reads_networks_and_single_addresses) {
    EXPECT_EQ(parse_network("10.0.0.0/8")->prefix, 8U);
    EXPECT_EQ(parse_network("192.0.2.7")->prefix, 32U);
    EXPECT_EQ(parse_network("::1")->prefix, 128U);
    EXPECT_EQ(parse_network("fc00::/7")->prefix, 7U);
    EXPECT_EQ(parse_network("192.0.2.7/32")->base, *parse_address("192.0.2.7"));
}

TEST(ParseNetwork, refuses_what_was_hardly_meant) {
    for (const char* text :
         {"", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/8/8",
          "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0/8", "localhost", "[::1]",
          "0.0.0.0/0", "::/0", "10.0.0.1/8", "fd00::1/8", "::ffff:10.0.0.0/104"}) {
        const auto network = parse_network(text);
        ASSERT_FALSE(network) << text;
        EXPECT_EQ(network.error().code, Code::config);
        EXPECT_TRUE(network.error().message.starts_with("allow_networks: "))
            << network.error().message;
    }
}

TEST(Network, contains_compares_whole_and_broken_bytes) {
    const Network ten = *parse_network("172.16.0.0/12");
    EXPECT_TRUE(ten.contains(*parse_address("172.16.0.0")));
    EXPECT_TRUE(ten.contains(*parse_address("172.31.255.255")));
    EXPECT_FALSE(ten.contains(*parse_address("172.15.255.255")));
    EXPECT_FALSE(ten.contains(*parse_address("172.32.0.0")));
    EXPECT_FALSE(ten.contains(*parse_address("ac10::")));  // the same leading bytes, another family

    const Network one = *parse_network("2001:db8::1");
    EXPECT_TRUE(one.contains(*parse_address("2001:db8::1")));
    EXPECT_FALSE(one.contains(*parse_address("2001:db8::2")));
}

}  // namespace
}  // namespace lampjack::transport
