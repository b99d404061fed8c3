// CPU time of the request path, through the C API alone, so that the same source links against any release: an offload of
// 50 and of 500 transcript lines (ljk_hub_receive, and ljk_hub_begin with ljk_reception_finish), a reply as far as its
// commit, and a reply as far as the recorded answer of the platform. One thread, store `memory:`, no network.
//
// Prints one JSON line a row: {"row":"offload_50","cpu_us":12.3,"runs":…}; cpu_us is the median over the rounds.
// Usage: bench_request_path [--rounds N | --quick]

#include "client.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

using bench::Client;

constexpr char kAccount[] = "shop";
constexpr int kReplies = 400;

[[noreturn]] void give_up(const std::string& what) {
    std::fprintf(stderr, "request_path: %s\n", what.c_str());
    std::exit(1);
}

ljk_str str(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(ljk_str text) { return {text.ptr, text.len}; }

void must(ljk_status status, const ljk_error& error, const char* what) {
    if (status != LJK_OK) give_up(std::string(what) + ": " + error.message);
}

double cpu_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::string timestamp(int line) {
    char text[32];
    std::snprintf(text, sizeof text, "2026-01-05T%02d:%02d:%02d.%03dZ", 8 + line / 3600 % 12,
                  line / 60 % 60, line % 60, line % 1000);
    return text;
}

/// The transcript as the platform repeats it: users' lines have ids, the bot's have none.
std::string offload_of(const std::string& session, int lines) {
    std::string body = R"({"event":"offload","botId":"b1","version":"LIVE","sessionId":")" +
                       session + R"(","timestamp":")" + timestamp(lines) +
                       R"(","payload":{"queue":"billing","language":"nl"},"transcript":[)";
    for (int line = 0; line < lines; ++line) {
        const std::string number = std::to_string(line);
        if (line > 0) body += ',';
        if (line % 2 == 0)
            body += R"({"actor":"user","timestamp":")" + timestamp(line) +
                    R"(","message":{"messageType":"text","text":"Line )" + number +
                    R"( of what the customer wrote about the invoice that never came",)"
                    R"("channelType":"web","sender":{"id":")" +
                    session + R"(","botId":"b1"},"timestamp":")" + timestamp(line) + R"(","id":")" +
                    session + "-m" + number + "\"}}";
        else
            body += R"({"actor":"bot","timestamp":")" + timestamp(line) +
                    R"(","message":{"text":"Line )" + number +
                    R"( of what the bot said: could you give me the number of the \"invoice\"?"}})";
    }
    return body + "]}";
}

int32_t accept_it(void* user, const ljk_question* question) {
    *static_cast<std::size_t*>(user) += ljk_question_json(question).len;
    return LJK_ACCEPT_MUTED;
}

class World {
public:
    World() {
        const std::string account =
            std::string(R"("account":{")") + kAccount +
            R"(":{"platform":"chatlayer_offloading","verify_token":"vt-made-up-for-this",)"
            R"("api_token":"at-made-up-for-this","api_base":"https://api.example.com",)"
            R"("pause_action":{"pause":true},"resume_action":{"resume":true}}}})";
        const ljk_http_client client = client_.table();
        ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
        options.decide = accept_it;
        options.decide_user = &question_bytes_;
        options.http_client = &client;
        ljk_error error;
        const std::string common = R"({"store":"memory:","log_key":"bench",)";
        const std::string limited = common + R"("account_events_limit":10000000,)" + account;
        if (ljk_hub_open_with(str(limited), LJK_RUN_NOTHING, &options, &hub_, &error) == LJK_OK)
            return;
        const std::string config = common + account;  // releases before have no such limit
        must(ljk_hub_open_with(str(config), LJK_RUN_NOTHING, &options, &hub_, &error), error,
             "open");
    }
    ~World() { ljk_hub_free(hub_); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// CPU of one offload in microseconds. `in_two` goes by begin and finish, as hosts that decide asynchronously do.
    double offload(const std::string& body, bool in_two) {
        ljk_request request = LJK_REQUEST_INIT;
        const ljk_header header = {str("Content-Type"), str("application/json")};
        request.method = str("POST");
        request.query = str("challenge.verifyToken=vt-made-up-for-this");
        request.headers = &header;
        request.header_count = 1;
        request.body = str(body);
        ljk_answer* answer = nullptr;
        ljk_error error;
        const double begun = cpu_us();
        if (in_two) {
            ljk_reception* reception = nullptr;
            must(ljk_hub_begin(hub_, str(kAccount), &request, &reception, &error), error, "begin");
            question_bytes_ += ljk_question_json(ljk_reception_question(reception)).len;
            must(ljk_reception_finish(reception, LJK_ACCEPT_MUTED, str(""), &answer, &error), error,
                 "finish");
            ljk_reception_free(reception);
        } else {
            must(ljk_hub_receive(hub_, str(kAccount), &request, &answer, &error), error, "receive");
        }
        const double spent = cpu_us() - begun;
        if (ljk_answer_status(answer) != 200 ||
            view(ljk_answer_body(answer)) != R"({"offloadSuccess":true,"pauseBot":true})")
            give_up("offload answered " + std::string(view(ljk_answer_body(answer))));
        ljk_answer_free(answer);
        return spent;
    }

    void take(const std::string& session) {
        ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
        options.agent = str("dana");
        ljk_error error;
        must(ljk_hub_take(hub_, str(ref_of(session)), &options, nullptr, &error), error, "take");
    }

    struct Spent {
        double committed, sent;
    };
    Spent reply(const std::string& session, const std::string& key) {
        ljk_command_options options = LJK_COMMAND_OPTIONS_INIT;
        const std::string ref = ref_of(session);
        options.agent = str("dana");
        options.key = str(key);
        ljk_receipt* receipt = nullptr;
        ljk_error error;
        Spent spent{};
        const double begun = cpu_us();
        must(ljk_hub_reply(hub_, str(ref), str("The invoice went out again this morning."),
                           &options, &receipt, &error),
             error, "reply");
        spent.committed = cpu_us() - begun;
        must(ljk_hub_step(hub_, &error), error, "step");
        const std::string body = client_.answer();
        must(ljk_hub_step(hub_, &error), error, "step");
        spent.sent = cpu_us() - begun;
        if (body.find("went out again this morning") == std::string::npos)
            give_up("the reply was sent as " + body);
        check_sent(receipt);
        ljk_receipt_free(receipt);
        return spent;
    }

    /// Whether the conversation holds each line once, and the request.
    void check_transcript(const std::string& session, std::size_t lines) {
        ljk_text* text = nullptr;
        ljk_error error;
        must(ljk_hub_transcript(hub_, str(ref_of(session)), 0, 10'000, &text, &error), error,
             "transcript");
        const std::string_view items = view(ljk_text_str(text));
        std::size_t found = 0;
        for (std::size_t at = 0; (at = items.find(R"("flags":["transcript)", at)) != items.npos;
             ++at)
            ++found;
        ljk_text_free(text);
        if (found != lines) give_up("the transcript has " + std::to_string(found) + " lines");
    }
    std::size_t question_bytes() const noexcept { return question_bytes_; }

private:
    static std::string ref_of(const std::string& session) {
        return std::string(kAccount) + ":live:" + session;
    }
    void check_sent(const ljk_receipt* receipt) {
        ljk_text* delivery = nullptr;
        ljk_error error;
        must(ljk_hub_delivery(hub_, ljk_receipt_delivery(receipt), &delivery, &error), error,
             "delivery");
        if (view(ljk_text_str(delivery)).find(R"("status":"sent")") == std::string_view::npos)
            give_up("not sent: " + std::string(view(ljk_text_str(delivery))));
        ljk_text_free(delivery);
    }

    Client client_;
    ljk_hub* hub_ = nullptr;
    std::size_t question_bytes_ = 0;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void print(const char* row, const std::vector<double>& rounds, int runs) {
    std::printf("{\"row\":\"%s\",\"cpu_us\":%.2f,\"rounds\":%zu,\"runs\":%d}\n", row,
                median(rounds), rounds.size(), runs);
}

void offloads(const char* row, int lines, bool in_two, int rounds) {
    const int runs = 2'000 / lines + 20;
    std::vector<double> each;
    for (int round = 0; round <= rounds; ++round) {  // the first one warms up
        World world;
        double sum = 0;
        std::vector<double> spent;
        for (int run = 0; run < runs; ++run) {
            const std::string session = "s-" + std::to_string(run);
            const std::string body = offload_of(session, lines);
            spent.push_back(world.offload(body, in_two));
            if (run == 0) world.check_transcript(session, static_cast<std::size_t>(lines));
        }
        if (world.question_bytes() < static_cast<std::size_t>(runs * lines))
            give_up("the questions were empty");
        for (const double one : spent) sum += one;
        if (round > 0) each.push_back(sum / runs);
    }
    print(row, each, runs);
}

void replies(int rounds) {
    std::vector<double> committed, sent;
    for (int round = 0; round <= rounds; ++round) {
        World world;
        world.offload(offload_of("s-1", 10), false);
        world.take("s-1");
        double commit = 0, send = 0;
        for (int run = 0; run < kReplies; ++run) {
            const auto spent = world.reply("s-1", "key-" + std::to_string(run));
            commit += spent.committed;
            send += spent.sent;
        }
        if (round == 0) continue;
        committed.push_back(commit / kReplies);
        sent.push_back(send / kReplies);
    }
    print("reply_committed", committed, kReplies);
    print("reply_sent", sent, kReplies);
}

}  // namespace

int main(int argc, char** argv) {
    int rounds = 15;
    if (argc == 3 && std::string_view(argv[1]) == "--rounds")
        rounds = std::atoi(argv[2]);
    else if (argc == 2 && std::string_view(argv[1]) == "--quick")
        rounds = 3;
    else if (argc != 1)
        give_up("usage: bench_request_path [--rounds N | --quick]");
    if (rounds < 1) give_up("--rounds must be at least 1");
    offloads("offload_50", 50, false, rounds);
    offloads("offload_500", 500, false, rounds);
    offloads("offload_50_in_two_steps", 50, true, rounds);
    offloads("offload_500_in_two_steps", 500, true, rounds);
    replies(rounds);
    return 0;
}
