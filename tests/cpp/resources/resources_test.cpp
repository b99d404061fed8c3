// G10: one body needs at most twenty times its size and 4 MiB, whatever it is; and a process keeps at most 64 MiB idle. Each
// figure is a fresh process's, less that of the same process with a body of one byte.
#include "child.h"
#include "shapes.h"

#include "../support/from_environment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

namespace lampjack::resources {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||       \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

constexpr std::size_t kMiB = 1 << 20;

std::size_t body_size() {
    return support::from_environment("LJK_BODY_BYTES", std::size_t{1'000'000});
}
int runs() { return support::from_environment("LJK_BODY_RUNS", 3); }

/// Bytes, of the middle one of some runs; at least one.
std::size_t needed(std::string_view what, std::string_view shape, std::size_t size) {
    const auto middle = [&](std::size_t of) {
        std::vector<std::size_t> figures;
        for (int i = 0; i < runs(); ++i) {
            std::string why;
            figures.push_back(measure(what, shape, of, &why));
            EXPECT_GT(figures.back(), 0U) << shape << ": " << why;
            for (const char* unread : {"status 401", "status 404", "status 405", "status 500"})
                EXPECT_EQ(why.find(unread), std::string::npos) << shape << ": " << why;
        }
        std::nth_element(figures.begin(), figures.begin() + runs() / 2, figures.end());
        return figures[static_cast<std::size_t>(runs() / 2)];
    };
    const std::size_t with = middle(size), without = middle(1);
    return with > without ? (with - without) * 1024 : 1;
}

std::size_t bound(std::size_t body) { return 20 * body + 4 * kMiB; }

class Bodies : public testing::TestWithParam<Shape> {};
class BodiesThatExceeded : public Bodies {};

std::vector<Shape> those_that_exceeded() {
    std::vector<Shape> those;
    std::ranges::copy_if(shapes(), std::back_inserter(those), &Shape::exceeded);
    return those;
}

TEST_P(Bodies, need_at_most_twenty_times_their_size) {
    if (!kMeasures) GTEST_SKIP() << "a sanitizer's memory is no measure";
    const Shape& shape = GetParam();
    const std::size_t body = body_of(shape, body_size()).text.size();
    const std::size_t now = needed("hub", shape.name, body_size());
    RecordProperty("times", std::to_string(static_cast<double>(now) / static_cast<double>(body)));
    EXPECT_LE(now, bound(body)) << now / kMiB << " MiB";
    if (std::getenv("LJK_BODY_REPORT") != nullptr)
        std::printf("%-32s %8zu body %6.2f MiB %6.1fx\n", shape.name.data(), body,
                    static_cast<double>(now) / static_cast<double>(kMiB),
                    static_cast<double>(now) / static_cast<double>(body));
}

TEST_P(BodiesThatExceeded, needed_more_before) {
    if (!kMeasures) GTEST_SKIP() << "a sanitizer's memory is no measure";
    const Shape& shape = GetParam();
    const std::size_t body = body_of(shape, body_size()).text.size();
    const std::size_t before = needed("before", shape.name, body_size());
    if (std::getenv("LJK_BODY_REPORT") != nullptr)
        std::printf("%-32s %8zu before %6.2f MiB %6.1fx\n", shape.name.data(), body,
                    static_cast<double>(before) / static_cast<double>(kMiB),
                    static_cast<double>(before) / static_cast<double>(body));
    EXPECT_GT(before, bound(body)) << "the control: without what bounds it";
}

std::string name_of(const testing::TestParamInfo<Shape>& info) {
    return std::string(info.param.name);
}
INSTANTIATE_TEST_SUITE_P(Of, Bodies, testing::ValuesIn(shapes().begin(), shapes().end()), name_of);
INSTANTIATE_TEST_SUITE_P(Of, BodiesThatExceeded, testing::ValuesIn(those_that_exceeded()), name_of);

TEST(Meter, sees_what_is_touched) {
    if (!kMeasures) GTEST_SKIP() << "a sanitizer's memory is no measure";
    const std::size_t less = measure("hub", "one_text", 1'000'000),
                      more = measure("touch", "one_text", 1'000'000);
    EXPECT_GT(more, less + 40 * 1024) << "the control: 64 MiB more were touched";
}

TEST(Shapes, are_thirty_at_least_of_each_platform) {
    EXPECT_GE(shapes().size(), 30U);
    for (const std::string_view platform :
         {"chatlayer_offloading", "chatlayer_app", "certainly", "omnichannel"})
        EXPECT_GE(std::count_if(shapes().begin(), shapes().end(),
                                [&](const Shape& one) { return one.account == platform; }),
                  4)
            << platform;
}

TEST(Idle, buffers_of_a_process_are_at_most_64_mib) {
    if (!kMeasures) GTEST_SKIP() << "a sanitizer's memory is no measure";
    for (const char* shape : {"only_ones", "offload_of_user_texts"}) {
        const std::size_t large = std::size_t{4} << 20;
        std::string why;
        const std::size_t with = measure("idle", shape, large, &why),
                          without = measure("idle", shape, 1);
        ASSERT_GT(with, without) << why;
        // The caller's own body is no buffer of ours, nor is what was stored.
        EXPECT_LE((with - without) * 1024, large + 64 * kMiB + 16 * kMiB) << shape;
    }
}

}  // namespace
}  // namespace lampjack::resources

int main(int argc, char** argv) {
    if (argc == 5 && std::string_view(argv[1]) == "--measure")
        return lampjack::resources::run_child(argv[2], argv[3],
                                              std::strtoull(argv[4], nullptr, 10));
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
