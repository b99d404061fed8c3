// What a file is shown as, by the same rule on every platform.
#include "model/media.h"

#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::test {
namespace {

using model::Media;
using model::media_of;
using model::media_of_name;

TEST(Media, is_told_by_the_extension_of_a_name_or_of_the_path_of_an_address) {
    EXPECT_EQ(media_of_name("https://x.example/a/b.PNG?c=d.mp4#e.mp3"), Media::image);
    EXPECT_EQ(media_of_name("report.pdf"), Media::file);
    EXPECT_EQ(media_of_name("https://x.example/a.mp4/b"), std::nullopt);
    EXPECT_EQ(media_of_name("https://example.mov"), std::nullopt);
    EXPECT_EQ(media_of_name("clip.unknown"), std::nullopt);
    EXPECT_EQ(media_of_name(""), std::nullopt);
}

TEST(Media, is_told_by_the_first_hint_that_says_something) {
    const auto word = std::optional(Media::audio);
    EXPECT_EQ(media_of({"Image/PNG; q=1", "a.mp4", "https://x.example/a.mp3", word}), Media::image);
    EXPECT_EQ(media_of({"application/pdf", "a.mp4", "https://x.example/a.mp3", word}), Media::file);
    EXPECT_EQ(media_of({"application/octet-stream", "a.mp4", "https://x.example/a.mp3", word}),
              Media::video);
    EXPECT_EQ(media_of({"*/*", "a", "https://x.example/a.png", word}), Media::image);
    EXPECT_EQ(media_of({"nonsense", "a", "https://x.example/a", word}), Media::audio);
    EXPECT_EQ(media_of({}), Media::file);
}

/// The media of the first file in a body, as a word; "none" without a file.
std::string media_in(std::string_view platform, std::string_view body,
                     std::string_view path = "/") {
    platforms::ReadInput input{};
    input.path = path;
    const auto batch = platforms::parse(*platforms::find(platform), input, body);
    EXPECT_TRUE(batch) << platform << ": " << batch.error().message;
    for (const model::Part& part : (*batch)->parts)
        if (part.type == model::PartType::file) return std::string(model::word(part.media));
    return "none";
}

std::string offloading(const std::string& actor, const std::string& message) {
    return R"({"event":"messages","botId":"b","version":"LIVE","sessionId":"s","timestamp":"2026-01-05T10:00:00.000Z",)"
           R"("messages":[{"actor":")" +
           actor + R"(","message":)" + message + R"(,"timestamp":"2026-01-05T10:00:00.000Z"}]})";
}

TEST(Media, of_the_same_file_is_the_same_on_every_platform) {
    const std::string url = R"("https://f.example/a.png")";
    const std::string upload = R"({"messageType":"fileUploadInputResult","urls":[)" + url + "]}";
    EXPECT_EQ(media_in("chatlayer_offloading", offloading("user", upload)), "image");
    const std::string attachment =
        R"({"attachment":{"type":"file","payload":{"url":)" + url + "}}}";
    EXPECT_EQ(media_in("chatlayer_offloading", offloading("bot", attachment)), "image");
    EXPECT_EQ(media_in("chatlayer_offloading",
                       R"({"sendMessages":[{"attachmentTemplate":{"media":{"type":"file","url":)" +
                           url + "}}}]}"),
              "image");
    EXPECT_EQ(
        media_in("chatlayer_app",
                 R"([{"user":{"id":"u"},"actor":{"type":"user"},"type":"message","timestamp":1,)"
                 R"("message":{"messageType":"upload","url":[)" +
                     url + "]}}]"),
        "image");
    EXPECT_EQ(
        media_in("chatlayer_app",
                 R"({"inputData":{"messages":[{"media_message":{"type":1,"url":)" + url + "}}]}}",
                 "/send"),
        "image");
    EXPECT_EQ(media_in("omnichannel",
                       R"({"chat_id":1,"message":{"kind":"file_operator","data":{"url":)" + url +
                           R"(,"name":"a","media_type":"application/octet-stream"}}})",
                       "/send_message"),
              "image");
}

TEST(Media, is_the_vendors_word_where_nothing_else_tells) {
    EXPECT_EQ(
        media_in("chatlayer_offloading",
                 offloading(
                     "bot",
                     R"({"attachment":{"type":"video","payload":{"url":"https://f.example/1"}}})")),
        "video");
    EXPECT_EQ(
        media_in(
            "chatlayer_app",
            R"({"inputData":{"messages":[{"media_message":{"type":3,"url":"https://f.example/1"}}]}})",
            "/send"),
        "audio");
}

}  // namespace
}  // namespace lampjack::test
