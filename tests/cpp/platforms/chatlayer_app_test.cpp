#include "platforms/chatlayer_app/adapter.h"

#include "../support/golden.h"
#include "model/canonical.h"
#include "platforms/chatlayer_app/envelope.h"
#include "platforms/chatlayer_app/media.h"
#include "platforms/chatlayer_app/settings.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <array>

namespace lampjack::platforms::chatlayer_app {
namespace {

constexpr std::string_view kSettings =
    R"({"platform":"chatlayer_app","relay_token":["made-up-1","made-up-2"]})";

Account account(std::string_view json = kSettings) {
    auto made = make_account("shop", json);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(*made);
}

model::BatchPtr read_body(std::string_view body, const Account* owner = nullptr,
                          std::string_view path = "/") {
    const ReadInput input{.path = path, .query = {}, .headers = {}, .account = owner};
    auto batch = parse(kAdapter, input, body);
    EXPECT_TRUE(batch.has_value()) << batch.error().message << "\n" << body;
    return std::move(*batch);
}

Error refusal(std::string_view body, std::string_view path = "/", const Account* owner = nullptr) {
    const ReadInput input{.path = path, .query = {}, .headers = {}, .account = owner};
    const auto batch = parse(kAdapter, input, body);
    EXPECT_FALSE(batch.has_value()) << body;
    return batch.has_value() ? Error{Code::ok, {}} : batch.error();
}

std::string_view user_of(const model::Batch& batch) {
    return batch.view(batch.conversations[batch.root(0).conversation].id);
}

/// One event from canonical JSON, as another platform's.
model::BatchPtr foreign(std::string_view fields, std::string_view platform = "certainly") {
    auto batch =
        model::read_events(R"({"v":1,"id":"00000000000000000000000000000001","platform":")" +
                           std::string(platform) + "\"," + std::string(fields) + "}");
    EXPECT_TRUE(batch.has_value()) << batch.error().message;
    return std::move(*batch);
}

std::string written(const model::Batch& batch, Direction direction) {
    const auto body = kAdapter.write(batch, direction);
    EXPECT_TRUE(body.has_value()) << body.error().message;
    return body.has_value() ? *body : std::string{};
}

const Endpoint& endpoint(std::string_view path) {
    for (const Endpoint& one : kAdapter.endpoints)
        if (one.path == path) return one;
    ADD_FAILURE() << path;
    return kAdapter.endpoints[0];
}

// ---- settings and verification

TEST(ChatlayerAppSettings, refuses_an_account_without_its_token) {
    EXPECT_EQ(make_account("shop", R"({"platform":"chatlayer_app"})").error().code, Code::config);
    EXPECT_TRUE(make_account("shop", R"({"platform":"chatlayer_app","auth":"none"})").has_value());
}

TEST(ChatlayerAppSettings, refuses_a_user_path_that_is_no_path) {
    for (const char* path : {"", " ", "a..b", ".a", "a.", "a  b", " a", "a "}) {
        Account owner = account();
        owner.values["user_path"] = path;
        EXPECT_EQ(kAdapter.configure(owner).error().code, Code::config) << '"' << path << '"';
    }
    for (const char* path : {"a", "a.b", "a.b c.d"}) {
        Account owner = account();
        owner.values["user_path"] = path;
        EXPECT_TRUE(kAdapter.configure(owner).has_value()) << path;
    }
    EXPECT_TRUE(kAdapter.configure(account()).has_value());
}

Result<Trust> verify_header(const Account& owner, std::string_view value) {
    const std::array headers{model::HeaderView{"Authorization", value}};
    const model::Request request{
        .method = "POST", .path = "/send", .query = {}, .headers = headers, .body = "{}"};
    return kAdapter.verify(owner, endpoint("/send"), request);
}

TEST(ChatlayerAppVerify, accepts_each_of_the_configured_tokens) {
    const Account owner = account();
    for (const char* value : {"Bearer made-up-1", "bearer made-up-2", "BEARER  made-up-1 "})
        EXPECT_TRUE(verify_header(owner, value).has_value()) << value;
}

TEST(ChatlayerAppVerify, refuses_everything_else) {
    const Account owner = account();
    for (const char* value :
         {"", "Bearer", "Bearer ", "Bearer made-up-3", "Bearer made-up-", "Bearer made-up-11",
          "Basic made-up-1", "made-up-1", "Bearermade-up-1"}) {
        const auto trust = verify_header(owner, value);
        ASSERT_FALSE(trust.has_value()) << value;
        EXPECT_EQ(trust.error().code, Code::auth);
        EXPECT_EQ(trust.error().message.find("made-up"), std::string::npos);
    }
    EXPECT_EQ(kAdapter.verify(owner, endpoint("/send"), model::Request{}).error().code, Code::auth);
}

TEST(ChatlayerAppVerify, asks_nothing_where_the_configuration_says_so) {
    EXPECT_TRUE(
        verify_header(account(R"({"platform":"chatlayer_app","auth":"none"})"), "").has_value());
}

// ---- whose message is it

TEST(ChatlayerAppUserPath, finds_the_user_where_the_setting_says) {
    Account owner = account();
    owner.values["user_path"] = "meta.recipient.id inputData.to";
    const char* both =
        R"({"meta":{"recipient":{"name":"x","id":"first"}},"inputData":{"to":"second",
        "messages":[{"text_message":{"text":"x"}}]}})";
    EXPECT_EQ(user_of(*read_body(both, &owner, "/send")), "first");
    const char* second =
        R"({"meta":{"recipient":[]},"inputData":{"messages":[{"text_message":{"text":"x"}}],"to":12}})";
    const auto batch = read_body(second, &owner, "/send");
    EXPECT_EQ(user_of(*batch), "12");
    EXPECT_TRUE(batch->root(0).warns(model::Warning::id_was_number));
    EXPECT_TRUE(read_body(both, nullptr, "/send")->root(0).warns(model::Warning::unattributed));
}

TEST(ChatlayerAppUserPath, tries_the_likely_places_in_order) {
    const auto body = [](std::string_view input, std::string_view root) {
        return R"({"inputData":{"messages":[{"text_message":{"text":"x"}}])" + std::string(input) +
               "}" + std::string(root) + "}";
    };
    const std::string user = R"(,"user":{"id":"a"})", user_id = R"(,"userId":"b")",
                      conversation = R"(,"conversationId":"c")";
    EXPECT_EQ(user_of(*read_body(body(conversation + user_id + user, user))), "a");
    EXPECT_EQ(user_of(*read_body(body(conversation + user_id, user))), "b");
    EXPECT_EQ(user_of(*read_body(body(conversation, user))), "c");
    EXPECT_EQ(user_of(*read_body(body("", user))), "a");
    EXPECT_EQ(user_of(*read_body(body(R"(,"user":{"id":""},"userId":null)", user))), "a");
}

TEST(ChatlayerAppUserPath, a_handover_needs_a_user) {
    EXPECT_EQ(refusal(R"({"inputData":{"who":"u-77"}})", "/offload").code, Code::payload);
    Account owner = account();
    owner.values["user_path"] = "inputData.who";
    const auto batch = read_body(R"({"inputData":{"who":"u-77"}})", &owner, "/offload");
    EXPECT_EQ(batch->root(0).kind, model::EventKind::handover_requested);
    EXPECT_EQ(user_of(*batch), "u-77");
}

// ---- shapes

TEST(ChatlayerAppRead, an_endpoint_takes_its_own_bundle_only) {
    const char* send =
        R"({"inputData":{"userId":"u-77","messages":[{"text_message":{"text":"x"}}]}})";
    const char* request = R"({"request":{"content":"x","method":"POST","query":{},"headers":{}}})";
    const char* subscribe = R"({"targetUrl":"https://hook.example/1"})";
    EXPECT_EQ(refusal(request, "/send").code, Code::payload);
    EXPECT_EQ(refusal(send, "/receive").code, Code::payload);
    EXPECT_EQ(refusal(request, "/subscribe").code, Code::payload);
    EXPECT_EQ(refusal("[]", "/receive").code, Code::payload);
    EXPECT_EQ(refusal("7").code, Code::payload);
    EXPECT_EQ(refusal(R"({"hello":1})").code, Code::payload);
    for (const char* path : {"/", ""}) {
        EXPECT_EQ(read_body(send, nullptr, path)->root(0).kind, model::EventKind::message);
        EXPECT_EQ(read_body(request, nullptr, path)->root(0).kind, model::EventKind::unknown);
        EXPECT_EQ(read_body(subscribe, nullptr, path)->root(0).kind, model::EventKind::unknown);
    }
    EXPECT_EQ(read_body(send, nullptr, "/send/")->size(), 1U);
}

TEST(ChatlayerAppRead, keeps_only_the_first_thousand_messages_readable) {
    std::string body = R"({"inputData":{"userId":"u-77","messages":[)";
    for (int i = 0; i < 1001; ++i)
        body += std::string(i == 0 ? "" : ",") + R"({"text_message":{"text":"x"}})";
    const auto batch = read_body(body + "]}}");
    ASSERT_EQ(batch->size(), 1001U);
    EXPECT_EQ(batch->root(999).kind, model::EventKind::message);
    EXPECT_EQ(batch->root(1000).kind, model::EventKind::unknown);
    EXPECT_TRUE(batch->root(1000).warns(model::Warning::too_many_items));
}

std::string many_items(int count, std::string_view user, std::string_view last_user) {
    std::string body = "[";
    for (int i = 0; i < count; ++i)
        body += std::string(i == 0 ? "" : ",") + R"({"user":{"id":")" +
                std::string(i + 1 == count ? last_user : user) +
                R"("},"actor":{"type":"user"},"type":"message","timestamp":1646415058102,)"
                R"("message":{"messageType":"text","text":")" +
                std::to_string(i) + "\"}}";
    return body + "]";
}

TEST(ChatlayerAppRead, keeps_what_comes_behind_a_thousand_items_as_one_users_or_as_nobodys) {
    const auto one = read_body(many_items(1003, "u-1", "u-1"));
    ASSERT_EQ(one->size(), 1001U);
    const model::Event& surplus = one->root(1000);
    EXPECT_TRUE(surplus.warns(model::Warning::too_many_items));
    EXPECT_EQ(one->view(one->conversations[surplus.conversation].id), "u-1");
    EXPECT_TRUE(
        one->view(one->parts_of(surplus)[0].raw).starts_with(R"({"too_many_items":3,"first":[{)"));
    const auto two = read_body(many_items(1003, "u-1", "u-2"));
    EXPECT_EQ(two->root(1000).conversation, model::kNone) << "no user's words in another's";
    EXPECT_TRUE(two->root(1000).warns(model::Warning::unattributed));
}

TEST(ChatlayerAppRead, bounds_the_keys_of_a_bundle) {
    const auto body = [](int keys) {
        std::string text = R"({"inputData":{"messages":[]})";
        for (int i = 0; i < keys; ++i) text += ",\"k" + std::to_string(i) + "\":0";
        return text + "}";
    };
    EXPECT_TRUE(parse(kAdapter, body(255)).has_value());
    EXPECT_EQ(refusal(body(256)).code, Code::too_large);
    const std::string twice = body(254);
    EXPECT_EQ(refusal(twice.substr(0, twice.size() - 1) + ",\"k7\":1}").code, Code::json);
}

TEST(ChatlayerAppRead, opens_a_document_in_a_string_only_up_to_its_limits) {
    const auto body = [](std::size_t size) {
        std::string text = R"({\"text\":\")" + std::string(size, 'a') + R"(\"})";
        return R"({"explicit_channel_message":{"CHATLAYER":")" + text + "\"}}";
    };
    EXPECT_EQ(read_body(body(60000))->root(0).kind, model::EventKind::message);
    EXPECT_EQ(read_body(body(70000))->root(0).kind, model::EventKind::unknown);
}

TEST(ChatlayerAppRead, knows_the_numbers_of_media) {
    using model::Media;
    EXPECT_EQ(media_of_number("3"), Media::audio);
    EXPECT_EQ(media_of_number("4"), std::nullopt);
    EXPECT_EQ(media_of_number("-1"), std::nullopt);
    EXPECT_EQ(number_of(Media::file), 2);
}

// ---- the way back to Chatlayer

Outgoing outgoing(Action action) {
    Outgoing out;
    out.action = action;
    out.id = "u-77";
    out.remembered = R"("https://hook.example/1")";
    out.key = "key-1";
    out.now = 1767607200000;
    return out;
}

constexpr std::string_view kMessage =
    R"("kind":"message","conversation":{"mode":"live","id":"u-77"},"actor":{"role":"user","first_name":"Robin"},)";

TEST(ChatlayerAppRender, calls_the_apps_address_with_a_signed_command) {
    const Account owner = account();
    const auto request = kAdapter.render(owner, outgoing(Action::mute));
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://hook.example/1");
    EXPECT_EQ(model::header(request->headers, "content-type"), "application/json");
    EXPECT_EQ(request->body,
              R"({"lampjack":{"v":1,"key":"key-1","mac":")" +
                  command_mac(Secret("made-up-1"), "key-1") +
                  R"(","events":[{"user":{"id":"u-77"},"actor":{"type":"user"},"type":"action",)"
                  R"("action":{"type":"conversation_handover","data":{"handover":{"to":"agent"}}},)"
                  R"("timestamp":1767607200000}]}})");
    EXPECT_EQ(request->body.find("made-up"), std::string::npos);
}

TEST(ChatlayerAppRender, knows_each_action) {
    const Account owner = account(R"({"platform":"chatlayer_app","auth":"none"})");
    const auto body = [&](Outgoing out) { return kAdapter.render(owner, out)->body; };
    EXPECT_EQ(body(outgoing(Action::request)), body(outgoing(Action::mute)));
    EXPECT_NE(body(outgoing(Action::give_back)).find(R"("to":"bot")"), std::string::npos);
    EXPECT_EQ(body(outgoing(Action::mute)).find("mac"), std::string::npos);

    const auto batch =
        foreign(std::string(kMessage) +
                R"("sent_at":"2026-01-05T10:00:00.500Z","content":[{"type":"text","text":"hi"},)"
                R"({"type":"file","url":"https://f.example/1","media":"file"},)"
                R"({"type":"file","url":"https://f.example/2","media":"file"}])");
    auto message = outgoing(Action::message);
    message.batch = batch.get();
    message.id = "77";
    message.raw_id = "77";  // documented as a string, whatever it was elsewhere
    EXPECT_EQ(
        body(message),
        R"({"lampjack":{"v":1,"key":"key-1","events":[)"
        R"({"user":{"id":"77","firstName":"Robin"},"actor":{"type":"user"},"type":"message",)"
        R"("message":{"messageType":"text","text":"hi"},"timestamp":1767607200500},)"
        R"({"user":{"id":"77","firstName":"Robin"},"actor":{"type":"user"},"type":"message",)"
        R"("message":{"messageType":"upload","url":["https://f.example/1","https://f.example/2"]},)"
        R"("timestamp":1767607200500}]}})");
}

TEST(ChatlayerAppRender, says_what_is_missing) {
    const Account owner = account();
    auto nowhere = outgoing(Action::mute);
    nowhere.remembered = "null";
    EXPECT_EQ(kAdapter.render(owner, nowhere).error().code, Code::config);
    Account configured = account();
    configured.values["target_url"] = "https://hook.example/configured";
    EXPECT_EQ(kAdapter.render(configured, nowhere)->url, "https://hook.example/configured");
    EXPECT_EQ(kAdapter.render(configured, outgoing(Action::mute))->url, "https://hook.example/1");

    auto keyless = outgoing(Action::mute);
    keyless.key = {};
    EXPECT_EQ(kAdapter.render(owner, keyless).error().code, Code::argument);

    const auto reply = foreign(
        R"("kind":"message","actor":{"role":"agent"},"content":[{"type":"text","text":"hi"}])");
    auto message = outgoing(Action::message);
    message.batch = reply.get();
    EXPECT_EQ(kAdapter.render(owner, message).error().code, Code::unsupported);
    const auto place = foreign(std::string(kMessage) +
                               R"("content":[{"type":"location","latitude":1,"longitude":2}])");
    message.batch = place.get();
    EXPECT_EQ(kAdapter.render(owner, message).error().code, Code::unsupported);
}

/// What /receive gets when the app passes our own call on.
std::string come_back(const std::string& body, bool as_text) {
    std::string content = body;
    if (as_text) {
        content.clear();
        json::append_string(body, content);
    }
    return R"({"request":{"method":"POST","content":)" + content + R"(,"query":{},"headers":{}}})";
}

TEST(ChatlayerAppCommand, comes_back_as_its_items) {
    const Account owner = account();
    const auto batch = foreign(std::string(kMessage) +
                               R"("content":[{"type":"postback","title":"Yes","payload":"p-1"}])");
    auto message = outgoing(Action::message);
    message.batch = batch.get();
    const auto request = kAdapter.render(owner, message);
    ASSERT_TRUE(request.has_value());
    for (const bool as_text : {false, true}) {
        const auto back = read_body(come_back(request->body, as_text), &owner, "/receive");
        ASSERT_EQ(back->size(), 1U);
        EXPECT_EQ(back->root(0).kind, model::EventKind::message);
        EXPECT_EQ(back->view(back->find(back->root(0).extra, model::Scope::request, "lampjack")),
                  "\"key-1\"");
        const AnswerInput input{
            .endpoint = endpoint("/receive"), .batch = back.get(), .reply = back.get()};
        EXPECT_EQ(
            kAdapter.answer(owner, input).body,
            R"([{"user":{"id":"u-77","firstName":"Robin"},"actor":{"type":"user"},"type":"message",)"
            R"("message":{"messageType":"postback_v2","payload":"p-1","title":"Yes"},"timestamp":1767607200000}])");
    }
}

TEST(ChatlayerAppCommand, of_somebody_else_is_the_hosts_to_translate) {
    const Account other = account(R"({"platform":"chatlayer_app","relay_token":"somebody-elses"})");
    const Account owner = account();
    const std::string body = kAdapter.render(other, outgoing(Action::give_back))->body;
    const std::string unsigned_body =
        kAdapter
            .render(account(R"({"platform":"chatlayer_app","auth":"none"})"),
                    outgoing(Action::give_back))
            ->body;
    for (const bool as_text : {false, true}) {
        for (const std::string& text : {body, unsigned_body}) {
            const auto batch = read_body(come_back(text, as_text), &owner, "/receive");
            ASSERT_EQ(batch->size(), 1U);
            EXPECT_EQ(batch->root(0).kind, model::EventKind::unknown);
            EXPECT_EQ(batch->root(0).conversation, model::kNone);
        }
        EXPECT_EQ(read_body(come_back(body, as_text), &other, "/receive")->root(0).kind,
                  model::EventKind::handover);
    }
}

TEST(ChatlayerAppCommand, of_a_token_that_is_being_replaced_still_counts) {
    const Account before = account(R"({"platform":"chatlayer_app","relay_token":"made-up-2"})");
    const std::string body = kAdapter.render(before, outgoing(Action::give_back))->body;
    const Account after = account();
    EXPECT_EQ(read_body(come_back(body, false), &after, "/receive")->root(0).kind,
              model::EventKind::handover);
}

// ---- answers

TEST(ChatlayerAppAnswer, is_an_array_for_receive_and_an_object_elsewhere) {
    const Account owner = account();
    for (const char* path : {"/send", "/offload", "/subscribe"}) {
        const auto answer = kAdapter.answer(owner, AnswerInput{.endpoint = endpoint(path)});
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "{}");
        EXPECT_EQ(model::header(answer.headers, "content-type"), "application/json");
    }
    EXPECT_EQ(kAdapter.answer(owner, AnswerInput{.endpoint = endpoint("/receive")}).body, "[]");
}

TEST(ChatlayerAppAnswer, to_a_translation_that_cannot_be_written_is_a_failure) {
    const auto place = foreign(std::string(kMessage) +
                               R"("content":[{"type":"location","latitude":1,"longitude":2}])");
    const AnswerInput input{.endpoint = endpoint("/receive"), .reply = place.get()};
    const auto answer = kAdapter.answer(account(), input);
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(model::header(answer.headers, "content-type"), "application/problem+json");
}

// ---- writing what others read

TEST(ChatlayerAppWrite, uses_canonical_values_only_for_events_of_others) {
    const std::string fields =
        R"("kind":"message","conversation":{"mode":"live","id":"u-77"},"actor":{"role":"user","id":"u-77",)"
        R"("display_name":"Robin","language":"nl","extra":{"firstName":"Evil"}},)"
        R"("content":[{"type":"text","text":"hi"}],"session":{"crm":{"tier":"gold"}},"extra":{"text":"Evil","item":{"x":1}})";
    EXPECT_EQ(
        written(*foreign(fields), Direction::out),
        R"([{"user":{"id":"u-77","firstName":"Robin","preferredLanguage":"nl"},"actor":{"type":"user"},)"
        R"("type":"message","message":{"messageType":"text","text":"hi"},"session":{"crm":{"tier":"gold"}}}])");
    const std::string own = written(*foreign(fields, "chatlayer_app"), Direction::out);
    EXPECT_NE(own.find("Evil"), std::string::npos);
    EXPECT_NE(own.find(R"("x":1)"), std::string::npos);
}

TEST(ChatlayerAppWrite, names_the_user_of_an_event_that_is_taken_out_of_its_bundle) {
    const auto batch =
        parse(kAdapter, R"({"inputData":{"user":{"id":"u-77"},"messages":[)"
                        R"({"text_message":{"text":"a"}},{"text_message":{"text":"b"}}]}})");
    ASSERT_TRUE(batch.has_value() && (*batch)->size() == 2);
    const auto second = convert(**batch, (*batch)->roots[1], kAdapter);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->body,
              R"({"inputData":{"user":{"id":"u-77"},"messages":[{"text_message":{"text":"b"}}]}})");
    EXPECT_TRUE(second->losses.empty());
}

TEST(ChatlayerAppWrite, makes_a_label_of_a_press_that_carries_nothing) {
    const std::string press =
        std::string(kMessage) + R"("content":[{"type":"postback","title":"Yes"}])";
    EXPECT_NE(
        written(*foreign(press), Direction::out).find(R"({"messageType":"text","text":"Yes"})"),
        std::string::npos);
}

TEST(ChatlayerAppWrite, asks_for_a_human_by_a_handover) {
    const auto event = foreign(
        R"("kind":"handover_requested","conversation":{"mode":"live","id":"u-77"},)"
        R"("actor":{"role":"bot"},"sent_at":"2026-01-05T10:00:00.000Z","handover":{"to":"agent"})");
    EXPECT_EQ(
        written(*event, Direction::out),
        R"([{"user":{"id":"u-77"},"actor":{"type":"user"},"type":"action","action":{"type":"conversation_handover",)"
        R"("data":{"handover":{"to":"agent"}}},"timestamp":1767607200000}])");
    EXPECT_EQ(written(*event, Direction::in), R"({"inputData":{"user":{"id":"u-77"}}})");
}

TEST(ChatlayerAppWrite, says_everything_the_conversation_api_can_say) {
    const auto event = foreign(
        R"("kind":"message","conversation":{"mode":"live","id":"u-77"},"actor":{"role":"agent"},"content":[)"
        R"({"type":"text","text":"a","extra":{"format":"x"}},)"
        R"({"type":"choice","text":"b","style":"quick_replies","options":[{"kind":"reply","title":"Yes"},)"
        R"({"kind":"postback","title":"No","payload":"p"},{"kind":"url","url":"https://x.example"},)"
        R"({"kind":"phone","title":"Call","phone":"+320"},{"kind":"location","title":"Here"},{"kind":"share","title":"Share"}]},)"
        R"({"type":"cards","layout":"carousel","cards":[{"title":"c","subtitle":"d","image_url":"https://i.example/1","url":"https://x.example"}]},)"
        R"({"type":"cards","layout":"list","cards":[{"title":"e"},{"title":"f"}],"options":[{"kind":"reply","title":"More"}]},)"
        R"({"type":"file","url":"https://f.example/1","media":"audio","name":"n.mp3"},)"
        R"({"type":"location","latitude":1.50,"longitude":-2,"title":"Home"}])");
    EXPECT_EQ(
        written(*event, Direction::in),
        R"({"inputData":{"user":{"id":"u-77"},"messages":[{"text_message":{"text":"a"}},)"
        R"({"choice_message":{"text_message":{"text":"b"},"choices":[{"text_message":{"text":"Yes"},"postback_data":"Yes"},)"
        R"({"text_message":{"text":"No"},"postback_data":"p"},{"url_message":{"title":"https://x.example","url":"https://x.example"}},)"
        R"({"call_message":{"title":"Call","phone_number":"+320"}},{"share_location_message":{"title":"Here"}},{"text_message":{"text":"Share"}}]}},)"
        R"({"card_message":{"title":"c","description":"d","media_message":{"url":"https://i.example/1"},)"
        R"("choices":[{"url_message":{"title":"https://x.example","url":"https://x.example"}}]}},)"
        R"({"carousel_message":{"cards":[{"title":"e"},{"title":"f"}],"choices":[{"text_message":{"text":"More"},"postback_data":"More"}]}},)"
        R"({"media_message":{"url":"https://f.example/1","filename_override":"n.mp3","type":3}},)"
        R"({"location_message":{"coordinates":{"latitude":1.50,"longitude":-2},"title":"Home"}}]}})");
    const auto start =
        foreign(R"("kind":"message","actor":{"role":"bot"},"content":[{"type":"start"}])");
    EXPECT_EQ(kAdapter.write(*start, Direction::in).error().code, Code::unsupported);
}

// ---- nothing breaks it

/// Reads and, when that works, writes. The bodies are copied to memory of their own size, so a sanitizer sees each byte.
void exercise(std::string_view body, std::string_view path, const Account& owner) {
    const std::vector<char> copy(body.begin(), body.end());
    const ReadInput input{.path = path, .query = {}, .headers = {}, .account = &owner};
    const auto batch = parse(kAdapter, input, {copy.data(), copy.size()});
    if (!batch.has_value()) return;
    for (const auto direction : {Direction::in, Direction::out})
        static_cast<void>(kAdapter.write(**batch, direction));
}

TEST(ChatlayerAppRead, survives_every_truncation_and_mutation) {
    const Account owner = account();
    std::size_t cases = 0;
    for (const test::Golden& golden : test::golden_cases()) {
        if (golden.platform != kName) continue;
        ++cases;
        const std::string path = golden.text("path");
        std::string body = golden.body;
        for (std::size_t i = 0; i < body.size(); ++i) {
            exercise(std::string_view(body).substr(0, i), path, owner);
            const char original = body[i];
            for (const char other : {'"', '{', '7'}) {
                body[i] = other;
                exercise(body, path, owner);
            }
            body[i] = original;
        }
    }
    EXPECT_GE(cases, 60U);
}

TEST(ChatlayerAppRead, takes_keys_in_any_order) {
    const char* forwards =
        R"([{"user":{"id":"u","firstName":"F"},"actor":{"type":"user"},"type":"message",
        "message":{"messageType":"postback_v2","payload":"p","title":"t"},"session":{"a":1},"timestamp":1646415058102}])";
    const char* backwards =
        R"([{"timestamp":1646415058102,"session":{"a":1},"message":{"title":"t","payload":"p",
        "messageType":"postback_v2"},"type":"message","actor":{"type":"user"},"user":{"firstName":"F","id":"u"}}])";
    EXPECT_EQ(model::write_events(*read_body(forwards), "shop"),
              model::write_events(*read_body(backwards), "shop"));
}

}  // namespace
}  // namespace lampjack::platforms::chatlayer_app
