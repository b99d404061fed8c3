// What a platform's answer to a request of ours means for our credentials.
#include "platforms/adapter.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <array>

namespace lampjack::platforms {
namespace {

constexpr std::array kPlatforms{"chatlayer_offloading", "chatlayer_app", "certainly",
                                "omnichannel"};

Verdict judged(std::string_view platform, std::int32_t status, std::string body = "{}") {
    const Adapter& adapter = *find(platform);
    return adapter.judge == nullptr ? verdict_of_status(status)
                                    : adapter.judge({status, {}, std::move(body)});
}

TEST(Verdict, of_401_403_and_410_is_refused_credentials_everywhere) {
    for (const char* platform : kPlatforms) {
        for (const int status : {401, 403, 410})
            EXPECT_EQ(judged(platform, status), Verdict::credentials) << platform << status;
        for (const int status : {302, 402, 405, 422, 429, 500, 503})
            EXPECT_EQ(judged(platform, status), Verdict::by_status) << platform << status;
    }
    for (const char* platform : {"chatlayer_offloading", "chatlayer_app", "certainly"})
        for (const int status : {400, 404})
            EXPECT_EQ(judged(platform, status), Verdict::by_status) << platform << status;
}

/// "Platform response when a request is unsuccessful": the address holds the token of a channel.
TEST(Verdict, of_omnichannel_is_refused_credentials_where_its_page_says_so) {
    EXPECT_EQ(
        judged("omnichannel", 400, R"({"error":"There is no active channel for received event."})"),
        Verdict::credentials);
    EXPECT_EQ(judged("omnichannel", 400, R"({"error":"chat_id is missing"})"), Verdict::by_status);
    EXPECT_EQ(judged("omnichannel", 404), Verdict::credentials);
    EXPECT_EQ(judged("omnichannel", 200, R"({"error":"no"})"), Verdict::refused);
    EXPECT_EQ(judged("omnichannel", 200, "<html>"), Verdict::unreadable);
    EXPECT_EQ(judged("omnichannel", 200, R"({"result":"ok"})"), Verdict::accepted);
}

TEST(Verdict, credentials_are_settings_that_the_platform_has) {
    for (const char* platform : kPlatforms) {
        const Adapter& adapter = *find(platform);
        EXPECT_FALSE(adapter.credentials.empty()) << platform;
        for (const std::string_view name : adapter.credentials) {
            bool known = false;
            for (const Setting& setting : adapter.settings) known = known || setting.name == name;
            EXPECT_TRUE(known) << platform << " " << name;
        }
    }
}

}  // namespace
}  // namespace lampjack::platforms
