// Who may send: from which networks, with which tokens, and how late.
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

struct Door : TestHub {
    explicit Door(const std::string& more,
                  const char* tokens = R"(["vt-new-made-up","vt-made-up"])")
        : TestHub(R"("platform":"chatlayer_offloading","verify_token":)" + std::string(tokens) +
                  more) {}

    std::int32_t from(std::string_view peer, std::string_view token = "vt-new-made-up") {
        const std::string query = "challenge.verifyToken=" + std::string(token);
        const std::string body = T::messages(T::user_item("hi", 1, "m1"), 1);
        model::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = query;
        request.body = body;
        request.peer = peer;
        return hub->receive("shop", request, {}).status;
    }
};

TEST(Senders, from_other_networks_are_refused) {
    Door door(R"(,"allow_senders":["198.51.100.0/24","2001:db8::/32"])");
    EXPECT_EQ(door.from("198.51.100.7"), 200);
    EXPECT_EQ(door.from("::ffff:198.51.100.7"), 200) << "as a server on IPv6 names it";
    EXPECT_EQ(door.from("2001:db8::7"), 200);
    for (const char* peer : {"203.0.113.7", "2001:db9::7", "", "unix", "198.51.100.7:443"})
        EXPECT_EQ(door.from(peer), 401) << peer;
    EXPECT_NE(door.log.find("allow_senders"), std::string::npos) << door.log;
    EXPECT_EQ(door.log.find("203.0.113.7"), std::string::npos) << "nobody's address in the log";

    Door control({});
    EXPECT_EQ(control.from("203.0.113.7"), 200);
    EXPECT_EQ(control.from(""), 200);
}

TEST(Senders, keep_their_old_token_until_its_time_is_over) {
    Door door(R"(,"old_tokens_until":"2026-01-05T10:01:00Z")");
    EXPECT_EQ(door.from("", "vt-made-up"), 200);
    door.clock->advance(59'999);
    EXPECT_EQ(door.from("", "vt-made-up"), 200);
    door.clock->advance(1);
    EXPECT_EQ(door.from("", "vt-made-up"), 401);
    EXPECT_EQ(door.from("", "vt-new-made-up"), 200);

    Door control({});
    control.clock->advance(60'000);
    EXPECT_EQ(control.from("", "vt-made-up"), 200);
}

TEST(Senders, may_not_be_later_than_the_account_says) {
    Door door(R"(,"max_age":300000)");  // what comes was made one second after the hub's start
    door.clock->advance(301'000);
    EXPECT_EQ(door.from(""), 200);
    door.clock->advance(1);
    EXPECT_EQ(door.from(""), 401) << "a request that somebody recorded and sends again";

    Door control({});
    control.clock->advance(86'400'000);
    EXPECT_EQ(control.from(""), 200);
}

TEST(Senders, settings_that_cannot_be_read_are_a_config_error) {
    for (const auto& [setting, name] :
         {std::pair{R"("allow_senders":["everybody"])", "account.shop.allow_senders: "},
          std::pair{R"("allow_senders":["10.0.0.0/99"])", "account.shop.allow_senders: "},
          std::pair{R"("old_tokens_until":"next week")", "account.shop.old_tokens_until: "},
          std::pair{R"("verify_token":" ")", "account.shop.verify_token: "},
          std::pair{R"("verify_token":["vt-made-up",""])", "account.shop.verify_token: "}}) {
        const bool token = std::string_view(setting).find("verify_token") != std::string_view::npos;
        const std::string config =
            std::string(
                R"({"store":"memory:","account":{"shop":{"platform":"chatlayer_offloading",)") +
            (token ? "" : R"("verify_token":"vt-made-up",)") + setting + "}}}";
        const auto opened = engine::Hub::open(config, engine::run_nothing);
        ASSERT_FALSE(opened) << setting;
        EXPECT_EQ(opened.error().code, Code::config);
        EXPECT_EQ(opened.error().message.rfind(name, 0), 0U) << opened.error().message;
    }
}

}  // namespace
}  // namespace lampjack::test
