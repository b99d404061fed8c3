// Each allocation fails once, and all from each one on, on three ways through the C ABI: an offload into a hub on a memory
// store, the same on a SQLite store, a parse and a write. No crash, no leak; the call says so or succeeds; the store holds
// all of the request or nothing, and the same request afterwards takes effect once. The controls leak, and store twice.

#include "lampjack/lampjack.h"
#include "memory/out_of_memory.h"

#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace lampjack::testing {
namespace {

ljk_str str(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(ljk_str text) { return {text.ptr, text.len}; }

constexpr std::string_view kOffload =
    R"({"event":"offload","botId":"b1","version":"LIVE","sessionId":"s-1",)"
    R"("timestamp":"2026-01-05T10:00:04.000Z","payload":{"queue":"billing, in words that fill a block"},)"
    R"("transcript":[{"actor":"user","timestamp":"2026-01-05T10:00:01.000Z","message":{"messageType":"text",)"
    R"("text":"a first line that is longer than a short string","channelType":"web","sender":{"id":"s-1",)"
    R"("botId":"b1"},"timestamp":"2026-01-05T10:00:01.000Z","id":"m1"}},{"actor":"bot",)"
    R"("timestamp":"2026-01-05T10:00:02.000Z","message":{"text":"and what the bot said to that line"}}]})";

ljk_request request_of(std::string_view body) {
    ljk_request request = LJK_REQUEST_INIT;
    request.method = str("POST");
    request.path = str("/");
    request.query = str("challenge.verifyToken=vt-made-up");
    request.body = str(body);
    return request;
}

int32_t accept(void*, const ljk_question*) { return LJK_ACCEPT_MUTED; }

class Receiving final : public Way {
public:
    Receiving(const std::string& store, bool forgets_requests)
        : forgets_requests_(forgets_requests) {
        const std::string config =
            R"({"store":")" + store +
            R"(","account":{"shop":{"platform":"chatlayer_offloading",)"
            R"("verify_token":"vt-made-up","api_token":"at-made-up",)"
            R"("api_base":"https://api.example","pause_action":{"pause":true},)"
            R"("resume_action":{"resume":true}}}})";
        ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
        options.decide = accept;
        ljk_error error{};
        if (ljk_hub_open_with(str(config), LJK_RUN_NOTHING, &options, &hub_, &error) != LJK_OK)
            ADD_FAILURE() << view({error.message, std::char_traits<char>::length(error.message)});
    }
    ~Receiving() override { ljk_hub_free(hub_); }

    bool attempt() override { return receive(kOffload) == 200; }

    std::string judge(bool succeeded) override {
        const std::size_t kept = events();
        if (kept != 0 && kept != kEvents) return "a part of it is stored";
        if (succeeded && kept == 0) return "acknowledged and not stored";
        std::string again(kOffload);
        if (forgets_requests_) again.replace(again.find("s-1"), 3, "s-2");
        if (receive(again) != 200) return "the hub does not go on";
        return events() == kEvents ? "" : "the second attempt did not take effect once";
    }

private:
    static constexpr std::size_t kEvents = 3;

    /// The status of the answer; 0 when there is none.
    int32_t receive(std::string_view body) {
        const ljk_request request = request_of(body);
        ljk_answer* answer = nullptr;
        ljk_error error{};
        if (ljk_hub_receive(hub_, str("shop"), &request, &answer, &error) != LJK_OK) return 0;
        const int32_t status = ljk_answer_status(answer);
        ljk_answer_free(answer);
        return status;
    }
    std::size_t events() {
        ljk_text* text = nullptr;
        ljk_error error{};
        if (ljk_hub_transcript(hub_, str("shop:live:s-1"), 0, 100, &text, &error) != LJK_OK)
            return 0;
        const std::string_view items = view(ljk_text_str(text));
        std::size_t count = 0;
        for (auto at = items.find("\"event\":"); at != items.npos;
             at = items.find("\"event\":", at + 1))
            ++count;
        ljk_text_free(text);
        return count;
    }

    ljk_hub* hub_ = nullptr;
    bool forgets_requests_;
};

class Translating final : public Way {
public:
    bool attempt() override { return translate(); }
    std::string judge(bool) override { return translate() ? "" : "it does not work again"; }

private:
    static bool translate() {
        const ljk_request request = request_of(kOffload);
        ljk_batch* batch = nullptr;
        ljk_text *body = nullptr, *losses = nullptr, *other = nullptr;
        ljk_error error{};
        bool good =
            ljk_parse(str("chatlayer_offloading"), str("shop"), &request, &batch, &error) == LJK_OK;
        good = good && ljk_batch_lines(batch).len > 0;
        good = good && ljk_batch_write(batch, LJK_IN, &body, &error) == LJK_OK;
        good = good &&
               ljk_convert(batch, 0, str("certainly"), &other, &losses, &error) != LJK_E_INTERNAL;
        ljk_text_free(body);
        ljk_text_free(other);
        ljk_text_free(losses);
        ljk_batch_free(batch);
        return good;
    }
};

TEST_F(OutOfMemory, while_an_offload_comes_into_a_memory_store) {
    for (const bool for_good : {false, true})
        EXPECT_EQ(torture([] { return std::make_unique<Receiving>("memory:", false); }, for_good),
                  "");
}

TEST_F(OutOfMemory, while_an_offload_comes_into_a_sqlite_store) {
    for (const bool for_good : {false, true})
        EXPECT_EQ(torture([&] { return std::make_unique<Receiving>(sqlite(), false); }, for_good),
                  "");
}

TEST_F(OutOfMemory, while_a_body_is_read_and_written) {
    for (const bool for_good : {false, true})
        EXPECT_EQ(torture([] { return std::make_unique<Translating>(); }, for_good), "");
}

/// Loses what it had when there is no more.
class Careless final : public Way {
public:
    bool attempt() override {
        static void* volatile first;  // volatile: or the compiler leaves it all out
        static void* volatile second;
        try {
            first = ::operator new(100);
            second = ::operator new(100);
            ::operator delete(second);
            ::operator delete(first);
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
    std::string judge(bool) override { return ""; }
};

TEST_F(OutOfMemory, control_a_leak_and_a_request_taken_for_another_are_seen) {
    EXPECT_EQ(torture([] { return std::make_unique<Careless>(); }, false),
              "leaked blocks: 1, allocation 2");
    EXPECT_EQ(torture([] { return std::make_unique<Receiving>("memory:", true); }, false),
              "the second attempt did not take effect once, allocation 1");
}

}  // namespace
}  // namespace lampjack::testing
