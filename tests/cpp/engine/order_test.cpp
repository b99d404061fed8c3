// G7: many conversations, requests that fail, senders that die between sending and recording.
#include "sender_world.h"

#include "../support/loopback_server.h"
#include "transport/curl_client.h"

#include <cstdlib>
#include <mutex>
#include <thread>

namespace lampjack::test {
namespace {

/// What the platform saw of each conversation, and what it took.
struct Ledger {
    std::map<std::string, int> newest;          ///< by conversation: the newest message that came
    std::map<std::string, std::string> key_of;  ///< by message: the id it came with
    std::map<std::string, int> taken;           ///< by message: how often it had its effect
    int violations = 0;
    int foreign_keys = 0;

    /// The name of the message, "s-12 m3".
    static std::string name_of(const std::string& url, const std::string& body) {
        const auto session = url.find("/conversations/") + 15;
        const auto mark = body.find("#m") + 2;
        return url.substr(session, url.find('/', session) - session) + " m" +
               body.substr(mark, body.find('#', mark) - mark);
    }
    void came(const std::string& name, std::string_view key) {
        const std::string session = name.substr(0, name.find(' '));
        const int number = std::stoi(name.substr(name.find('m') + 1));
        int& last = newest[session];
        if (number < last || number > last + 1) ++violations;
        last = number;
        const auto [found, fresh] = key_of.emplace(name, key);
        if (found->second != key || key.empty()) ++foreign_keys;
    }
    int duplicates() const {
        int count = 0;
        for (const auto& [name, times] : taken) count += times - 1;
        return count;
    }
};

std::string words_of(int number) { return "hello #m" + std::to_string(number) + "#"; }

void queue(SenderWorld& world, int conversations, int each) {
    for (int c = 0; c < conversations; ++c) world.offload("s-" + std::to_string(c));
    for (int m = 1; m <= each; ++m)
        for (int c = 0; c < conversations; ++c) world.reply("s-" + std::to_string(c), words_of(m));
}

/// More for a long run.
int conversations() {
    const char* wanted = std::getenv("LJK_ORDER_CONVERSATIONS");
    return wanted != nullptr ? std::atoi(wanted) : 500;
}

TEST(Order, is_kept_in_each_conversation_whatever_fails_and_whoever_dies) {
    constexpr int kEach = 10;
    const auto all = static_cast<std::size_t>(conversations()) * kEach;
    SenderWorld world;
    queue(world, conversations(), kEach);
    SeededRandom chance(3);
    Ledger ledger;
    int lost = 0, kills = 0, failures = 0;
    for (std::size_t round = 0; ledger.taken.size() < all && round < 4 * all; ++round) {
        world.hub().step();
        const auto ids = world.http().in_flight();
        if (ids.empty()) world.clock->advance(1'000);
        const bool dies = !ids.empty() && chance.next() % 12 == 0;
        for (const auto id : ids) {
            const auto request = world.http().call(id).request;
            const std::string name = Ledger::name_of(request.url, request.body);
            if (chance.next() % 10 == 0) {
                ++failures;
                const int kind = static_cast<int>(chance.next() % 3);
                if (kind == 0) world.http().fail_with(id, transport::FailureKind::connect);
                if (kind != 0) {
                    ledger.came(name, model::header(request.headers, "idempotency-key"));
                    world.http().answer(id, kind == 1 ? 503 : 429, "{}");
                }
                continue;
            }
            ledger.came(name, model::header(request.headers, "idempotency-key"));
            ++ledger.taken[name];
            if (dies) ++lost;
            world.http().answer(id, 200, "{}");
        }
        if (dies) {
            ++kills;
            world.kill();
            world.restart();
            world.clock->advance(20'000);
        } else {
            world.http().deliver();
        }
    }
    world.hub().step();
    EXPECT_EQ(ledger.taken.size(), all) << "nothing is lost";
    EXPECT_EQ(ledger.violations, 0);
    EXPECT_EQ(ledger.foreign_keys, 0) << "what comes twice comes with the same id";
    EXPECT_LE(ledger.duplicates(), lost) << "only what was sent and not recorded comes twice";
    EXPECT_GT(ledger.duplicates(), 0) << "the control: there were such";
    EXPECT_GT(kills, 20);
    EXPECT_GT(failures, 400);
    EXPECT_TRUE(world.dead_letters().empty());
}

/// The same in small over real sockets: curl, connections that are kept or reset, a sender dropped in the middle.
TEST(Order, is_kept_over_real_sockets) {
    constexpr int kConversations = 20, kEach = 6;
    Ledger ledger;
    std::mutex mutex;
    SeededRandom chance(5);
    int lost_answers = 0;
    support::LoopbackServer server([&](const support::Received& request) {
        const std::lock_guard lock(mutex);
        const std::string name = Ledger::name_of(request.target, request.body);
        ledger.came(name, model::header(request.headers, "idempotency-key"));
        const auto dice = chance.next() % 10;
        if (dice == 0) return support::Reaction{{support::reply(503)}};
        ++ledger.taken[name];
        if (dice != 1) return support::Reaction{{support::reply(200)}};
        ++lost_answers;
        return support::Reaction{{}, support::Reaction::End::reset};
    });
    const auto clock = std::make_shared<ManualClock>(SenderWorld::kBegin);
    const auto store = std::make_shared<store::MemoryStore>();
    std::unique_ptr<SenderWorld> maker =
        std::make_unique<SenderWorld>(SenderWorld::account("shop", {}, server.url("")),
                                      R"("allow_networks":["127.0.0.0/8"],)"
                                      R"("breaker_failures":1000,"retry_percent":1000,)",
                                      store);
    maker->clock->set(clock->now());
    queue(*maker, kConversations, kEach);
    constexpr std::size_t kAll = std::size_t{kConversations} * kEach;
    const auto all_taken = [&] {
        const std::lock_guard lock(mutex);
        return ledger.taken.size() == kAll;
    };
    int kills = 0;
    std::uint64_t seed = 100;
    for (int life = 0; life < 30 && !all_taken(); ++life) {
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(++seed);
        world.store = store;
        world.http = *transport::CurlClient::make({});
        auto hub = engine::Hub::open(maker->config, engine::run_nothing, world);
        ASSERT_TRUE(hub) << hub.error().message;
        clock->advance(61'000);  // the leases of the life before are over
        for (int look = 0; look < 40 && !all_taken(); ++look) {
            (*hub)->step();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            clock->advance(500);
        }
        hub->reset();
        world.http->close();
        ++kills;
    }
    const std::lock_guard lock(mutex);
    EXPECT_EQ(ledger.taken.size(), kAll);
    EXPECT_EQ(ledger.violations, 0);
    EXPECT_EQ(ledger.foreign_keys, 0);
    EXPECT_LE(ledger.duplicates(), lost_answers + kills * 16);
    EXPECT_GT(kills, 0);
}

}  // namespace
}  // namespace lampjack::test
