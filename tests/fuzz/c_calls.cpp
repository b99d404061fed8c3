// Calls of the C ABI in any order, each handle used and freed at any time that the header allows: every call answers, and no
// handle is lost. The input is one call after another: a byte that names it, then its bytes; texts end with a newline.

#include "lampjack/lampjack.h"

#include "input.h"

#include <array>
#include <cstring>
#include <string>

namespace {

using lampjack::fuzz::Input;
using lampjack::fuzz::require;

constexpr std::size_t kMostCalls = 64;

ljk_str str(std::string_view text) { return {text.data(), text.size()}; }

/// One place for a handle of each kind. Who puts one in frees the one before.
template <class Handle, void (*Free)(Handle*)>
class Held {
public:
    ~Held() { Free(handle_); }
    Handle* get() const noexcept { return handle_; }
    /// For the call that fills it: empty until then.
    Handle** place() noexcept {
        Free(handle_);
        handle_ = nullptr;
        return &handle_;
    }

private:
    Handle* handle_ = nullptr;
};

int32_t accept(void*, const ljk_question* question) {
    require(ljk_question_ref(question).len != 0, "a question has its conversation");
    return LJK_ACCEPT;
}

class Calls {
public:
    Calls() { open(); }

    void one(Input& input) {
        switch (input.below(18)) {
            case 0: parse(input); break;
            case 1: convert(input); break;
            case 2: receive(input); break;
            case 3: begin(input); break;
            case 4: translate(input); break;
            case 5: finish(input); break;
            case 6: next(); break;
            case 7: item_done(input); break;
            case 8: item_.place(); break;
            case 9: command(input); break;
            case 10: reply(input); break;
            case 11: sink(input); break;
            case 12: view(input); break;
            case 13: subscribe(input); break;
            case 14: given(ljk_hub_step(hub_.get(), &err_)); break;
            case 15: erase(input); break;
            case 16: given(ljk_hub_close(hub_.get(), &err_)); break;
            default: again(); break;
        }
    }

private:
    void given(ljk_status status) {
        require(status == err_.status, "the error has the status of the call");
        require(status != LJK_E_INTERNAL, "no call has a bug");
        require(std::memchr(err_.message, 0, sizeof err_.message) != nullptr, "a message ends");
    }
    /// All bytes can be read.
    static void seen(ljk_str text) {
        unsigned sum = 0;
        for (std::size_t i = 0; i < text.len; ++i) sum += static_cast<unsigned char>(text.ptr[i]);
        require(sum > 0 || text.len == 0 || text.ptr[0] == 0, "a text is there");
    }
    void seen_text() {
        if (text_.get() != nullptr) seen(ljk_text_str(text_.get()));
    }
    void seen_answer() {
        if (answer_.get() == nullptr) return;
        require(ljk_answer_status(answer_.get()) >= 200, "an answer has a status");
        seen(ljk_answer_body(answer_.get()));
        for (std::size_t i = 0; i <= ljk_answer_header_count(answer_.get()); ++i)
            seen(ljk_answer_header(answer_.get(), i).value);
    }

    void open() {
        static constexpr std::string_view kConfig =
            R"({"store":"memory:","account":{"shop":{"platform":"chatlayer_offloading",)"
            R"("verify_token":"vt-made-up","offload_token":"optional"},)"
            R"("app":{"platform":"chatlayer_app","relay_token":"made-up-token-02"}}})";
        ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
        options.decide = accept;
        given(ljk_hub_open_with(str(kConfig), LJK_RUN_NOTHING, &options, hub_.place(), &err_));
        require(hub_.get() != nullptr, "the hub opens");
    }
    /// Handles of a hub are freed before it is.
    void again() {
        item_.place();
        sink_.place();
        reception_.place();
        open();
    }

    static ljk_request request_of(Input& input, ljk_header* header) {
        ljk_request request = LJK_REQUEST_INIT;
        if ((input.byte() & 1) != 0) request.query = LJK_S("challenge.verifyToken=vt-made-up");
        *header = {LJK_S("authorization"), LJK_S("Bearer made-up-token-02")};
        request.headers = header;
        request.header_count = 1;
        request.body = str(input.line());
        return request;
    }
    ljk_str account(Input& input) {
        static constexpr std::array<std::string_view, 3> kAccounts = {"shop", "app", "nobody"};
        return str(input.one_of(kAccounts));
    }
    ljk_str platform(Input& input) {
        static constexpr std::array<std::string_view, 5> kPlatforms = {
            "certainly", "chatlayer_app", "chatlayer_offloading", "omnichannel", "none"};
        return str(input.one_of(kPlatforms));
    }
    ljk_command_options options(Input& input) {
        ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
        const auto flags = input.byte();
        options.agent = (flags & 1) != 0 ? LJK_S("dana") : LJK_S("eli");
        options.force = flags & 2;
        options.supervisor = flags & 4;
        options.epoch = static_cast<std::uint64_t>(flags >> 5);
        if ((flags & 8) != 0) options.key = LJK_S("k-1");
        if ((flags & 16) != 0) {
            options.target_kind = LJK_S("team");
            options.target = LJK_S("t-1");
        }
        return options;
    }

    void parse(Input& input) {
        ljk_header header;
        const auto name = platform(input);
        const auto request = request_of(input, &header);
        given(ljk_parse(name, LJK_S("shop"), &request, batch_.place(), &err_));
        events();
    }
    void events() {
        const auto* batch = batch_.get();
        if (batch == nullptr) return;
        seen(ljk_batch_platform(batch));
        seen(ljk_batch_lines(batch));
        for (std::size_t i = 0; i <= ljk_batch_count(batch); ++i) {  // one past the end, too
            seen(ljk_event_json(batch, i));
            seen(ljk_event_actor(batch, i));
            seen(ljk_kind_name(ljk_event_kind(batch, i)));
            for (std::size_t part = 0; part <= ljk_event_part_count(batch, i); ++part)
                seen(ljk_event_part_text(batch, i, part));
        }
    }
    void convert(Input& input) {
        const auto direction = static_cast<int32_t>(input.byte());
        given(ljk_read_events(str(input.line()), batch_.place(), &err_));
        events();
        if (batch_.get() == nullptr) return;
        given(ljk_batch_write(batch_.get(), direction, text_.place(), &err_));
        seen_text();
    }

    void receive(Input& input) {
        ljk_header header;
        const auto name = account(input);
        const auto request = request_of(input, &header);
        given(ljk_hub_receive(hub_.get(), name, &request, answer_.place(), &err_));
        seen_answer();
    }
    void begin(Input& input) {
        ljk_header header;
        const auto name = account(input);
        const auto request = request_of(input, &header);
        given(ljk_hub_begin(hub_.get(), name, &request, reception_.place(), &err_));
    }
    void translate(Input& input) {
        if (reception_.get() == nullptr) return;
        seen(ljk_reception_untranslated(reception_.get()));
        given(ljk_reception_translate(reception_.get(), str(input.line()), &err_));
        if (const auto* question = ljk_reception_question(reception_.get()))
            seen(ljk_question_json(question));
    }
    void finish(Input& input) {
        if (reception_.get() == nullptr) return;
        const auto decision = static_cast<int32_t>(input.below(6)) - 1;
        if (input.below(2) == 0)
            given(ljk_reception_decide(reception_.get(), decision, LJK_S("made up"), &err_));
        given(ljk_reception_finish(reception_.get(), decision, LJK_S("made up"), answer_.place(),
                                   &err_));
        seen_answer();
    }

    void next() {
        given(ljk_hub_next(hub_.get(), LJK_S("desk"), 0, item_.place(), &err_));
        if (item_.get() == nullptr) return;
        seen(ljk_item_json(item_.get()));
        seen(ljk_item_ref(item_.get()));
        seen(ljk_item_kind(item_.get()));
    }
    void item_done(Input& input) {
        if (item_.get() == nullptr) return;
        const auto outcome = static_cast<int32_t>(input.below(4));
        if (input.below(2) == 0)
            given(ljk_item_done(item_.get(), outcome, &err_));
        else
            given(ljk_item_fail(item_.get(), LJK_S("made up"), &err_));
    }
    void subscribe(Input& input) {
        given(ljk_hub_subscribe(hub_.get(), LJK_S("desk"), str(input.line()), &err_));
        given(ljk_hub_subscriptions(hub_.get(), text_.place(), &err_));
        seen_text();
    }

    void command(Input& input) {
        using Command = ljk_status (*)(ljk_hub*, ljk_str, const ljk_command_options*, ljk_receipt**,
                                       ljk_error*);
        static constexpr Command kCommands[] = {
            ljk_hub_take,   ljk_hub_release, ljk_hub_pass,    ljk_hub_close_conversation,
            ljk_hub_reopen, ljk_hub_request, ljk_hub_decline, ljk_hub_cancel};
        const auto call = kCommands[input.below(8)];
        const auto how = options(input);
        given(call(hub_.get(), kRef, &how, receipt_.place(), &err_));
        seen_receipt();
    }
    void reply(Input& input) {
        using Saying = ljk_status (*)(ljk_hub*, ljk_str, ljk_str, const ljk_command_options*,
                                      ljk_receipt**, ljk_error*);
        static constexpr Saying kSayings[] = {ljk_hub_reply, ljk_hub_reply_parts, ljk_hub_notify,
                                              ljk_hub_notify_parts};
        const auto call = kSayings[input.below(4)];
        const auto how = options(input);
        given(call(hub_.get(), kRef, str(input.line()), &how, receipt_.place(), &err_));
        seen_receipt();
    }
    void seen_receipt() {
        if (receipt_.get() == nullptr) return;
        seen(ljk_receipt_json(receipt_.get()));
        seen(ljk_receipt_delivery(receipt_.get()));
        seen(ljk_receipt_agent(receipt_.get()));
    }

    void sink(Input& input) {
        const auto outcome = static_cast<int32_t>(input.below(4));
        given(ljk_hub_next_sink(hub_.get(), account(input), 0, sink_.place(), &err_));
        if (sink_.get() == nullptr) return;
        seen(ljk_sink_delivery_json(sink_.get()));
        given(ljk_sink_delivery_may_leave(sink_.get(), &err_));
        given(ljk_sink_delivery_done(sink_.get(), outcome, LJK_S("made up"), &err_));
    }

    void view(Input& input) {
        auto* hub = hub_.get();
        auto** out = text_.place();
        switch (input.below(9)) {
            case 0: given(ljk_hub_conversation(hub, kRef, out, &err_)); break;
            case 1: given(ljk_hub_conversations(hub, str(input.line()), 10, out, &err_)); break;
            case 2: given(ljk_hub_transcript(hub, kRef, input.byte(), 10, out, &err_)); break;
            case 3: given(ljk_hub_deliveries(hub, str(input.line()), out, &err_)); break;
            case 4: given(ljk_hub_delivery(hub, str(input.line()), out, &err_)); break;
            case 5: given(ljk_hub_why(hub, kRef, input.byte(), 10, out, &err_)); break;
            case 6: given(ljk_hub_stuck(hub, out, &err_)); break;
            case 7: given(ljk_hub_export(hub, LJK_S("shop"), str(input.line()), out, &err_)); break;
            default: given(ljk_hub_stats(hub, out, &err_)); break;
        }
        seen_text();
    }
    void erase(Input& input) {
        given(ljk_hub_erase(hub_.get(), LJK_S("shop"), str(input.line()), 1, 0, text_.place(),
                            &err_));
        seen_text();
    }

    static constexpr ljk_str kRef{"shop:live:s-1", 13};
    ljk_error err_{};
    // The hub is the first to be made and the last to be freed.
    Held<ljk_hub, ljk_hub_free> hub_;
    Held<ljk_item, ljk_item_free> item_;
    Held<ljk_sink_delivery, ljk_sink_delivery_free> sink_;
    Held<ljk_reception, ljk_reception_free> reception_;
    Held<ljk_receipt, ljk_receipt_free> receipt_;
    Held<ljk_answer, ljk_answer_free> answer_;
    Held<ljk_text, ljk_text_free> text_;
    Held<ljk_batch, ljk_batch_free> batch_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(lampjack::fuzz::text_of(data, size));
    Calls calls;
    for (std::size_t count = 0; !input.is_empty() && count < kMostCalls; ++count) calls.one(input);
    return 0;
}
