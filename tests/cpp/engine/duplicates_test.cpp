// Each request comes three times at once, to two processes on one store, and transcripts repeat in another shape what came
// live or comes later: everything is kept once, and every copy gets the same answer. What carries neither id nor time is
// kept each time, with its doubt. The control knows no keys.

#include "kept_store.h"
#include "sender_world.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "../support/from_environment.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <set>
#include <thread>

namespace lampjack::test {
namespace {

constexpr int kCopies = 3, kThreads = 6, kLines = 11;

/// Conversations, each of which brings a dozen requests; more for a long run.
int conversations() { return support::from_environment("LJK_DUPLICATES", 12); }

/// A store on which nothing is ever known.
class Forgetful final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<Blind>(std::move(begun)));
    }

private:
    class Blind final : public support::ForwardTx {
    public:
        using ForwardTx::ForwardTx;
        Result<std::vector<std::uint64_t>> known(const Key&, Keys keys) override {
            return std::vector<std::uint64_t>(keys.size());
        }
        Result<model::Answer> answer_of(const Key&, const model::ItemKey&) override {
            return model::Answer{};
        }
    };
};

struct Post {
    std::string account, path, query, body;
};

/// The requests of one conversation of a Chatlayer account: its lines live, two or one a request, and an offload whose
/// transcript repeats all of them and some that never come live.
class Talk {
public:
    explicit Talk(int number) : session_("s-" + std::to_string(number)) {}

    std::vector<Post> posts() const {
        std::vector<Post> all;
        for (int line = 0; line < kLines; line += 1 + line % 2) {
            const std::string next = line % 2 == 1 ? "," + item(line + 1, true) : "";
            all.push_back(post("messages", "messages", item(line, true) + next, line));
        }
        std::string transcript;
        for (int line = -2; line < kLines; ++line)
            transcript += (transcript.empty() ? "" : ",") + item(line, false);
        all.push_back(post("offload", "transcript", transcript, kLines));
        return all;
    }
    std::string ref() const { return "shop:live:" + session_; }
    /// The bot says the same thing twice at the same moment in its third line, and that is two lines.
    std::map<std::string, int> expected() const {
        std::map<std::string, int> texts;
        for (int line = -2; line < kLines; ++line) texts[text(line)] = line == 2 ? 2 : 1;
        return texts;
    }

private:
    static bool is_users(int line) { return line % 2 != 0; }
    std::string text(int line) const { return session_ + " line " + std::to_string(line + 2); }
    static std::string at(int line) {
        return std::string(format_time(SenderWorld::kBegin + 1000 * (line + 2)).view());
    }
    std::string item(int line, bool live) const {
        const std::string head = R"({"actor":")" + std::string(is_users(line) ? "user" : "bot") +
                                 R"(","timestamp":")" + at(line) + R"(","message":{"text":")" +
                                 text(line) + "\"";
        if (!is_users(line)) return line == 2 ? head + "}}," + head + "}}" : head + "}}";
        const std::string known = R"(,"timestamp":")" + at(line) + R"(","id":")" + session_ + "-" +
                                  std::to_string(line) + "\"";
        return head + R"(,"messageType":"text","channelType":")" + (live ? "web" : "emulator") +
               R"(","sender":{"id":")" + session_ + R"(","botId":"b1"})" + (live ? known : "") +
               "}}";
    }
    Post post(const std::string& event, const std::string& array, const std::string& items,
              int line) const {
        const std::string payload = event == "offload" ? R"("payload":{},)" : "";
        return {"shop", "/", "challenge.verifyToken=vt-made-up",
                R"({"event":")" + event + R"(","botId":"b1","version":"LIVE","sessionId":")" +
                    session_ + R"(","timestamp":")" + at(line) + "\"," + payload + "\"" + array +
                    "\":[" + items + "]}"};
    }
    std::string session_;
};

/// Of Certainly's user: neither an id nor more than seconds.
Post claim_line(int user, int line) {
    return {
        "c", "/messages", "token=wt-made-up",
        R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":"u-)" +
            std::to_string(user) + R"(","timestamp":1767607200,"message":"line )" +
            std::to_string(line) + R"(","attachments":[]}}})"};
}

class Duplicates : public OnEveryStore {
protected:
    struct Counts {
        std::map<std::string, int> texts;
        int requests = 0, gaps = 0, doubts = 0;
    };

    /// Every copy of every request, at about the same time, from all threads into both processes.
    void pour_in(const std::vector<Post>& posts, bool forgets) {
        const std::string accounts =
            SenderWorld::account("shop") +
            R"(,"c":{"platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1"})";
        const std::string limits = R"("events_per_second":1000000,"events_burst":1000000,)";
        const auto open = [&]() -> std::shared_ptr<store::Store> {
            auto store = kept_.open();
            if (!forgets) return store;
            return std::make_shared<Forgetful>(std::move(store));
        };
        for (auto& world : worlds_) world = std::make_unique<SenderWorld>(accounts, limits, open());
        worlds_[1]->seed = 1000;
        worlds_[1]->restart();
        std::vector<std::set<std::string>> answers(posts.size());
        std::mutex mutex;
        std::atomic<std::size_t> next{0};
        std::vector<std::thread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&] {
                for (auto turn = next++; turn < posts.size() * kCopies; turn = next++) {
                    const std::size_t which = turn / kCopies;
                    const auto answer = receive(*worlds_[turn % 2], posts[which]);
                    const std::lock_guard lock(mutex);
                    answers[which].insert(std::to_string(answer.status) + " " + answer.body);
                }
            });
        for (std::thread& thread : threads) thread.join();
        for (const auto& all : answers) {
            EXPECT_EQ(all.size(), 1U) << "copies of one request got different answers";
            EXPECT_EQ(all.begin()->substr(0, 4), "200 ");
        }
    }
    static model::Answer receive(SenderWorld& world, const Post& post) {
        model::Request request;
        request.method = "POST";
        request.path = post.path;
        request.query = post.query;
        request.body = post.body;
        return world.hub().receive(post.account, request, [](const engine::Question&) {
            return engine::Decision{true, true, {}};
        });
    }
    Counts kept_of(const std::string& ref) const {
        Counts counts;
        const auto text = worlds_[0]->hub().transcript(ref, 0, 10'000);
        if (!text) return counts;
        std::int64_t expected = 0;
        const json::Array items = json::parse_value(*text, "transcript")->as_array();
        for (const auto& value : items) {
            const json::Object& item = value.as_object();
            counts.gaps += json::integer_of(item, "seq", 0) != ++expected;
            const json::Value* event = item.if_contains("event");
            if (event == nullptr) continue;
            counts.doubts += !item.at("flags").as_array().empty() &&
                             item.at("flags").as_array()[0] == "maybe_duplicate";
            if (json::text_of(event->as_object(), "kind") != "message")
                ++counts.requests;
            else
                ++counts.texts[std::string(json::text_of(
                    event->as_object().at("content").as_array()[0].as_object(), "text"))];
        }
        return counts;
    }
    /// The posts of all talks, those of one close together and not in their order.
    static std::vector<Post> mixed(const std::vector<Talk>& talks) {
        std::vector<Post> posts;
        SeededRandom random(11);
        for (const Talk& talk : talks)
            for (Post& post : talk.posts()) posts.push_back(std::move(post));
        for (std::size_t i = 0; i + 1 < posts.size(); ++i)
            std::swap(posts[i],
                      posts[i + random.next() % std::min<std::size_t>(8, posts.size() - i)]);
        return posts;
    }
    static std::vector<Talk> talks(int count) {
        std::vector<Talk> all;
        for (int i = 0; i < count; ++i) all.emplace_back(i);
        return all;
    }

    std::array<std::unique_ptr<SenderWorld>, 2> worlds_;
};
LJK_ON_EVERY_STORE(Duplicates);

TEST_P(Duplicates, what_comes_three_times_at_once_and_in_transcripts_is_kept_once) {
    const auto all = talks(conversations());
    pour_in(mixed(all), false);
    for (const Talk& talk : all) {
        const Counts found = kept_of(talk.ref());
        EXPECT_EQ(found.texts, talk.expected()) << talk.ref();
        EXPECT_EQ(found.requests, 1) << "one handover was asked for";
        EXPECT_EQ(found.gaps, 0);
        EXPECT_EQ(found.doubts, 0);
    }
}

TEST_P(Duplicates, what_has_neither_id_nor_time_is_kept_each_time_and_flagged) {
    constexpr int kUsers = 4;
    std::vector<Post> posts;
    for (int line = 0; line < kLines; ++line)
        for (int user = 0; user < kUsers; ++user) posts.push_back(claim_line(user, line));
    pour_in(posts, false);
    for (int user = 0; user < kUsers; ++user) {
        const Counts found = kept_of("c:live:u-" + std::to_string(user));
        EXPECT_EQ(found.texts.size(), static_cast<std::size_t>(kLines));
        for (const auto& [text, times] : found.texts) EXPECT_EQ(times, kCopies) << text;
        EXPECT_EQ(found.doubts, kLines * (kCopies - 1)) << "the first of each is sure";
        EXPECT_EQ(found.gaps, 0);
    }
}

TEST_P(Duplicates, control_without_keys_it_is_kept_more_often) {
    const auto all = talks(2);
    pour_in(mixed(all), true);
    int more = 0;
    for (const Talk& talk : all)
        for (const auto& [text, times] : kept_of(talk.ref()).texts)
            more += times > talk.expected().at(text);
    EXPECT_GT(more, 0);
}

}  // namespace
}  // namespace lampjack::test
