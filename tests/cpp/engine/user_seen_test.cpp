#include "engine/user_seen.h"

#include "model/canonical.h"

#include <gtest/gtest.h>

namespace lampjack::engine {
namespace {

model::BatchPtr event(std::string_view actor) {
    auto batch = model::read_events(
        R"({"v":1,"kind":"message","conversation":{"mode":"live","id":"c"},"actor":)" +
        std::string(actor) + R"(,"content":[{"type":"text","text":"x"}]})");
    EXPECT_TRUE(batch.has_value()) << actor;
    return batch ? std::move(*batch) : model::BatchPtr::make();
}

std::string seen(std::string_view known, std::string_view actor, bool older = false) {
    const auto batch = event(actor);
    UserSeen user(known);
    older ? user.recall(*batch, batch->root(0)) : user.see(*batch, batch->root(0));
    return user.is_news() ? user.json() : "no news";
}

constexpr std::string_view kRobin =
    R"({"role":"user","id":"v-9","first_name":"Robin","phone":"+1"})";

TEST(UserSeen, keeps_what_was_told_first) {
    EXPECT_EQ(seen("", R"({"role":"user","id":"v-9","first_name":"Robin","extra":{"a":1}})"),
              R"({"role":"user","id":"v-9","first_name":"Robin"})");
    EXPECT_EQ(seen("", R"({"role":"user"})"), "no news");
}

TEST(UserSeen, takes_what_is_new_and_leaves_the_rest) {
    EXPECT_EQ(seen(kRobin, kRobin), "no news");
    EXPECT_EQ(seen(kRobin, R"({"role":"user","id":"v-9"})"), "no news");
    EXPECT_EQ(
        seen(kRobin, R"({"role":"user","id":"v-9","first_name":"Ro","email":"r@mail.example"})"),
        R"({"role":"user","id":"v-9","first_name":"Ro","phone":"+1","email":"r@mail.example"})");
}

TEST(UserSeen, takes_from_older_events_only_what_is_not_known) {
    EXPECT_EQ(seen(kRobin, R"({"role":"user","first_name":"Old","last_name":"Doe"})", true),
              R"({"role":"user","id":"v-9","first_name":"Robin","last_name":"Doe","phone":"+1"})");
    EXPECT_EQ(seen(kRobin, R"({"role":"user","first_name":"Old"})", true), "no news");
}

TEST(UserSeen, is_no_agent_and_no_bot) {
    for (const std::string_view role : {"agent", "bot", "system", "unknown"})
        EXPECT_EQ(seen("", R"({"role":")" + std::string(role) + R"(","id":"a","first_name":"A"})"),
                  "no news")
            << role;
}

TEST(UserSeen, is_not_misled_by_a_text_that_looks_like_a_member) {
    const std::string known = seen("", R"({"role":"user","first_name":"x\",\"phone\":\"+2"})");
    EXPECT_EQ(seen(known, R"({"role":"user","phone":"+2"})"),
              R"({"role":"user","first_name":"x\",\"phone\":\"+2","phone":"+2"})");
}

}  // namespace
}  // namespace lampjack::engine
