#include "platforms/registry.h"

#include "../support/golden.h"
#include "engine/hub.h"
#include "model/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>

namespace lampjack::test {

/// What a failing parametrised test shows of its case.
void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

namespace {

class GoldenCase : public testing::TestWithParam<Golden> {
protected:
    const Golden& golden() const { return GetParam(); }
    const platforms::Adapter& adapter() const {
        const auto* found = platforms::find(golden().platform);
        EXPECT_NE(found, nullptr) << golden().platform;
        return *found;
    }
    std::vector<std::pair<std::string, std::string>> headers() const {
        std::vector<std::pair<std::string, std::string>> list;
        const auto* given = golden().request.if_contains("headers");
        if (given == nullptr || !given->is_object()) return list;
        for (const auto& [name, value] : given->get_object())
            list.emplace_back(std::string(name.data(), name.size()),
                              std::string(json::view(value.get_string())));
        return list;
    }
    Result<model::BatchPtr> parse() const {
        const std::string path = golden().text("path");
        const std::string query = golden().text("query");
        platforms::ReadInput input{};
        input.path = path;
        input.query = query;
        return platforms::parse(adapter(), input, golden().body);
    }
    platforms::Direction direction() const {
        return golden().text("direction") == "out" ? platforms::Direction::out
                                                   : platforms::Direction::in;
    }
};

class Readable : public GoldenCase {};
class Writable : public GoldenCase {};
class Answered : public GoldenCase {};
class Convertible : public GoldenCase {
protected:
    static std::string line(const model::Batch& batch, std::uint32_t event,
                            const platforms::Adapter& to) {
        const auto converted = platforms::convert(batch, event, to);
        const std::string head = R"({"to":")" + std::string(to.name) + R"(",)";
        if (!converted)
            return head + R"("error":")" + std::string(name_of(converted.error().code)) + "\"}\n";
        return head + R"("losses":)" + platforms::write_losses(converted->losses) + R"(,"body":)" +
               converted->body + "}\n";
    }
};

TEST_P(Readable, gives_the_expected_events) {
    const std::string error = golden().text("error");
    const auto batch = parse();
    if (!error.empty()) {
        ASSERT_FALSE(batch.has_value()) << "must be refused";
        EXPECT_EQ(name_of(batch.error().code), error) << batch.error().message;
        return;
    }
    ASSERT_TRUE(batch.has_value()) << batch.error().message;
    const std::string lines = model::write_event_lines(**batch, "golden");
    if (std::getenv("LJK_GOLDEN_REWRITE") != nullptr) {
        std::ofstream(golden().folder + "/expected.jsonl", std::ios::binary) << lines;
        return;
    }
    ASSERT_TRUE(golden().expected.has_value()) << "expected.jsonl is missing";
    EXPECT_EQ(lines, *golden().expected);
}

TEST_P(Writable, writes_back_what_it_read) {
    const auto batch = parse();
    ASSERT_TRUE(batch.has_value()) << batch.error().message;
    const auto body = adapter().write(**batch, direction());
    ASSERT_TRUE(body.has_value()) << body.error().message;
    EXPECT_TRUE(same_json(*body, golden().body)) << "wrote " << *body;
}

TEST_P(Writable, survives_its_canonical_form) {
    const auto batch = parse();
    ASSERT_TRUE(batch.has_value()) << batch.error().message;
    const std::string canonical = model::write_events(**batch, "golden");
    const auto again = model::read_events(canonical);
    ASSERT_TRUE(again.has_value()) << again.error().message << "\n" << canonical;
    EXPECT_EQ(model::write_events(**again, "golden"), canonical);
    const auto body = adapter().write(**again, direction());
    ASSERT_TRUE(body.has_value()) << body.error().message;
    EXPECT_TRUE(same_json(*body, golden().body)) << "wrote " << *body;
}

TEST_P(Convertible, becomes_the_expected_bodies_and_tells_the_expected_losses) {
    const auto batch = parse();
    ASSERT_TRUE(batch.has_value()) << batch.error().message;
    std::vector<const platforms::Adapter*> all(platforms::all().begin(), platforms::all().end());
    std::sort(all.begin(), all.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    std::string lines;
    for (const platforms::Adapter* to : all) {
        if (to == &adapter()) continue;  // its own body, byte for byte
        for (const std::uint32_t event : (*batch)->roots) lines += line(**batch, event, *to);
    }
    if (std::getenv("LJK_GOLDEN_REWRITE") != nullptr)
        std::ofstream(golden().folder + "/converted.jsonl", std::ios::binary) << lines;
    else
        EXPECT_EQ(lines, *golden().converted);
}

TEST_P(Answered, gets_the_documented_answer) {
    auto hub = engine::Hub::open(golden().config(), engine::run_nothing);
    ASSERT_TRUE(hub.has_value()) << hub.error().message;
    const auto owned = headers();
    std::vector<model::HeaderView> views;
    for (const auto& [name, value] : owned) views.push_back({name, value});
    const std::string method = golden().text("method"), path = golden().text("path"),
                      query = golden().text("query");
    const model::Request request{method, path, query, views, golden().body};
    engine::Decide decide;
    if (const auto* decision = golden().request.if_contains("decision");
        decision != nullptr && decision->is_object()) {
        const json::Object object = decision->get_object();
        decide = [object](const engine::Question&) {
            return engine::Decision{json::boolean_of(object, "accepted", false),
                                    json::boolean_of(object, "mute", false),
                                    {}};
        };
    }
    const auto value = json::parse_value(*golden().answer, "answer.json");
    ASSERT_TRUE(value.has_value()) << value.error().message;
    const json::Object& expected = value->get_object();
    for (const bool again : {false, true}) {
        const model::Answer answer = (*hub)->receive("golden", request, decide);
        EXPECT_EQ(answer.status, json::integer_of(expected, "status", 0))
            << answer.body << (again ? " (again)" : "");
        if (const auto* body = expected.if_contains("body")) {
            EXPECT_EQ(answer.body, std::string(json::view(body->get_string())))
                << (again ? " (again)" : "");
        }
        const auto* list = expected.if_contains("headers");
        if (list == nullptr || !list->is_object()) continue;
        for (const auto& [name, header] : list->get_object()) {
            EXPECT_EQ(model::header(answer.headers, std::string_view(name.data(), name.size())),
                      json::view(header.get_string()));
        }
    }
}

std::string test_name(const testing::TestParamInfo<Golden>& info) {
    std::string name = info.param.name;
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    return name;
}

template <class Wanted>
std::vector<Golden> cases_that(Wanted wanted) {
    std::vector<Golden> cases = golden_cases();
    std::erase_if(cases, [&](const Golden& golden) { return !wanted(golden); });
    return cases;
}

bool is_readable(const Golden& golden) {
    return !golden.body.empty() && golden.text("error") != "auth" && golden.text("method") != "GET";
}

TEST(GoldenCases, are_many_and_cover_every_platform) {
    std::map<std::string, int> count;
    for (const Golden& golden : golden_cases()) ++count[golden.platform];
    for (const platforms::Adapter* each : platforms::all())
        EXPECT_GE(count[std::string(each->name)], 20) << each->name;
}

INSTANTIATE_TEST_SUITE_P(Documents, Readable, testing::ValuesIn(cases_that(is_readable)),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Documents, Writable,
                         testing::ValuesIn(cases_that([](const Golden& golden) {
                             return golden.flag("roundtrip");
                         })),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Documents, Convertible,
                         testing::ValuesIn(cases_that([](const Golden& golden) {
                             return golden.converted.has_value();
                         })),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Documents, Answered,
                         testing::ValuesIn(cases_that([](const Golden& golden) {
                             return golden.answer.has_value();
                         })),
                         test_name);

}  // namespace
}  // namespace lampjack::test
