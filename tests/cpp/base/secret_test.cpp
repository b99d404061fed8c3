#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <iosfwd>
#include <memory>
#include <new>

namespace lampjack {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
static_assert(!Printable<Secret> && !std::convertible_to<Secret, std::string>);

// Shorter than what a string keeps in itself, in every standard library.
constexpr std::string_view kShort = "tok-4711";
/// What stays of it where the string alone was moved from, which ends it at its first character.
constexpr std::string_view kRest = kShort.substr(3);

/// Memory that a Secret is made in, to look at it afterwards.
class Place {
public:
    Secret* make(Secret from) { return new (bytes_.data()) Secret(std::move(from)); }
    bool holds(std::string_view text) const {
        std::array<unsigned char, sizeof(Secret)> seen{};
        const volatile unsigned char* const memory = bytes_.data();  // whatever lives there now
        for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = memory[i];
        return std::search(seen.begin(), seen.end(), text.begin(), text.end()) != seen.end();
    }

private:
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> bytes_{};
};

Secret secret(std::string_view text = kShort) { return Secret(std::string(text)); }

TEST(Secret, equals_itself_alone_and_an_empty_one_nothing) {
    EXPECT_TRUE(secret().equals(kShort));
    EXPECT_FALSE(secret().equals("tok-4712"));
    EXPECT_FALSE(Secret().equals(""));
}

TEST(Secret, leaves_no_short_token_where_it_was_moved_from) {
    Place place;
    Secret* const from = place.make(secret());
    ASSERT_TRUE(place.holds(kShort)) << "the control: a short text lies in the object";
    const Secret made(std::move(*from));
    EXPECT_FALSE(place.holds(kRest));
    EXPECT_EQ(made.reveal(), kShort);
    from->~Secret();

    Secret* const again = place.make(secret());
    Secret assigned;
    assigned = std::move(*again);
    EXPECT_FALSE(place.holds(kRest));
    EXPECT_EQ(assigned.reveal(), kShort);
    again->~Secret();
}

TEST(Secret, leaves_none_behind_a_shorter_value_or_its_end) {
    Place place;
    Secret* const one = place.make(secret());
    *one = secret("ab");
    EXPECT_FALSE(place.holds(kRest));
    EXPECT_EQ(one->reveal(), "ab");
    const Secret other = secret();
    *one = other;
    EXPECT_EQ(one->reveal(), kShort);
    EXPECT_EQ(other.reveal(), kShort);
    one->~Secret();
    EXPECT_FALSE(place.holds(kRest));
}

TEST(Secret, may_be_assigned_to_itself) {
    Secret one = secret();
    Secret& same = one;
    one = same;
    one = std::move(same);
    EXPECT_EQ(one.reveal(), kShort);
}

}  // namespace
}  // namespace lampjack
