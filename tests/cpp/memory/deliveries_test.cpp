// Memory runs out while an agent replies and while the reply is sent: the call says so or succeeds, nothing of it is stored
// or all, and what the platform has taken once is not sent to it twice. The controls forget a key, and an outcome.

#include "engine/sender_world.h"
#include "memory/out_of_memory.h"
#include "support/postgres_server.h"

#include <new>

namespace lampjack::testing {
namespace {

using test::SenderWorld;

/// The shells' fence: what was thrown is an error.
template <class Call>
bool succeeds(Call call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return false;
    }
}

std::shared_ptr<store::Store> open(const std::string& url) {
    auto opened = store::open(url);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::shared_ptr<store::Store>(std::move(*opened)) : nullptr;
}

/// A conversation that an agent has.
class Desk : public Way {
protected:
    explicit Desk(const std::string& store)
        : world_(SenderWorld::account("shop"), "", open(store)) {
        world_.seed = 1000 * number_;  // else its ids were given before
        world_.restart();
        world_.offload(session());
        world_.command("take", session());
    }
    /// Another one each time: a store may be used again.
    std::string session() const { return "s-" + std::to_string(number_); }
    std::string ref() const { return SenderWorld::ref(session()); }
    bool reply(std::string_view key) {
        engine::CommandRequest request;
        request.name = "reply";
        request.agent = "dana";
        request.key = key;
        request.content = kWords;
        return world_.hub().command(ref_, request).error.code == Code::ok;
    }
    /// The deliveries of the conversation, as the hub tells of them.
    json::Array deliveries() const {
        const auto text = world_.hub().deliveries(ref());
        return text ? json::parse_value(*text, "deliveries")->as_array() : json::Array{};
    }
    /// Time goes by until nothing waits any more; every request is answered well.
    void come_to_rest() {
        world_.answer_all(200);  // what is under way ends before its lease does
        for (int round = 0; round < 5; ++round) {
            world_.clock->advance(200'000);  // longer than any lease
            while (world_.answer_all(200) != 0) {}
        }
    }

    static constexpr const char* kWords =
        R"({"type":"text","text":"words of an agent that do not fit into a short string"})";
    static inline std::uint64_t count_ = 0;
    const std::uint64_t number_ = ++count_;
    const std::string ref_ = ref();  // made while there is memory
    SenderWorld world_;
};

class Replying final : public Desk {
public:
    Replying(const std::string& store, bool forgets_keys)
        : Desk(store),
          forgets_keys_(forgets_keys) {}

    bool attempt() override {
        return succeeds([&] { return reply("the key of this command"); });
    }
    std::string judge(bool succeeded) override {
        const std::size_t rows = deliveries().size(), lines = words_in_log();
        if (rows != lines || rows > 1) return "a part of it is stored";
        if (succeeded && rows == 0) return "acknowledged and not stored";
        if (!reply(forgets_keys_ ? "another key" : "the key of this command"))
            return "the hub does not go on";
        if (deliveries().size() != 1 || words_in_log() != 1)
            return "the second attempt did not take effect once";
        come_to_rest();
        return world_.http().count() == 1 ? "" : "it did not leave once";
    }

private:
    std::size_t words_in_log() const {
        const auto log = world_.hub().transcript(ref(), 0, 100);
        std::size_t count = 0;
        for (auto at = log->find("\"kind\":\"message\""); at != log->npos;
             at = log->find("\"kind\":\"message\"", at + 1))
            ++count;
        return count;
    }
    bool forgets_keys_;
};

class Sending final : public Desk {
public:
    /// The control loses what the platform answered.
    Sending(const std::string& store, bool loses_answers)
        : Desk(store),
          loses_answers_(loses_answers) {
        reply("a key");
    }
    bool attempt() override {
        const auto look = [&] {
            world_.hub().step();
            return true;
        };
        bool good = succeeds(look);
        good = succeeds([&] {
                   for (const auto id : world_.http().in_flight())
                       world_.http().answer(id, 200, "{}");
                   return true;
               }) &&
               good;
        if (!loses_answers_) world_.http().deliver();
        return succeeds(look) && good;
    }
    std::string judge(bool) override {
        std::size_t before = 0;
        if (loses_answers_) {
            before = world_.http().count();
            world_.kill();
            world_.restart();
        }
        come_to_rest();
        const auto rows = deliveries();
        if (rows.size() != 1 || json::text_of(rows[0].as_object(), "status") != "sent")
            return "it is not sent, or nobody knows";
        if (world_.http().count() + before != 1) return "it left more than once";
        if (world_.stat("in_flight") != 0) return "something counts as under way for ever";
        return world_.hub().drain(std::chrono::milliseconds(0)) ? "" : "the hub never drains";
    }

private:
    bool loses_answers_;
};

class Deliveries : public OutOfMemory {
protected:
    /// On one PostgreSQL database, which takes longer.
    template <class W>
    void expect_no_harm_on_postgresql() {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        auto& server = support::PostgresServer::shared();
        const std::string url = server.url(server.make_database());
        for (const bool for_good : {false, true})
            EXPECT_EQ(torture([&] { return std::make_unique<W>(url, false); }, for_good, 4), "");
    }
    /// Once and for good, on a store in memory and on SQLite.
    template <class W>
    void expect_no_harm() {
        for (const bool for_good : {false, true}) {
            EXPECT_EQ(torture([] { return std::make_unique<W>("memory:", false); }, for_good), "");
            EXPECT_EQ(torture([&] { return std::make_unique<W>(sqlite(), false); }, for_good), "");
        }
    }
};

TEST_F(Deliveries, while_an_agent_replies) { expect_no_harm<Replying>(); }
TEST_F(Deliveries, while_a_reply_is_sent) { expect_no_harm<Sending>(); }

using DeliveriesPostgres = Deliveries;
TEST_F(DeliveriesPostgres, while_an_agent_replies) { expect_no_harm_on_postgresql<Replying>(); }
TEST_F(DeliveriesPostgres, while_a_reply_is_sent) { expect_no_harm_on_postgresql<Sending>(); }

TEST_F(Deliveries, control_a_command_taken_for_another_and_a_forgotten_outcome_are_seen) {
    const auto first_wrong = [&](const Make& make) {
        const std::string wrong = torture(make, false);
        return wrong.substr(0, wrong.find(','));
    };
    EXPECT_EQ(first_wrong([] { return std::make_unique<Replying>("memory:", true); }),
              "the second attempt did not take effect once");
    EXPECT_EQ(first_wrong([] { return std::make_unique<Sending>("memory:", true); }),
              "it left more than once");
}

}  // namespace
}  // namespace lampjack::testing
