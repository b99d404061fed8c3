// What the platform requires of a message: asked for before it is kept, or made up and told.

#include "omnichannel_support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lampjack::platforms::omnichannel {
namespace {

using namespace test;

model::BatchPtr words(std::string_view content, model::Role role = model::Role::user) {
    auto batch = model::read_content(content, role);
    EXPECT_TRUE(batch.has_value()) << content;
    return batch ? std::move(*batch) : model::BatchPtr::make();
}

std::string told(const std::vector<Loss>& losses) {
    std::string text;
    for (const Loss& loss : losses)
        text.append(std::to_string(loss.part.value_or(99)) + " " + loss.field + " " + loss.what +
                    "\n");
    return text;
}

std::string why_refused(std::string_view content) {
    const auto batch = words(content);
    const auto checked = adapter().check_words(*batch, batch->root(0));
    return checked ? std::string() : checked.error().message;
}

Code refused(std::string_view content) {
    const auto batch = words(content);
    const auto checked = adapter().check_words(*batch, batch->root(0));
    return checked ? Code::ok : checked.error().code;
}

TEST(OmnichannelWords, that_only_their_author_can_complete_are_refused) {
    EXPECT_EQ(refused(R"({"type":"file","url":"https://f.example/a","media":"file","size":0})"),
              Code::ok);
    EXPECT_EQ(refused(R"({"type":"file","url":"https://f.example/a","media":"file"})"),
              Code::argument);
    EXPECT_EQ(refused(R"({"type":"file","media":"file","size":5})"), Code::argument);
    EXPECT_EQ(refused(R"({"type":"postback","title":"Yes"})"), Code::ok);
    EXPECT_EQ(refused(R"({"type":"postback","payload":"y"})"), Code::ok);
    EXPECT_EQ(refused(R"({"type":"postback"})"), Code::argument);
    EXPECT_EQ(refused(R"({"type":"choice","text":"Pick","style":"buttons","options":[]})"),
              Code::unsupported);
    EXPECT_EQ(refused(R"({"type":"text","text":"hi"})"), Code::ok);
    EXPECT_EQ(
        why_refused(
            R"([{"type":"text","text":"hi"},{"type":"file","url":"https://f.example/a","media":"file"}])"),
        "content[1].size: a file needs its size in bytes: the platform requires it");
}

TEST(OmnichannelWords, of_a_file_have_a_name_and_a_type_by_its_address) {
    struct {
        std::string_view url, name, mime;
    } const cases[] = {
        {"https://f.example/in/my%20list.PDF?v=1#p", "my list.PDF", "application/pdf"},
        {"https://f.example/a.b.jpeg", "a.b.jpeg", "image/jpeg"},
        {"https://f.example/unknown.zzz", "unknown.zzz", "application/octet-stream"},
        {"https://f.example/folder/", "file", "application/octet-stream"},
        {"https://f.example", "file", "application/octet-stream"},
        {"https://f.example/a%0Ab", "file", "application/octet-stream"},
        {"a.png", "a.png", "image/png"},
    };
    for (const auto& [url, name, mime] : cases) {
        const std::string content =
            R"({"type":"file","url":")" + std::string(url) + R"(","media":"file","size":5})";
        std::vector<Loss> losses;
        const auto batch = words(content);
        const auto ready = make_ready(*batch, batch->roots.front(), adapter(), &losses);
        ASSERT_TRUE(ready.has_value()) << url;
        const model::Part& file = (*ready)->parts_of((*ready)->root(0)).front();
        EXPECT_EQ((*ready)->view(file.name), name) << url;
        EXPECT_EQ((*ready)->view(file.mime), mime) << url;
        EXPECT_EQ(told(losses), "0 vendor_id made_up\n0 name made_up\n0 mime made_up\n") << url;
    }
}

TEST(OmnichannelWords, that_lack_nothing_lose_nothing) {
    std::vector<Loss> losses;
    const auto batch = words(
        R"([{"type":"text","text":"see"},{"type":"file","url":"https://f.example/a","media":"file",)"
        R"("name":"a","mime":"text/plain","size":5,"state":"ready","vendor_id":"f-1"},)"
        R"({"type":"postback","title":"Yes","payload":"y"}])");
    ASSERT_TRUE(make_ready(*batch, batch->roots.front(), adapter(), &losses).has_value());
    EXPECT_EQ(told(losses), "");
}

TEST(OmnichannelWords, tell_of_what_was_made_up_by_the_part_it_belongs_to) {
    std::vector<Loss> losses;
    const auto batch =
        words(R"([{"type":"text","text":"see"},{"type":"postback","title":"Yes"},)"
              R"({"type":"file","url":"https://f.example/a.png","media":"file","name":"a",)"
              R"("mime":"image/png","state":"uploading","vendor_id":"f"}])");
    ASSERT_TRUE(make_ready(*batch, batch->roots.front(), adapter(), &losses).has_value());
    EXPECT_EQ(told(losses), "1 payload made_up\n2 size missing\n2 state file_not_ready\n");
    losses.clear();
    const auto keyboard = words(
        R"({"type":"choice","text":"Pick","style":"buttons","options":[{"kind":"reply","title":"A"}]})",
        model::Role::bot);
    ASSERT_TRUE(make_ready(*keyboard, keyboard->roots.front(), adapter(), &losses).has_value());
    EXPECT_EQ(told(losses), "0 options.payload made_up\n");
}

TEST(OmnichannelWords, of_plain_text_leave_as_they_are) {
    const auto text = words(R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])");
    EXPECT_TRUE(leaves_as_it_is(*text, text->roots.front(), adapter()));
    const auto file =
        words(R"({"type":"file","url":"https://f.example/a","media":"file","size":5})");
    EXPECT_FALSE(leaves_as_it_is(*file, file->roots.front(), adapter()));
}

std::string script(std::string_view message) {
    const auto batch = read_body(
        R"({"event":"new_message","chat_id":4211,"visitor":{"id":"v-9"},"message":{"id":"m-1",)" +
        std::string(message) + "}}");
    const auto view = batch ? script_view(**batch, (*batch)->roots.front()) : batch.error();
    return view ? *view : "error: " + view.error().message;
}

TEST(OmnichannelScript, gets_a_text_a_label_or_a_token_and_the_variables) {
    const std::string variables =
        R"("variables":{"channel_visitor_id":"v-9","channel_conversation_id":"4211","channel_chat_id":"4211|omnichannel"}})";
    EXPECT_EQ(script(R"("kind":"visitor","text":"hi")"), R"({"text":"hi",)" + variables);
    EXPECT_EQ(script(R"("kind":"keyboard_response","data":{"button":{"id":"b1","text":"Yes"}})"),
              R"({"text":"Yes",)" + variables);
    EXPECT_EQ(
        script(
            R"("kind":"file_visitor","data":{"id":"f","state":"ready","content_type":"image/png","url":"u"})"),
        R"({"text":"file:image|f|u",)" + variables);
    EXPECT_EQ(script(R"("kind":"file_visitor","data":{"id":"f","state":"sent","url":"u"})"),
              "{" + variables);
    EXPECT_EQ(script(R"("kind":"sticker")"), "{" + variables);
}

TEST(OmnichannelScript, text_becomes_the_part_it_stands_for) {
    EXPECT_EQ(*part_of_script(adapter(), "file:image|f-1|https://f.example/a|b"),
              R"({"type":"file","url":"https://f.example/a|b","media":"image","vendor_id":"f-1"})");
    EXPECT_EQ(*part_of_script(adapter(), "hi \"there\""),
              R"({"type":"text","text":"hi \"there\""})");
    EXPECT_EQ(*part_of_script(*find("certainly"), "file:image|f|u"),
              R"({"type":"text","text":"file:image|f|u"})");
}

}  // namespace
}  // namespace lampjack::platforms::omnichannel
