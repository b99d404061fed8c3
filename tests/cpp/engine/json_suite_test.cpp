// The 318 files of JSONTestSuite through the hub of each platform: as the body, as a value within it and as a string.
// What must not parse is refused, what must parse is kept, and all platforms judge alike.

#include "../support/golden.h"
#include "../support/paths.h"
#include "base/utf8.h"
#include "test_hub.h"
#include "json/cursor.h"
#include "json/index.h"
#include "json/writer.h"

#include <array>
#include <filesystem>
#include <vector>

namespace lampjack::test {
namespace {

namespace fs = std::filesystem;

/// One platform: a good request of one message, with a place for one more field and one for the message's text.
struct Way {
    const char* name;
    const char* settings;
    const char* path;
    const char* query;
    const char* authorization;
    const char* before;  ///< up to the value of the further field
    const char* between;
    const char* behind;
    std::int32_t refusal;  ///< the status for a body that is not JSON
};

constexpr std::array<Way, 5> kWays{{
    {"chatlayer_offloading", TestHub::kFull, "/", "challenge.verifyToken=vt-made-up", "",
     R"({"more":)",
     R"(,"event":"messages","botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:01.000Z",)"
     R"("messages":[{"actor":"user","timestamp":"2026-01-05T10:00:01.000Z","message":{"messageType":"text","text":)",
     R"(,"channelType":"web","sender":{"id":"s-1","botId":"b1"},"timestamp":"2026-01-05T10:00:01.000Z","id":"m1"}}]})",
     400},
    {"certainly", R"("platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1")",
     "/messages", "token=wt-made-up", "", R"({"more":)",
     R"(,"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":"webbot:s-1",)"
     R"("timestamp":1767607201,"message":)",
     R"(,"attachments":[]}}})", 400},
    {"omnichannel",
     R"("platform":"omnichannel","webhook_token":"hook-made-up","channel_token":"channel-made-up",)"
     R"("transfer_token":"transfer-made-up")",
     "/send_message", "", "Token channel-made-up", R"({"more":)",
     R"(,"chat_id":"s-1","message":{"id":"m-1","kind":"operator","text":)", R"(}})", 400},
    {"omnichannel, peer",
     R"("platform":"omnichannel","side":"peer","webhook_token":"hook-made-up",)"
     R"("channel_url":"https://channel.example/hooks","channel_token":"channel-made-up")",
     "/hook-made-up/bot_api_webhook", "", "", R"({"more":)",
     R"(,"event":"new_message","chat_id":"s-1","visitor":{"id":"v-9"},"message":{"id":"m-1","kind":"visitor","text":)",
     R"(}})", 500},
    {"chatlayer_app", R"("platform":"chatlayer_app","relay_token":"rt-made-up")", "/send", "",
     "Bearer rt-made-up", R"({"more":)",
     R"(,"meta":{},"inputData":{"messages":[{"text_message":{"text":)", R"(}}]}})", 400},
}};

class Platform {
public:
    explicit Platform(const Way& way) : way_(way), hub_(way.settings) {}

    std::int32_t post(const std::string& body) {
        const std::array<model::HeaderView, 2> headers{
            model::HeaderView{"content-type", "application/json"},
            model::HeaderView{"authorization", way_.authorization}};
        model::Request request;
        request.method = "POST";
        request.path = way_.path;
        request.query = way_.query;
        request.headers = std::span(headers).first(*way_.authorization == '\0' ? 1U : 2U);
        request.body = body;
        return hub_.hub->receive("shop", request, TestHub::accept(true)).status;
    }
    /// `value` as it stands where JSON expects a value.
    std::int32_t nested(const std::string& value) {
        return post(way_.before + value + way_.between + "\"hi\"" + way_.behind);
    }
    /// `bytes` between quotes, as the text of the message.
    std::int32_t as_text(const std::string& bytes) {
        std::string quoted;
        json::append_string(bytes, quoted);
        return post(std::string(way_.before) + "0" + way_.between + quoted + way_.behind);
    }
    bool holds(const std::string& text) const {
        std::string quoted;
        json::append_string(text, quoted);
        for (const char* ref :
             {"shop:live:s-1", "shop:live:webbot:s-1", "shop:live:~unattributed"}) {
            const auto items = hub_.hub->transcript(ref, 0, 1000);
            if (items && items->find("\"text\":" + quoted) != std::string::npos) return true;
        }
        return false;
    }
    std::int32_t refusal() const { return way_.refusal; }
    const char* name() const { return way_.name; }

private:
    const Way& way_;
    TestHub hub_;
};

struct File {
    std::string name;
    std::string bytes;

    bool must_parse() const { return name.starts_with("y_"); }
    bool must_not_parse() const { return name.starts_with("n_"); }
};

std::vector<File> suite() {
    std::vector<File> files;
    const fs::path folder = corpora() / "JSONTestSuite" / "test_parsing";
    if (!fs::exists(folder)) return files;
    for (const auto& entry : fs::directory_iterator(folder))
        files.push_back({entry.path().filename().string(), read_file(entry.path().string())});
    return files;
}

class JsonSuite : public testing::TestWithParam<std::size_t> {
protected:
    void SetUp() override {
        if (files_.empty()) GTEST_SKIP() << "the JSONTestSuite corpus is not beside the project";
        ASSERT_EQ(files_.size(), 318U);
    }

    const Way& way() const { return kWays.at(GetParam()); }

    std::vector<File> files_ = suite();
};

TEST_P(JsonSuite, as_a_body_is_never_taken) {
    // No file is a whole request: each gets the answer of a bad body, or of one without what a request needs.
    Platform platform(way());
    for (const File& file : files_) {
        const std::int32_t status = platform.post(file.bytes);
        if (file.must_not_parse()) {
            EXPECT_EQ(status, platform.refusal()) << file.name;
        } else if (status != platform.refusal()) {
            EXPECT_EQ(status, 400) << file.name;
        }
    }
}

TEST_P(JsonSuite, as_a_value_is_taken_or_refused_by_what_it_is) {
    std::size_t taken = 0;
    for (const File& file : files_) {
        Platform platform(way()), reference(kWays.front());  // so that none is a duplicate
        const std::int32_t status = platform.nested(file.bytes);
        taken += status == 200 ? 1U : 0U;
        EXPECT_TRUE(status == 200 || status == platform.refusal()) << file.name << ": " << status;
        EXPECT_FALSE(file.must_not_parse() && status == 200) << file.name;
        EXPECT_TRUE(!file.must_parse() || status == 200) << file.name;
        EXPECT_EQ(status == 200, reference.nested(file.bytes) == 200)
            << file.name << ": another verdict than " << reference.name();
    }
    EXPECT_GE(taken, 90U) << "the control: what is good is taken";
}

TEST_P(JsonSuite, as_text_is_kept_byte_for_byte) {
    std::size_t taken = 0;
    for (const File& file : files_) {
        Platform platform(way());  // so that none is a duplicate
        if (file.bytes.empty() || file.bytes.size() > 10'000) continue;
        const std::int32_t status = platform.as_text(file.bytes);
        if (!is_utf8(file.bytes)) {
            EXPECT_EQ(status, platform.refusal()) << file.name;
            continue;
        }
        EXPECT_EQ(status, 200) << file.name;
        EXPECT_TRUE(platform.holds(file.bytes)) << file.name;
        ++taken;
    }
    EXPECT_GE(taken, 250U) << "the control: what is good is taken";
}

INSTANTIATE_TEST_SUITE_P(Platforms, JsonSuite, testing::Range<std::size_t>(0, kWays.size()),
                         [](const auto& one) {
                             std::string name = kWays.at(one.param).name;
                             std::erase_if(name, [](char c) { return c == ',' || c == ' '; });
                             return name;
                         });

}  // namespace
}  // namespace lampjack::test
