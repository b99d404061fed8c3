#include "dialects/messenger.h"

#include "model/canonical.h"
#include "json/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::dialects::messenger {
namespace {

using json::Problem;
using model::Batch;
using model::PartType;

struct Reading {
    model::BatchPtr batch = model::BatchPtr::make();
    bool good = false;
    Problem problem = Problem::none;

    const model::Event& event() const { return batch->events.at(0); }
    const model::Part& part() const { return batch->parts_of(event())[0]; }
    /// The event's content, with the message's own leftovers behind it.
    std::string content() const {
        std::string text;
        json::Writer out(text);
        model::write_content(*batch, event(), out);
        batch->each(event().extra, [&](const model::Extra& extra) {
            text += " " + std::string(batch->view(extra.key)) + "=" +
                    std::string(batch->view(extra.raw));
        });
        return text;
    }
    std::string written(bool own = true) const {
        std::string text;
        json::Writer out(text);
        const auto done = write_message(*batch, part(), event().extra, own, out);
        return done ? text : "error: " + done.error().message;
    }
};

Reading read(std::string_view body) {
    Reading result;
    Batch& batch = result.batch.mutate();
    batch.text.assign(body);
    json::Index index;
    EXPECT_TRUE(index.build(batch.text.body(), body.size())) << body;
    json::Cursor cursor(batch.text, index);
    model::BatchBuilder build(batch, cursor);
    const auto event = build.add_event(model::EventKind::message, model::Role::bot);
    batch.roots.push_back(event);
    result.good = read_message(build, event) && cursor.end();
    result.problem = cursor.problem();
    return result;
}

struct Case {
    std::string_view body;
    std::string_view content;
};

// Where the written keys stand in the order of the body, the body itself is the expectation.
constexpr Case kCases[] =
    {
        {R"({"text":"Hi Welcome"})", R"([{"type":"text","text":"Hi Welcome"}])"},
        {R"({"text":""})", R"([{"type":"text","text":""}])"},
        {R"({"text":"a\u0000b"})", R"([{"type":"text","text":"a\u0000b"}])"},
        {R"({"text":"Hi","metadata":{"a":[1]}})",
         R"([{"type":"text","text":"Hi"}] metadata={"a":[1]})"},
        {R"({"text":"Hi","quick_replies":[]})",
         R"([{"type":"text","text":"Hi"}] quick_replies=[])"},
        {R"({"text":"Hi","quick_replies":null})",
         R"([{"type":"text","text":"Hi"}] quick_replies=null)"},
        {R"({"text":"Pick","quick_replies":[{"content_type":"text","title":"A","payload":"p1","image_url":"https://i.example/a.png"},{"content_type":"location"}]})",
         R"([{"type":"choice","text":"Pick","style":"quick_replies","options":[{"kind":"reply","title":"A","payload":"p1","image_url":"https://i.example/a.png"},{"kind":"location"}]}])"},
        {R"({"quick_replies":[{"content_type":"text","title":"A","payload":"","x":1}]})",
         R"([{"type":"choice","style":"quick_replies","options":[{"kind":"reply","title":"A","extra":{"x":1,"message":{"payload":""}}}]}])"},
        {R"({"text":"Pick","quick_replies":[{"content_type":"user_email"}]})",
         R"([{"type":"choice","text":"Pick","style":"quick_replies","options":[{"kind":"unknown","extra":{"content_type":"user_email"}}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"button","text":"Pick","buttons":[{"type":"postback","title":"A","payload":"p1"},{"type":"web_url","title":"B","url":"https://x.example"},{"type":"phone_number","title":"C","payload":"+32 000"},{"type":"element_share"}]}}})",
         R"([{"type":"choice","text":"Pick","style":"buttons","options":[{"kind":"postback","title":"A","payload":"p1"},{"kind":"url","title":"B","url":"https://x.example"},{"kind":"phone","title":"C","phone":"+32 000"},{"kind":"share"}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"button","buttons":[{"title":"A","type":"game_play"}]}}})",
         R"([{"type":"choice","style":"buttons","options":[{"kind":"unknown","title":"A","extra":{"type":"game_play"}}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"button","buttons":[{"type":"phone_number","title":"A","payload":320000}]}}})",
         R"([{"type":"choice","style":"buttons","options":[{"kind":"phone","title":"A","phone":"320000","extra":{"message":{"payload":320000}}}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Item 1","image_url":"https://i.example/1.jpg","buttons":[{"type":"web_url","title":"Docs","url":"https://x.example"}]},{"title":"Item 2","subtitle":"s","default_action":{"type":"web_url","url":"https://x.example"},"buttons":[]}]}}})",
         R"([{"type":"cards","layout":"carousel","cards":[{"title":"Item 1","image_url":"https://i.example/1.jpg","options":[{"kind":"url","title":"Docs","url":"https://x.example"}]},{"title":"Item 2","subtitle":"s","url":"https://x.example","extra":{"buttons":[]}}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"list","elements":[{"title":"Row","item_url":"https://x.example"}],"buttons":[{"type":"postback","title":"All","payload":"all"}],"top_element_style":"compact"}}})",
         R"([{"type":"cards","layout":"list","cards":[{"title":"Row","url":"https://x.example","extra":{"item_url":"https://x.example"}}],"options":[{"kind":"postback","title":"All","payload":"all"}],"extra":{"top_element_style":"compact"}}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"list","elements":[],"buttons":[]}}})",
         R"([{"type":"cards","layout":"list","cards":[],"extra":{"buttons":[]}}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"T","item_url":"https://old.example","default_action":{"type":"web_url","url":"https://new.example"}}]}}})", R"([{"type":"cards","layout":"carousel","cards":[{"title":"T","url":"https://new.example","extra":{"item_url":"https://old.example","default_action":{"type":"web_url","url":"https://new.example"}}}]}])"},
        {R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"T","default_action":{"type":"web_url","url":"https://x.example","webview_height_ratio":"tall"}}]}}})",
         R"([{"type":"cards","layout":"carousel","cards":[{"title":"T","url":"https://x.example","extra":{"default_action":{"type":"web_url","url":"https://x.example","webview_height_ratio":"tall"}}}]}])"},
        {R"({"attachment":{"type":"image","payload":{"url":"https://i.example/p.png","is_reusable":false}}})",
         R"([{"type":"file","url":"https://i.example/p.png","media":"image","extra":{"is_reusable":false}}])"},
        {R"({"attachment":{"type":"video","payload":{"url":"https://i.example/p.mp4"}}})",
         R"([{"type":"file","url":"https://i.example/p.mp4","media":"video"}])"},
        {R"({"attachment":{"type":"audio","payload":{"url":"https://i.example/p.mp3"}}})",
         R"([{"type":"file","url":"https://i.example/p.mp3","media":"audio"}])"},
        {R"({"attachment":{"type":"file","payload":{"url":"https://i.example/p.pdf"}}})",
         R"([{"type":"file","url":"https://i.example/p.pdf","media":"file"}])"},
        {R"({"attachment":{"payload":{"url":"https://i.example/p.pdf"},"type":"attachment","x":1}})",
         R"([{"type":"file","url":"https://i.example/p.pdf","media":"file","extra":{"attachment":{"x":1,"type":"attachment"}}}])"},
        {R"({"attachment":{"type":"image","payload":{"url":"https://i.example/p.png"}},"quick_replies":[{"content_type":"text","title":"A","payload":"p"}]})",
         R"([{"type":"file","url":"https://i.example/p.png","media":"image"}] quick_replies=[{"content_type":"text","title":"A","payload":"p"}])"},
        {R"({"attachment":null,"text":"Hi","type":"note"})",
         R"([{"type":"text","text":"Hi"}] attachment=null type="note")"},
};

/// The members of objects sorted, so that texts compare up to key order. Enough for the small bodies here.
std::string sorted(std::string_view json) {
    auto ptr = model::BatchPtr::make();
    Batch& batch = ptr.mutate();
    batch.text.assign(json);
    json::Index index;
    EXPECT_TRUE(index.build(batch.text.body(), json.size())) << json;
    json::Cursor cursor(batch.text, index);
    const auto walk = [&](const auto& self) -> std::string {
        std::vector<std::string> members;
        if (cursor.peek() == '{') {
            EXPECT_TRUE(cursor.object([&](const json::Key& key) {
                const std::string name(key.text);
                members.push_back(name + ":" + self(self));
                return true;
            }));
            std::sort(members.begin(), members.end());
        } else if (cursor.peek() == '[') {
            EXPECT_TRUE(cursor.array([&] {
                members.push_back(self(self));
                return true;
            }));
        } else {
            json::Str raw;
            EXPECT_TRUE(cursor.raw(raw));
            return std::string(batch.view(raw));
        }
        std::string all = "(";
        for (const std::string& member : members) all += member + ",";
        return all + ")";
    };
    return walk(walk);
}

TEST(Messenger, ReadsWhatIsDocumentedAndWritesItBack) {
    for (const Case& one : kCases) {
        const Reading reading = read(one.body);
        ASSERT_TRUE(reading.good) << one.body;
        EXPECT_EQ(reading.content(), one.content) << one.body;
        EXPECT_EQ(reading.event().warnings, 0U) << one.body;
        EXPECT_EQ(sorted(reading.written()), sorted(one.body));
    }
}

TEST(Messenger, KeepsWhatItCannotReadAsRawJson) {
    const std::string_view unknown[] = {
        R"({})",
        R"({"text":"beside","attachment":{"type":"image","payload":{"url":"https://i.example/p.png"}}})",
        R"({"attachment":{"type":"hologram","payload":{"url":"https://i.example/p"}}})",
        R"({"attachment":{"type":"image","payload":{"attachment_id":"7"}}})",
        R"({"attachment":{"type":"template","payload":{"template_type":"receipt","elements":[]}}})",
        R"({"attachment":{"type":"template","payload":{"template_type":"button","text":"no buttons"}}})",
        R"({"attachment":{"type":"template","payload":{"template_type":"generic","text":"t","elements":[]}}})",
        R"({"attachment":{"type":"image"}})",
        R"({"type":"carousel","config":{"elements":[]}})",
    };
    const std::string_view malformed[] = {
        R"({"attachment":"image"})",
        R"({"attachment":{"type":1,"payload":{}}})",
        R"({"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"T"},2]}}})",
        R"({"text":"Pick","quick_replies":["A"]})",
        R"({"text":"once","text":"twice"})",
    };
    const auto check = [](std::string_view body, unsigned warnings) {
        const Reading reading = read(body);
        ASSERT_TRUE(reading.good) << body;
        ASSERT_EQ(reading.event().parts.count, 1U);
        EXPECT_EQ(reading.part().type, PartType::unknown) << body;
        EXPECT_EQ(reading.event().warnings, warnings) << body;
        EXPECT_TRUE(reading.batch->options.empty() && reading.batch->cards.empty() &&
                    reading.batch->extras.empty());
        EXPECT_EQ(reading.written(), body);
    };
    for (const auto body : unknown)
        check(body, 1U << static_cast<unsigned>(model::Warning::unknown_message_type));
    for (const auto body : malformed)
        check(body, 1U << static_cast<unsigned>(model::Warning::malformed_item));
    check(R"({"type":"event","text":"typing","name":"typing_on"})", 0);
}

TEST(Messenger, DecidesInAnyKeyOrder) {
    const std::string_view orders[] = {
        R"({"attachment":{"type":"template","payload":{"template_type":"list","elements":[{"title":"R"}],"buttons":[{"type":"phone_number","title":"C","payload":"+32"}]}}})",
        R"({"attachment":{"payload":{"buttons":[{"payload":"+32","title":"C","type":"phone_number"}],"elements":[{"title":"R"}],"template_type":"list"},"type":"template"}})",
    };
    EXPECT_EQ(read(orders[0]).content(), read(orders[1]).content());
}

TEST(Messenger, RefusesWhatIsNoObjectAndLeavesTheCursorThere) {
    for (const std::string_view body : {"7", "\"text\"", "[]", "null"}) {
        const Reading reading = read(body);
        EXPECT_FALSE(reading.good) << body;
        EXPECT_EQ(reading.problem, Problem::mismatch) << body;
    }
    const Reading broken = read(R"({"text":"a\ud800"})");
    EXPECT_FALSE(broken.good);
    EXPECT_EQ(broken.problem, Problem::escape);
}

TEST(Messenger, GivesForeignOptionsWhatAVendorNeeds) {
    auto read_content = model::read_content(
        R"([{"type":"choice","text":"Pick","style":"buttons","options":[{"kind":"reply","title":"A"},{"kind":"url","title":"B","url":"https://x.example"},{"kind":"unknown","title":"C"}]}])",
        model::Role::agent);
    ASSERT_TRUE(read_content) << read_content.error().message;
    const Batch& batch = **read_content;
    std::string text;
    json::Writer out(text);
    const auto& event = batch.root(0);
    ASSERT_TRUE(write_message(batch, batch.parts_of(event)[0], event.extra, false, out));
    EXPECT_EQ(
        text,
        R"({"attachment":{"type":"template","payload":{"template_type":"button","text":"Pick","buttons":[{"type":"postback","title":"A","payload":"A"},{"type":"web_url","title":"B","url":"https://x.example"},{"type":"postback","title":"C","payload":"C"}]}}})");
}

TEST(Messenger, SaysWhatAMessageCannotHold) {
    auto read_content = model::read_content(R"([{"type":"location","latitude":1,"longitude":2}])",
                                            model::Role::bot);
    ASSERT_TRUE(read_content) << read_content.error().message;
    const Batch& batch = **read_content;
    std::string text;
    json::Writer out(text);
    const auto done = write_message(batch, batch.parts[0], {}, false, out);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::unsupported);
    EXPECT_NE(done.error().message.find("location"), std::string::npos);
    EXPECT_FALSE(can_write(PartType::location));
    EXPECT_TRUE(can_write(PartType::cards));
}

}  // namespace
}  // namespace lampjack::dialects::messenger
