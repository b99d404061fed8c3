// Two threads that call ljk_hub_step at once, or one beside the hub's own threads. What goes wrong the thread sanitizer sees.
#include "lampjack/lampjack.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace lampjack::capi {
namespace {

void step_from(int threads, uint32_t run) {
    ljk_error err{};
    ljk_hub* hub = nullptr;
    ASSERT_EQ(
        ljk_hub_open(LJK_S(R"({"store":"memory:","account":{"shop":{)"
                           R"("platform":"chatlayer_offloading","verify_token":"vt-made-up",)"
                           R"("api_token":"at-made-up","api_base":"https://platform.invalid"}}})"),
                     run, &hub, &err),
        LJK_OK)
        << err.message;
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
        all.emplace_back([hub] {
            ljk_error mine{};
            for (int step = 0; step < 300; ++step)
                EXPECT_EQ(ljk_hub_step(hub, &mine), LJK_OK) << mine.message;
        });
    for (auto& one : all) one.join();
    ljk_hub_free(hub);
}

TEST(Steps, of_two_threads_at_once_do_no_harm) { step_from(2, LJK_RUN_NOTHING); }
TEST(Steps, beside_the_hubs_own_threads_do_no_harm) {
    step_from(1, LJK_RUN_SENDER | LJK_RUN_TIMERS);
}

}  // namespace
}  // namespace lampjack::capi
