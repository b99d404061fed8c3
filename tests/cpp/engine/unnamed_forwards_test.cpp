// Forwards that release 13949c8 queued name no item: at a take the desk gets those words all the same, as the item they are.
#include "channel_words.h"

namespace lampjack::test {
namespace {

using store::OutboxRow;

class UnnamedForwards : public ChannelWords {
protected:
    /// What is stored now is as that release wrote it: no row names an item, no item a delivery.
    void age() {
        const auto key = store::key_of(TestHub::kRef);
        const auto store = kept_.open();
        const auto rows = store->deliveries(key);
        const auto items = store->items(key, 0, 1000);
        ASSERT_TRUE(rows && items);
        const auto tx = store->begin();
        ASSERT_TRUE(tx);
        store::ConversationRow conversation;
        ASSERT_TRUE((*tx)->lock(key, conversation));
        for (OutboxRow row : *rows) {
            row.item_seq = 0;
            ASSERT_TRUE((*tx)->record(key, row, 0));
        }
        for (const auto& item : *items) ASSERT_TRUE((*tx)->name_delivery(key, item.seq, {}));
        ASSERT_TRUE((*tx)->commit());
    }
    /// Queues what a row has once more, with other words of another time that stand in no item.
    void queue_strange(const std::string& like, const std::string& words) {
        const auto store = kept_.open();
        std::string ref;
        auto row = store->delivery(like, ref);
        ASSERT_TRUE(row);
        const auto tx = store->begin();
        ASSERT_TRUE(tx);
        store::ConversationRow conversation;
        ASSERT_TRUE((*tx)->lock(store::key_of(ref), conversation));
        row->oseq = conversation.next_out++;
        row->id = std::string(32, 'a');
        row->key.clear();
        row->item_seq = 0;
        row->content =
            R"({"v":1,"kind":"message","conversation":{"mode":"live","id":"s-1"},)"
            R"("actor":{"role":"user","id":"s-1"},)"
            R"("sent_at":"2026-01-05T09:00:00.000Z","content":[{"type":"text","text":")" +
            words + R"("}]})";
        ASSERT_TRUE((*tx)->put(conversation));
        ASSERT_TRUE((*tx)->enqueue(conversation.key, *row));
        ASSERT_TRUE((*tx)->commit());
    }
    /// The seq of the item that a delivery names, 0 when it names none, and whether that names it too.
    std::int64_t item_of(const std::string& delivery, bool names_it = true) {
        const json::Object row = t().delivery(delivery);
        const std::int64_t seq = json::integer_of(row, "seq", 0);
        for (const auto& one : t().transcript()) {
            const json::Object& item = one.as_object();
            if (item.at("seq").as_int64() != seq) continue;
            EXPECT_EQ(json::text_of(item, "delivery") == delivery, names_it);
        }
        return seq;
    }
    std::size_t messages() {
        std::size_t count = 0;
        for (const auto& one : t().transcript())
            if (const auto* event = one.as_object().if_contains("event"))
                count += json::text_of(event->as_object(), "kind") == "message" ? 1U : 0U;
        return count;
    }
};
LJK_ON_EVERY_STORE(UnnamedForwards);

TEST_P(UnnamedForwards, that_have_not_reached_the_platform_at_a_take_are_offered_to_the_desk) {
    open();
    const std::string one = say("one");
    EXPECT_EQ(send_all(200), Lines{"one"});
    const std::string two = say("two");
    EXPECT_EQ(send_all(503), Lines{"two"});
    const std::string three = say("three");
    age();
    EXPECT_EQ(item_of(three), 0) << "the control: it is as that release wrote it";
    const std::string four = say("four");  // of this release
    take();
    EXPECT_EQ(handed_out(), (Lines{"two desk rerouted maybe_forwarded", "three desk rerouted",
                                   "four desk rerouted"}));
    for (const std::string& said : {two, three, four}) {
        EXPECT_EQ(standing(said), "refused rerouted");
        EXPECT_EQ(told(said), 1U);
        EXPECT_NE(item_of(said), 0);
    }
    EXPECT_EQ(standing(one), "sent ");
    EXPECT_EQ(messages(), 4U) << "the same items";
    t().clock->advance(60'000);
    EXPECT_TRUE(send_all(200).empty());
    EXPECT_TRUE(handed_out().empty()) << "once";
}

TEST_P(UnnamedForwards, of_the_same_words_are_each_an_item_of_their_own) {
    open();
    say("yes");
    EXPECT_EQ(send_all(200), Lines{"yes"});
    const std::string second = say("yes"), third = say("yes");
    age();
    take();
    EXPECT_EQ(handed_out(), (Lines{"yes desk rerouted", "yes desk rerouted"}));
    EXPECT_LT(item_of(second), item_of(third));
}

TEST_P(UnnamedForwards, of_several_parts_are_one_item_that_the_platform_may_have_in_part) {
    open();
    const std::string last = say("part one", R"(,{"type":"text","text":"part two"})");
    t().hub->step();
    ASSERT_EQ(t().http->in_flight().size(), 1U);
    t().http->answer(t().http->in_flight().front(), 200, "{}");
    t().http->deliver();
    t().hub->step();  // the second part is in flight now
    t().http->answer(t().http->in_flight().front(), 503, "{}");
    t().http->deliver();
    t().hub->step();
    age();
    take();
    EXPECT_EQ(handed_out(), Lines{"part one desk rerouted maybe_forwarded"});
    EXPECT_NE(item_of(last), 0);
}

TEST_P(UnnamedForwards, of_several_parts_are_one_item_where_only_the_first_was_sent) {
    open();
    say("part one", R"(,{"type":"text","text":"part two"})");
    age();
    t().hub->step();
    ASSERT_EQ(t().http->in_flight().size(), 1U);
    t().http->answer(t().http->in_flight().front(), 200, "{}");
    t().http->deliver();
    take();  // before the outcome is recorded: the first part is under way
    EXPECT_EQ(handed_out(), Lines{"part one desk rerouted maybe_forwarded"});
    t().hub->step();
    const auto rows = json::parse_value(*t().hub->deliveries(TestHub::kRef), "rows")->as_array();
    for (const auto& row : rows)
        EXPECT_NE(json::integer_of(row.as_object(), "seq", 0), 0) << "also after its outcome";
    EXPECT_EQ(json::text_of(rows.front().as_object(), "status"), "sent");
}

TEST_P(UnnamedForwards, that_are_dead_are_offered_once_and_stay_dead) {
    open();
    const std::string said = say("rejected");
    EXPECT_EQ(send_all(422), Lines{"rejected"});
    age();
    take();
    EXPECT_EQ(handed_out(), Lines{"rejected desk rerouted maybe_forwarded"});
    EXPECT_EQ(standing(said).substr(0, 4), "dead");
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    take();
    EXPECT_TRUE(handed_out().empty());
    EXPECT_EQ(messages(), 1U);
}

TEST_P(UnnamedForwards, whose_item_cannot_be_found_are_handed_out_as_a_copy) {
    open();
    const std::string said = say("known");
    queue_strange(said, "of nobody knows when");
    take();
    EXPECT_EQ(handed_out(),
              (Lines{"known desk rerouted", "of nobody knows when desk rerouted maybe_duplicate"}));
    EXPECT_EQ(standing(std::string(32, 'a')), "refused rerouted");
    EXPECT_NE(item_of(std::string(32, 'a')), 0);
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    take();
    EXPECT_TRUE(handed_out().empty()) << "once";
    EXPECT_EQ(messages(), 2U);
}

TEST_P(UnnamedForwards, still_leave_when_no_agent_takes) {
    open();
    const std::string said = say("for the bot");
    age();
    ask(false);
    EXPECT_EQ(send_all(200), Lines{"for the bot"});
    EXPECT_EQ(standing(said), "sent ");
}

}  // namespace
}  // namespace lampjack::test
