// Bodies in which every object has as many members as it may: what is read of them must come back from the canonical form,
// which gathers members of several objects and is held to limits as well.

#include "../support/golden.h"
#include "model/canonical.h"
#include "platforms/registry.h"
#include "json/limits.h"

#include <gtest/gtest.h>

namespace lampjack::test {
namespace {

constexpr std::size_t kMost = json::Limits{}.members;

/// Gives each object of a value `most` members.
void widen(json::Value& value, std::size_t most) {
    if (value.is_array())
        for (json::Value& element : value.get_array()) widen(element, most);
    if (!value.is_object()) return;
    json::Object& object = value.get_object();
    for (auto& member : object) widen(member.value(), most);
    for (std::size_t i = 0; object.size() < most; ++i) object["w" + std::to_string(i)] = nullptr;
}

std::string widened(const json::Value& body, std::size_t most) {
    json::Value copy = body;
    widen(copy, most);
    return json::to_text(copy);
}

Result<model::BatchPtr> parse(const Golden& golden, std::string_view body) {
    const std::string path = golden.text("path"), query = golden.text("query");
    platforms::ReadInput input{};
    input.path = path;
    input.query = query;
    return platforms::parse(*platforms::find(golden.platform), input, body);
}

template <class Visit>
void each_round_trip(Visit visit) {
    int count = 0;
    for (const Golden& golden : golden_cases()) {
        if (!golden.flag("roundtrip")) continue;
        const auto body = json::parse_value(golden.body, "the body");
        if (!body || !body->is_object()) continue;
        if (!same_json(json::to_text(*body), golden.body)) continue;  // numbers no tree can hold
        visit(golden, *body);
        ++count;
    }
    EXPECT_GT(count, 100);
}

TEST(WideObjects, are_read_and_come_back_from_the_canonical_form) {
    each_round_trip([](const Golden& golden, const json::Value& body) {
        const auto batch = parse(golden, widened(body, kMost));
        ASSERT_TRUE(batch.has_value()) << golden.name << ": " << batch.error().message;
        const std::string canonical = model::write_events(**batch, "golden");
        const auto again = model::read_events(canonical);
        ASSERT_TRUE(again.has_value()) << golden.name << ": " << again.error().message;
        EXPECT_EQ(model::write_events(**again, "golden"), canonical) << golden.name;
    });
}

TEST(WideObjects, come_back_as_the_platforms_body) {
    each_round_trip([](const Golden& golden, const json::Value& body) {
        const std::string wide = widened(body, kMost);
        const auto batch = parse(golden, wide);
        ASSERT_TRUE(batch.has_value()) << golden.name << ": " << batch.error().message;
        if ((*batch)->size() == 0) return;  // there is no event to keep the envelope's fields
        const auto direction = golden.text("direction") == "out" ? platforms::Direction::out
                                                                 : platforms::Direction::in;
        const auto written = platforms::find(golden.platform)->write(**batch, direction);
        ASSERT_TRUE(written.has_value()) << golden.name << ": " << written.error().message;
        EXPECT_TRUE(same_json(*written, wide)) << golden.name;
    });
}

TEST(WideObjects, are_converted_as_narrow_ones_are) {
    each_round_trip([](const Golden& golden, const json::Value& body) {
        const auto narrow = parse(golden, golden.body), wide = parse(golden, widened(body, kMost));
        ASSERT_TRUE(narrow.has_value() && wide.has_value()) << golden.name;
        ASSERT_EQ((*narrow)->size(), (*wide)->size()) << golden.name;
        for (std::size_t i = 0; i < (*narrow)->size(); ++i)
            for (const platforms::Adapter* to : platforms::all())
                EXPECT_EQ(platforms::convert(**narrow, (*narrow)->roots[i], *to).has_value(),
                          platforms::convert(**wide, (*wide)->roots[i], *to).has_value())
                    << golden.name << " to " << to->name;
    });
}

TEST(WideObjects, are_refused_with_one_member_more) {
    each_round_trip([](const Golden& golden, const json::Value& body) {
        const auto batch = parse(golden, widened(body, kMost + 1));
        ASSERT_FALSE(batch.has_value()) << golden.name;
        EXPECT_EQ(batch.error().code, Code::too_large) << golden.name;
    });
}

}  // namespace
}  // namespace lampjack::test
