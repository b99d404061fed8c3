#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack {
namespace {

struct Pair {
    std::string_view bytes;
    std::string_view text;
};

// RFC 4648 section 10, and the example of RFC 7617 section 2.
constexpr Pair kVectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
};

TEST(Base64, encodes_the_vectors_of_the_rfc) {
    for (const Pair& pair : kVectors) EXPECT_EQ(base64_encode(pair.bytes), pair.text);
}

TEST(Base64, decodes_the_vectors_of_the_rfc) {
    for (const Pair& pair : kVectors) {
        const auto bytes = base64_decode(pair.text);
        ASSERT_TRUE(bytes.has_value()) << pair.text;
        EXPECT_EQ(*bytes, pair.bytes);
    }
}

TEST(Base64, carries_every_byte_at_every_place) {
    for (int value = 0; value < 256; ++value) {
        for (std::size_t place = 0; place < 4; ++place) {
            std::string bytes(4, '\x5a');
            bytes[place] = static_cast<char>(value);
            EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
        }
    }
    EXPECT_EQ(base64_encode("\xfb\xff\xbf"), "+/+/");
}

TEST(Base64, refuses_what_is_not_canonical) {
    ASSERT_TRUE(base64_decode("Zm9v").has_value());
    for (const std::string_view text :
         {"Zm9", "Zg", "Zg=", "Z===", "====", "=Zm9", "Zm=v", "Zm9v\n", "Zm 9",
          "Zh==", "Zm9=", "-_-_", "Zg==Zg==", "Zm9\xc3"})
        EXPECT_FALSE(base64_decode(text).has_value()) << text;
}

}  // namespace
}  // namespace lampjack
