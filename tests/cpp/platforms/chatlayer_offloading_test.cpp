#include "platforms/chatlayer_offloading/wire.h"

#include "../support/golden.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lampjack::platforms {
namespace {

const Adapter& adapter() { return *find("chatlayer_offloading"); }

constexpr std::string_view kPause =
    R"("pause_action":{"pause":true},"resume_action":{"pause":false})";

Result<Account> account_of(std::string_view settings) {
    return make_account(
        "shop", std::string(R"({"platform":"chatlayer_offloading")").append(settings) + "}");
}

Account make(std::string_view settings = {}) {
    auto account =
        account_of(R"(,"verify_token":"vt-1","api_token":"at-1")" + std::string(settings));
    EXPECT_TRUE(account.has_value()) << (account ? "" : account.error().message);
    return account ? *account : Account{};
}

const Endpoint& endpoint(std::string_view method) {
    for (const Endpoint& one : adapter().endpoints)
        if (one.method == method) return one;
    ADD_FAILURE() << "no endpoint takes " << method;
    return adapter().endpoints.front();
}

Result<Trust> verify(const Account& account, std::string_view query,
                     std::string_view method = "POST") {
    model::Request request;
    request.method = method;
    request.query = query;
    return adapter().verify(account, endpoint(method), request);
}

bool refused(const Result<Trust>& trust) { return !trust && trust.error().code == Code::auth; }

model::BatchPtr parsed(std::string_view body) {
    auto batch = parse(adapter(), body);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message) << "\n" << body;
    return batch ? *batch : model::BatchPtr::make();
}

Error refusal(std::string_view body) {
    const auto batch = parse(adapter(), body);
    EXPECT_FALSE(batch.has_value()) << body;
    return batch ? Error{Code::ok, ""} : batch.error();
}

model::BatchPtr canonical(std::string_view json) {
    auto batch = model::read_events(json);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message);
    return batch ? *batch : model::BatchPtr::make();
}

model::BatchPtr content(std::string_view json, model::Role role) {
    auto batch = model::read_content(json, role);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message);
    return batch ? *batch : model::BatchPtr::make();
}

std::string text_of(const Result<std::string>& body) {
    return body ? *body : "error: " + body.error().message;
}

std::string request(std::string_view items, std::string_view more = {}) {
    return R"({"event":"messages","botId":"b0t","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:00.000Z","messages":[)" +
           std::string(items) + "]" + std::string(more) + "}";
}

// --- settings ------------------------------------------------------------------------------------------------------

TEST(ChatlayerOffloadingSettings, need_a_verify_token_unless_auth_is_none) {
    EXPECT_TRUE(account_of(R"(,"verify_token":"t")").has_value());
    EXPECT_TRUE(account_of(R"(,"auth":"none")").has_value());
    for (const std::string_view settings :
         {R"()", R"(,"verify_token":"")", R"(,"verify_token":[])"}) {
        const auto account = account_of(settings);
        ASSERT_FALSE(account.has_value()) << settings;
        EXPECT_EQ(account.error().code, Code::config);
    }
}

TEST(ChatlayerOffloadingSettings, mute_only_with_both_actions) {
    const std::string token = R"(,"verify_token":"t",)";
    const std::string both(kPause);
    EXPECT_TRUE(account_of(token + both).has_value());
    EXPECT_TRUE(account_of(token + both + R"(,"mute":"on_take")").has_value());
    EXPECT_TRUE(account_of(token + R"("mute":"never")").has_value());
    for (const std::string_view settings : {R"("pause_action":{})", R"("resume_action":{})",
                                            R"("mute":"on_accept")", R"("mute":"on_take")"}) {
        const auto account = account_of(token + std::string(settings));
        ASSERT_FALSE(account.has_value()) << settings;
        EXPECT_EQ(account.error().code, Code::config);
    }
}

TEST(ChatlayerOffloadingSettings, refuse_an_actions_path_without_the_conversation) {
    const std::string token = R"(,"verify_token":"t",)";
    EXPECT_TRUE(account_of(token + R"("actions_path":"/v2/{bot}/{id}")").has_value());
    EXPECT_FALSE(account_of(token + R"("actions_path":"/v2/actions")").has_value());
    EXPECT_FALSE(account_of(token + R"("actions_path":"v2/{id}")").has_value());
}

// --- verify --------------------------------------------------------------------------------------------------------

TEST(ChatlayerOffloadingVerify, takes_the_token_under_its_three_names) {
    const Account account = make();
    for (const std::string_view query :
         {"challenge.verifyToken=vt-1", "a=b&challenge.verifyToken=vt-1&c",
          "challenge_verifyToken=vt-1", "challenge[verifyToken]=vt-1",
          "challenge%5BverifyToken%5D=vt-1", "challenge%2EverifyToken=vt%2D1"}) {
        for (const std::string_view method : {"GET", "POST"}) {
            const auto trust = verify(account, query, method);
            ASSERT_TRUE(trust.has_value()) << query;
            EXPECT_EQ(*trust, Trust::full);
        }
    }
}

TEST(ChatlayerOffloadingVerify, refuses_wrong_missing_and_repeated_tokens) {
    const Account account = make();
    for (const std::string_view query :
         {"", "challenge.verifyToken", "challenge.verifyToken=", "challenge.verifyToken=vt-2",
          "challenge.verifyToken=VT-1", "challenge.verifytoken=vt-1", "verifyToken=vt-1",
          "challenge.verifyToken=vt-1%00", "challenge.verifyToken=vt-1&challenge.verifyToken=vt-1",
          "challenge.verifyToken=vt-1&challenge_verifyToken=vt-1"}) {
        EXPECT_TRUE(refused(verify(account, query))) << query;
        EXPECT_TRUE(refused(verify(account, query, "GET"))) << query;
    }
    EXPECT_TRUE(verify(account, "challenge.verifyToken=vt-1").has_value());
}

TEST(ChatlayerOffloadingVerify, takes_either_token_during_a_rotation) {
    auto account = account_of(R"(,"verify_token":["old-1","new-1"])");
    ASSERT_TRUE(account.has_value());
    EXPECT_TRUE(verify(*account, "challenge.verifyToken=old-1").has_value());
    EXPECT_TRUE(verify(*account, "challenge.verifyToken=new-1").has_value());
    EXPECT_TRUE(refused(verify(*account, "challenge.verifyToken=other")));
}

TEST(ChatlayerOffloadingVerify, lets_only_a_handover_in_without_a_token_and_only_when_configured) {
    const Account optional = make(R"(,"offload_token":"optional")");
    const auto trust = verify(optional, "");
    ASSERT_TRUE(trust.has_value());
    EXPECT_EQ(*trust, Trust::handover_only);
    EXPECT_TRUE(refused(verify(optional, "challenge.verifyToken=wrong")))
        << "a wrong token is always refused";
    EXPECT_TRUE(refused(verify(optional, "", "GET"))) << "the health check documents its token";
    EXPECT_EQ(*verify(optional, "challenge.verifyToken=vt-1"), Trust::full);
    EXPECT_TRUE(refused(verify(make(), "")));
}

TEST(ChatlayerOffloadingVerify, never_names_a_token_in_an_error) {
    const auto trust = verify(make(), "challenge.verifyToken=guess-77");
    ASSERT_FALSE(trust.has_value());
    EXPECT_EQ(trust.error().message.find("guess-77"), std::string::npos);
    EXPECT_EQ(trust.error().message.find("vt-1"), std::string::npos);
}

TEST(ChatlayerOffloadingVerify, takes_anybody_only_with_auth_none) {
    const auto open = account_of(R"(,"auth":"none")");
    ASSERT_TRUE(open.has_value());
    const auto trust = verify(*open, "");
    ASSERT_TRUE(trust.has_value());
    EXPECT_EQ(*trust, Trust::full);
}

// --- answers -------------------------------------------------------------------------------------------------------

TEST(ChatlayerOffloadingAnswer, says_what_the_vendor_documents) {
    const Account account = make();
    const auto answer = [&](std::string_view method, const model::Batch* batch,
                            const Decision* decision) {
        return adapter().answer(account, AnswerInput{endpoint(method), batch, decision, nullptr});
    };
    const auto messages = parsed(request(R"({"actor":"bot","message":{"text":"Hi"}})"));
    const auto offload = parsed(
        R"({"event":"offload","botId":"b","version":"LIVE","sessionId":"s","timestamp":"2026-01-05T10:00:00.000Z","transcript":[]})");
    EXPECT_EQ(answer("GET", nullptr, nullptr).body, R"({"status":"ok"})");
    EXPECT_EQ(answer("POST", messages.get(), nullptr).body, "{}");
    struct Row {
        Decision decision;
        std::string_view body;
    };
    const Row rows[] = {
        {{true, true, {}}, R"({"offloadSuccess":true,"pauseBot":true})"},
        {{true, false, {}}, R"({"offloadSuccess":true,"pauseBot":false})"},
        {{false, false, {}}, R"({"offloadSuccess":false,"pauseBot":false})"},
        {{false, true, {}}, R"({"offloadSuccess":false,"pauseBot":false})"},
    };
    for (const Row& row : rows) {
        const auto given = answer("POST", offload.get(), &row.decision);
        EXPECT_EQ(given.status, 200);
        EXPECT_EQ(given.body, row.body);
        EXPECT_EQ(model::header(given.headers, "content-type"), "application/json");
    }
    EXPECT_EQ(answer("POST", offload.get(), nullptr).body,
              R"({"offloadSuccess":false,"pauseBot":false})");
}

// --- reading -------------------------------------------------------------------------------------------------------

TEST(ChatlayerOffloadingRead, names_the_field_that_is_missing_or_wrong) {
    const std::string good = request("");
    ASSERT_TRUE(parse(adapter(), good).has_value());
    struct Row {
        std::string_view from, to, name;
    };
    const Row rows[] = {
        {R"("botId":"b0t")", R"("bot":"b0t")", "botId"},
        {R"("botId":"b0t")", R"("botId":null)", "botId"},
        {R"("sessionId":"s-1")", R"("sessionId":1.5)", "sessionId"},
        {R"("sessionId":"s-1")", R"("sessionId":true)", "sessionId"},
        {R"("version":"LIVE")", R"("version":null)", "version"},
        {R"("timestamp":"2026-01-05T10:00:00.000Z")", R"("timestamp":{})", "timestamp"},
        {R"("event":"messages")", R"("event":1)", "event"},
        {R"("messages":[])", R"("messages":{})", "messages"},
    };
    for (const Row& row : rows) {
        std::string body = good;
        body.replace(body.find(row.from), row.from.size(), row.to);
        const Error error = refusal(body);
        EXPECT_EQ(error.code, Code::payload) << body;
        EXPECT_NE(error.message.find(row.name), std::string::npos) << error.message;
    }
}

TEST(ChatlayerOffloadingRead, refuses_documents_that_are_no_object) {
    for (const std::string_view body : {"[]", "7", "null", "\"messages\""})
        EXPECT_EQ(refusal(body).code, Code::payload) << body;
    EXPECT_EQ(refusal("").code, Code::json);
}

TEST(ChatlayerOffloadingRead, refuses_a_messages_body_over_one_mebibyte_and_takes_such_an_offload) {
    const std::string filler = R"(,"filler":")" + std::string(std::size_t{1} << 20, 'x') + "\"";
    EXPECT_EQ(refusal(request("", filler)).code, Code::too_large);
    std::string offload = request(R"({"actor":"bot","message":{"text":"Hi"}})", filler);
    offload.replace(offload.find(R"("messages")"), 10, R"("offload")");
    const auto batch = parsed(offload);
    ASSERT_EQ(batch->size(), 1U);
    EXPECT_EQ(batch->root(0).kind, model::EventKind::handover_requested);
}

TEST(ChatlayerOffloadingRead, bounds_the_items_and_keeps_the_rest_raw) {
    std::string items;
    for (int i = 0; i < 1002; ++i)
        items += i == 0 ? R"({"actor":"bot","message":{"text":"Hi"}})"
                        : R"(,{"actor":"bot","message":{"text":"Hi"}})";
    const std::string body = request(items);
    const auto batch = parsed(body);
    ASSERT_EQ(batch->size(), 1001U);
    EXPECT_EQ(batch->root(999).kind, model::EventKind::message);
    EXPECT_EQ(batch->root(1000).kind, model::EventKind::unknown);
    EXPECT_TRUE(batch->root(1000).warns(model::Warning::too_many_items));
    EXPECT_TRUE(test::same_json(text_of(adapter().write(*batch, Direction::in)), body));
}

TEST(ChatlayerOffloadingRead, tells_the_same_message_in_a_live_item_and_in_a_transcript) {
    const std::string live = request(
        R"({"actor":"user","timestamp":"2026-01-05T09:59:59.000Z","message":{"channelType":"web","sender":{"id":"s-1","botId":"b0t","botType":"web"},"timestamp":"2026-01-05T09:59:59.000Z","messageType":"postback","title":"Go","parameters":[],"nextDialogstateId":"d-1","id":"65a000000000000000000001"}})");
    const std::string again =
        R"({"event":"offload","botId":"b0t","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:00.000Z","transcript":[{"actor":"user","timestamp":"2026-01-05T09:59:59.000Z","message":{"parameters":[],"text":"Go","messageType":"postback","title":"Go","nextDialogstateId":"d-1","channelType":"emulator","sender":{"id":"s-1","botId":"b0t"}}}]})";
    const auto first = parsed(live), second = parsed(again);
    const auto a = model::identify(*first, "shop"), b = model::identify(*second, "shop");
    const auto in_transcript = second->root(0).transcript.first;
    EXPECT_EQ(a[0].fingerprint, b[in_transcript].fingerprint);
    EXPECT_TRUE(a[0].by_vendor_id);
    EXPECT_FALSE(b[in_transcript].by_vendor_id);
}

TEST(ChatlayerOffloadingRead, does_not_care_for_the_order_of_keys) {
    const auto normal = parsed(request(
        R"({"actor":"user","message":{"messageType":"text","text":"x","sender":{"id":"s-1"}},"timestamp":"2026-01-05T10:00:00.000Z"})"));
    const auto reversed = parsed(
        R"({"messages":[{"timestamp":"2026-01-05T10:00:00.000Z","message":{"sender":{"id":"s-1"},"text":"x","messageType":"text"},"actor":"user"}],"timestamp":"2026-01-05T10:00:00.000Z","sessionId":"s-1","version":"LIVE","botId":"b0t","event":"messages"})");
    EXPECT_EQ(model::write_events(*normal, "a"), model::write_events(*reversed, "a"));
}

// --- writing -------------------------------------------------------------------------------------------------------

TEST(ChatlayerOffloadingWrite, uses_extras_of_its_own_events_only) {
    const std::string_view own =
        R"({"v":1,"id":"00000000000000000000000000000001","kind":"message","platform":"chatlayer_offloading","conversation":{"bot":"b","mode":"live","id":"s"},"actor":{"role":"user"},"sent_at":"2026-01-05T10:00:00.000Z","content":[{"type":"text","text":"x"}],"extra":{"channelType":"web"}})";
    EXPECT_NE(text_of(adapter().write(*canonical(own), Direction::in)).find("channelType"),
              std::string::npos);
    std::string foreign(own);
    foreign.replace(foreign.find("chatlayer_offloading"), 20, "certainly");
    EXPECT_EQ(
        text_of(adapter().write(*canonical(foreign), Direction::in)),
        R"({"event":"messages","botId":"b","version":"LIVE","sessionId":"s","timestamp":"2026-01-05T10:00:00.000Z","messages":[{"actor":"user","message":{"sender":{"id":"s","botId":"b"},"messageType":"text","text":"x"},"timestamp":"2026-01-05T10:00:00.000Z"}]})");
}

TEST(ChatlayerOffloadingWrite, makes_a_readable_request_of_content_without_a_conversation) {
    const auto user = content(
        R"([{"type":"text","text":"x"},{"type":"file","url":"https://f.example/a.png","media":"image"},{"type":"start"}])",
        model::Role::user);
    const auto body = text_of(adapter().write(*user, Direction::in));
    const auto again = parsed(body);
    ASSERT_EQ(again->size(), 3U) << body;
    EXPECT_EQ(again->parts_of(again->root(1))[0].type, model::PartType::file);
}

TEST(ChatlayerOffloadingWrite, gives_the_id_of_an_event_to_one_message_only) {
    const auto batch = canonical(
        R"({"v":1,"id":"00000000000000000000000000000001","kind":"message","platform":"omnichannel","conversation":{"mode":"live","id":"s"},"actor":{"role":"user"},"vendor_id":"m-1","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]})");
    const auto again = parsed(text_of(adapter().write(*batch, Direction::in)));
    ASSERT_EQ(again->size(), 2U);
    EXPECT_TRUE(again->root(0).vendor_id.present());
    EXPECT_FALSE(again->root(1).vendor_id.present());
}

TEST(ChatlayerOffloadingWrite, says_what_it_cannot_write) {
    const auto cards = content(R"([{"type":"cards","layout":"carousel","cards":[{"title":"x"}]}])",
                               model::Role::user);
    const auto by_user = adapter().write(*cards, Direction::in);
    ASSERT_FALSE(by_user.has_value());
    EXPECT_EQ(by_user.error().code, Code::unsupported);
    const auto location =
        content(R"([{"type":"location","latitude":1,"longitude":2}])", model::Role::agent);
    const auto by_agent = adapter().write(*location, Direction::out);
    ASSERT_FALSE(by_agent.has_value());
    EXPECT_EQ(by_agent.error().code, Code::unsupported);
    EXPECT_TRUE(adapter().write(*cards, Direction::out).has_value());
}

TEST(ChatlayerOffloadingWrite, puts_one_text_into_one_template) {
    const auto batch = content(R"([{"type":"text","text":"one"},{"type":"text","text":"two"}])",
                               model::Role::agent);
    EXPECT_EQ(
        text_of(adapter().write(*batch, Direction::out)),
        R"({"sendMessages":[{"textMessageTemplate":{"textMessages":[{"text":"one"}]}},{"textMessageTemplate":{"textMessages":[{"text":"two"}]}}]})");
}

TEST(ChatlayerOffloadingWrite, carries_payloads_into_the_actions) {
    const auto batch = content(
        R"([{"type":"choice","text":"Pick","style":"quick_replies","options":[{"kind":"reply","title":"A","payload":"{\"nextDialogstateId\":\"d-1\"}"},{"kind":"reply","title":"B","payload":"opaque"},{"kind":"reply","title":"C","target":"d-2"}]}])",
        model::Role::agent);
    EXPECT_EQ(
        text_of(adapter().write(*batch, Direction::out)),
        R"({"sendMessages":[{"quickReplyTemplate":{"textMessages":[{"text":"Pick"}],"quickReplies":[{"title":"A","payload":{"nextDialogstateId":"d-1"}},{"title":"B","payload":{"sessionDataToSet":[{"key":"payload","value":"opaque"}]}},{"title":"C","payload":{"nextDialogstateId":"d-2","sessionDataToSet":[]}}]}}]})");
}

TEST(ChatlayerOffloadingWrite, makes_buttons_of_a_choice_with_a_link) {
    const auto batch = content(
        R"([{"type":"choice","text":"Pick","style":"quick_replies","options":[{"kind":"url","title":"A","url":"https://x.example"},{"kind":"phone","title":"B","phone":"+32"}]}])",
        model::Role::agent);
    EXPECT_EQ(
        text_of(adapter().write(*batch, Direction::out)),
        R"({"sendMessages":[{"buttonTemplate":{"textMessages":[{"text":"Pick"}],"buttons":[{"urlButton":{"title":"A","url":"https://x.example"}},{"phoneNumberButton":{"title":"B","phoneNumber":"+32"}}]}}]})");
}

// --- render --------------------------------------------------------------------------------------------------------

Outgoing outgoing(Action action, std::string_view id = "s-1") {
    Outgoing out;
    out.action = action;
    out.bot = "b0t";
    out.id = id;
    out.key = "key-1";
    return out;
}

TEST(ChatlayerOffloadingRender, posts_a_message_to_the_conversation) {
    const auto batch = content(R"([{"type":"text","text":"Hi"}])", model::Role::agent);
    Outgoing out = outgoing(Action::message, "wvy whtspp:1%2F");
    out.batch = batch.get();
    const auto request = adapter().render(make(R"(,"api_base":"https://api.example/")"), out);
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(
        request->url,
        "https://api.example/v1/bots/b0t/conversations/wvy%20whtspp%3A1%252F/actions?version=LIVE");
    EXPECT_EQ(request->body,
              R"({"sendMessages":[{"textMessageTemplate":{"textMessages":[{"text":"Hi"}]}}]})");
    EXPECT_EQ(model::header(request->headers, "authorization"), "Bearer at-1");
    EXPECT_EQ(model::header(request->headers, "idempotency-key"), "key-1");
    EXPECT_EQ(model::header(request->headers, "content-type"), "application/json");
}

TEST(ChatlayerOffloadingRender, names_the_draft_version_and_the_default_region) {
    Outgoing out = outgoing(Action::mute, "emulator-1");
    out.mode = model::Mode::test;
    const auto request = adapter().render(make("," + std::string(kPause)), out);
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(
        request->url,
        "https://api.chatlayer.ai/v1/bots/b0t/conversations/emulator-1/actions?version=DRAFT");
    EXPECT_EQ(request->body, R"({"pause":true})");
}

TEST(ChatlayerOffloadingRender, gives_back_with_the_configured_action) {
    const auto request =
        adapter().render(make("," + std::string(kPause)), outgoing(Action::give_back));
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->body, R"({"pause":false})");
}

TEST(ChatlayerOffloadingRender, has_no_mute_and_return_unless_configured) {
    for (const Action action : {Action::mute, Action::give_back, Action::request}) {
        const auto request = adapter().render(make(), outgoing(action));
        ASSERT_FALSE(request.has_value());
        EXPECT_EQ(request.error().code, Code::unsupported);
    }
}

TEST(ChatlayerOffloadingRender, refuses_ids_that_could_leave_their_place_in_the_address) {
    const Account account = make("," + std::string(kPause));
    ASSERT_TRUE(adapter().render(account, outgoing(Action::mute, "a.b")).has_value());
    for (const std::string_view id : {"", ".", "..", "a..b", "a/b", "a\nb", "\x01", "../../x"}) {
        EXPECT_FALSE(adapter().render(account, outgoing(Action::mute, id)).has_value()) << id;
        Outgoing out = outgoing(Action::mute);
        out.bot = id;
        EXPECT_FALSE(adapter().render(account, out).has_value()) << id;
    }
}

TEST(ChatlayerOffloadingRender, fills_names_once) {
    Outgoing out = outgoing(Action::mute, "{bot}");
    out.bot = "{id}";
    const auto request = adapter().render(make("," + std::string(kPause)), out);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(
        request->url,
        "https://api.chatlayer.ai/v1/bots/%7Bid%7D/conversations/%7Bbot%7D/actions?version=LIVE");
}

TEST(ChatlayerOffloadingRender, needs_an_api_token) {
    const auto account = account_of(R"(,"verify_token":"t",)" + std::string(kPause));
    ASSERT_TRUE(account.has_value());
    const auto request = adapter().render(*account, outgoing(Action::mute));
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(request.error().code, Code::config);
}

// --- hostile bodies ------------------------------------------------------------------------------------------------

/// Whatever was read can be shown; what cannot be written says so.
void use(std::string_view body) {
    const auto batch = parse(adapter(), body);
    if (!batch) return;
    static_cast<void>(model::write_events(**batch, "a"));
    static_cast<void>(adapter().write(**batch, Direction::in));
    static_cast<void>(adapter().write(**batch, Direction::out));
}

TEST(ChatlayerOffloadingFuzz, survives_truncated_and_changed_bodies) {
    for (const test::Golden& golden : test::golden_cases()) {
        if (golden.platform != "chatlayer_offloading" || golden.body.size() > 4000) continue;
        for (std::size_t size = 0; size < golden.body.size(); ++size)
            EXPECT_FALSE(
                parse(adapter(), std::string_view(golden.body).substr(0, size)).has_value() &&
                golden.text("error").empty() &&
                golden.body.substr(size).find_first_not_of(" \n") != std::string::npos)
                << golden.name << " cut at " << size;
        for (std::size_t at = 0; at < golden.body.size(); ++at) {
            std::string changed = golden.body;
            changed[at] = "\"{}[],:0x\\"[at % 10];
            if (at % 4 == 0) {
                use(changed);
            } else {
                static_cast<void>(parse(adapter(), changed));
            }
        }
    }
}

TEST(ChatlayerOffloadingFuzz, survives_members_that_are_left_out_or_doubled) {
    for (const test::Golden& golden : test::golden_cases()) {
        if (golden.platform != "chatlayer_offloading" || golden.body.size() > 4000) continue;
        const std::string& body = golden.body;
        for (std::size_t comma = body.find(','); comma != std::string::npos;
             comma = body.find(',', comma + 1)) {
            const std::size_t next = body.find(',', comma + 1);
            if (next == std::string::npos) break;
            use(std::string(body).erase(comma, next - comma));
            use(std::string(body).insert(comma, body.substr(comma, next - comma)));
        }
    }
}

}  // namespace
}  // namespace lampjack::platforms
