#include "model/surplus.h"

#include "../support/golden.h"
#include "model/identity.h"
#include "platforms/chatlayer_offloading/wire.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::platforms {
namespace {

const Adapter& adapter() { return *find("chatlayer_offloading"); }

model::BatchPtr parsed(std::string_view body) {
    auto batch = parse(adapter(), body);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message);
    return batch ? *batch : model::BatchPtr::make();
}

std::string text_of(const Result<std::string>& body) {
    return body ? *body : "error: " + body.error().message;
}

std::string request(std::string_view items) {
    return R"({"event":"messages","botId":"b0t","version":"LIVE","sessionId":"s-1",)"
           R"("timestamp":"2026-01-05T10:00:00.000Z","messages":[)" +
           std::string(items) + "]}";
}

TEST(Surplus, makes_one_event_of_all_surplus_items_whatever_they_are) {
    for (const std::string_view element : {"0", "[]", "{}", R"("\n")", R"({"message":{}})"}) {
        for (const bool offload : {false, true}) {
            std::string items(element);
            for (int i = 1; i < 40'000; ++i) items.append(",").append(element);
            std::string body = request(items);
            if (offload) {
                body.replace(body.find(R"("messages")"), 10, R"("offload")");
                body.replace(body.find(R"("messages")"), 10, R"("transcript")");
            }
            const auto batch = parsed(body);
            const std::size_t limit = offload ? 5000 : 1000;
            EXPECT_EQ(batch->events.size(), limit + (offload ? 2 : 1)) << element;
            const model::Event& surplus = batch->events[limit];
            EXPECT_TRUE(surplus.warns(model::Warning::too_many_items));
            const std::string_view raw = batch->view(batch->parts_of(surplus)[0].raw);
            const std::string count = std::to_string(40'000 - limit);
            EXPECT_TRUE(raw.starts_with(R"({"too_many_items":)" + count + R"(,"first":[)" +
                                        std::string(element)));
            EXPECT_LE(raw.size(), model::kSurplusBytes + 64);
        }
    }
}

TEST(Surplus, keeps_256_kib_of_surplus_items_and_counts_the_rest) {
    const std::string large =
        R"({"actor":"bot","message":{"text":")" + std::string(100'000, 'x') + R"("}})";
    std::string items = "0";
    for (int i = 1; i < 1000; ++i) items += ",0";
    std::string more;
    for (int i = 0; i < 5; ++i) more += "," + large;
    const auto batch = parsed(request(items + more));
    const std::string_view raw = batch->view(batch->parts_of(batch->root(1000))[0].raw);
    EXPECT_EQ(raw, R"({"too_many_items":5,"first":[)" + large + "," + large + "]}");
    const auto none = parsed(request(items + ",\"" + std::string(300'000, 'x') + "\",1"));
    EXPECT_EQ(none->view(none->parts_of(none->root(1000))[0].raw),
              R"({"too_many_items":2,"first":[]})")
        << "items are kept whole";
    EXPECT_TRUE(test::same_json(text_of(adapter().write(*none, Direction::in)), request(items)))
        << "what is not kept cannot come back";
}

TEST(Surplus, tells_surplus_items_apart_by_their_count_and_by_what_is_kept) {
    std::string items = "0";
    for (int i = 1; i < 1000; ++i) items += ",0";
    const auto id = [&](const std::string& more) {
        const auto batch = parsed(request(items + more));
        return model::identify(*batch, "shop")[1000];
    };
    EXPECT_EQ(id(",1,2").id, id(",1,2").id);
    EXPECT_NE(id(",1,2").id, id(",1,2,3").id);
    EXPECT_NE(id(",1,2").id, id(",1,3").id);
    EXPECT_TRUE(id(",1").is_surplus);
}

TEST(Surplus, keeps_a_message_of_more_values_than_any_documented_one_raw) {
    const auto reply = [](int options) {
        std::string text = R"({"actor":"bot","message":{"text":"Hi","quick_replies":[{})";
        for (int i = 1; i < options; ++i) text += ",{}";
        return text + "]}}";
    };
    EXPECT_EQ(parsed(request(reply(4000)))->options.size(), 4000U);
    const std::string body = request(reply(5000));
    const auto batch = parsed(body);
    EXPECT_TRUE(batch->options.empty());
    EXPECT_TRUE(batch->root(0).warns(model::Warning::malformed_item));
    EXPECT_TRUE(test::same_json(text_of(adapter().write(*batch, Direction::in)), body));
}

TEST(Surplus, bounds_options_by_the_bodys_size) {
    std::string items;
    for (int i = 0; i < 100; ++i) {
        items += i == 0 ? "" : ",";
        items += R"({"actor":"bot","message":{"text":"Hi","quick_replies":[{})";
        for (int k = 1; k < 3000; ++k) items += ",{}";
        items += "]}}";
    }
    const std::string body = request(items);
    const auto batch = parsed(body);
    EXPECT_LT(batch->options.size(), 30'000U) << "of the 300,000";
    EXPECT_TRUE(batch->root(batch->size() - 1).warns(model::Warning::too_many_items));
}

TEST(Surplus, bounds_the_actions_of_a_body) {
    std::string body = R"({"sendMessages":[0)";
    for (int i = 1; i < 40'000; ++i) body += ",0";
    const auto batch = parsed(body + "]}");
    ASSERT_EQ(batch->size(), 1001U);
    EXPECT_TRUE(batch->root(1000).warns(model::Warning::too_many_items));
}

TEST(Surplus, is_written_back_as_the_items_it_holds) {
    EXPECT_EQ(model::surplus_items(R"({"too_many_items":3,"first":[1,{"a":[]}]})"),
              R"(1,{"a":[]})");
    for (const std::string_view other :
         {"7", "{}", R"({"too_many_items":3})", R"({"too_many_items":x,"first":[]})"})
        EXPECT_EQ(model::surplus_items(other), other);
}

}  // namespace
}  // namespace lampjack::platforms
