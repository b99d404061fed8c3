// Memory runs out while an agent replies and while the reply is sent: the call says so or succeeds, nothing of it is stored
// or all, and what the platform has taken once is not sent to it twice. The controls forget a key, and an outcome.

#include "memory/desk.h"

namespace lampjack::testing {
namespace {

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

using Deliveries = OnEveryStoreOutOfMemory;

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
