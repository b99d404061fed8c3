// What a user uploads in a Chatlayer bot: which addresses are files, and the words for their state.
#include "../support/golden.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::test {
namespace {

const platforms::Adapter& adapter() { return *platforms::find("chatlayer_offloading"); }

std::string upload(const std::string& fields) {
    return R"({"event":"messages","botId":"b","version":"LIVE","sessionId":"s","timestamp":"2026-01-05T10:00:00.000Z",)"
           R"("messages":[{"actor":"user","message":{"messageType":"fileUploadInputResult",)" +
           fields + R"(},"timestamp":"2026-01-05T10:00:00.000Z"}]})";
}

/// The addresses of the files, each with its state, and "!" where the event warns that one is not ready.
std::string files_in(const std::string& fields) {
    const std::string body = upload(fields);
    const auto batch = platforms::parse(adapter(), body);
    EXPECT_TRUE(batch) << batch.error().message;
    std::string text;
    for (const model::Part& part : (*batch)->parts_of((*batch)->root(0))) {
        text.append(text.empty() ? "" : " ").append((*batch)->view(part.url));
        if (part.state) text.append("=").append((*batch)->view(part.state));
    }
    const auto written = adapter().write(**batch, platforms::Direction::in);
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_TRUE(same_json(*written, body)) << "wrote " << *written;
    return text + ((*batch)->root(0).warns(model::Warning::file_not_ready) ? "!" : "");
}

TEST(Upload, has_the_files_of_its_addresses_in_their_order) {
    EXPECT_EQ(files_in(R"("urls":["b","a","b"])"), "b a b");
    EXPECT_EQ(files_in(R"("urls":["b","a"],"data":{"uploadStatus":"SUCCEEDED","fileUrl":"a"})"),
              "b=ready a=ready");
    EXPECT_EQ(files_in(R"("urls":["a"],"data":{"uploadStatus":"SUCCEEDED","fileUrl":"other"})"),
              "a=ready")
        << "the documented example has two spellings of one file";
    EXPECT_EQ(files_in(R"("urls":["a"],"url":"b")"), "a");
}

TEST(Upload, has_the_file_of_its_data_only_where_no_other_address_is_named) {
    const std::string data = R"("data":{"uploadStatus":"SUCCEEDED","fileUrl":"a"})";
    EXPECT_EQ(files_in(data), "a=ready");
    EXPECT_EQ(files_in(R"("urls":[],)" + data), "a=ready");
    EXPECT_EQ(files_in(R"("urls":[""],)" + data), "a=ready");
    EXPECT_EQ(files_in(R"("url":["b"],)" + data), "b=ready");
    EXPECT_EQ(files_in(R"("urls":[],"data":{"uploadStatus":"FAILED"})"), "=FAILED!");
}

TEST(Upload, that_succeeded_is_ready_and_other_states_keep_their_word) {
    const auto state = [](const std::string& word) {
        return files_in(R"("urls":["a"],"data":{"uploadStatus":")" + word + R"(","fileUrl":"a"})");
    };
    EXPECT_EQ(state("SUCCEEDED"), "a=ready");
    EXPECT_EQ(state("ready"), "a=ready");
    EXPECT_EQ(state("UPLOADING"), "a=UPLOADING!");
    EXPECT_EQ(state("succeeded"), "a=succeeded!");
    EXPECT_EQ(state(""), "a");
}

/// One file of another platform's event, converted; the `data` of the upload.
std::string converted(const std::string& state) {
    const auto batch = model::read_events(
        R"({"v":1,"kind":"message","platform":"omnichannel","conversation":{"mode":"live","id":"s"},"actor":{"role":"user"},)"
        R"("sent_at":"2026-01-05T10:00:00.000Z","content":[{"type":"file","url":"https://f.example/a.png","media":"image")" +
        state + "}]}");
    EXPECT_TRUE(batch) << batch.error().message;
    const auto result = platforms::convert(**batch, 0, adapter());
    EXPECT_TRUE(result) << result.error().message;
    const auto from = result->body.find(R"("urls":)");
    return result->body.substr(from, result->body.find(R"(},"timestamp")") - from);
}

TEST(Upload, is_written_with_the_vendors_word_for_a_file_that_is_ready) {
    const std::string urls = R"("urls":["https://f.example/a.png"])";
    const auto with = [&](const std::string& word) {
        return urls + R"(,"data":{"uploadStatus":")" + word +
               R"(","fileUrl":"https://f.example/a.png"})";
    };
    EXPECT_EQ(converted(R"(,"state":"ready")"), with("SUCCEEDED"));
    EXPECT_EQ(converted(R"(,"state":"error")"), with("error"));
    EXPECT_EQ(converted(""), urls);
}

TEST(Upload, that_succeeded_is_ready_at_the_other_platform) {
    const std::string body = upload(
        R"("urls":["https://f.example/a.png"],"data":{"uploadStatus":"SUCCEEDED","fileUrl":"https://f.example/a.png"})");
    const auto batch = platforms::parse(adapter(), body);
    ASSERT_TRUE(batch);
    const auto result =
        platforms::convert(**batch, (*batch)->roots[0], *platforms::find("omnichannel"));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_NE(result->body.find(R"("state":"ready")"), std::string::npos) << result->body;
}

}  // namespace
}  // namespace lampjack::test
