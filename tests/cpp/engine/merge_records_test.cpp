// What a transcript is compared with stands beside each item: it says what the body says, and no body is read.

#include "engine/merge_records.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "../support/golden.h"
#include "engine/views.h"
#include "kept_store.h"
#include "model/canonical.h"
#include "platforms/registry.h"
#include "test_hub.h"

#include <sstream>

namespace lampjack::test {
namespace {

using T = TestHub;

Result<model::BatchPtr> parse(const Golden& golden) {
    const platforms::Adapter* adapter = platforms::find(golden.platform);
    if (adapter == nullptr) return fail(Code::config, "no such platform");
    const std::string path = golden.text("path"), query = golden.text("query");
    platforms::ReadInput input{};
    input.path = path;
    input.query = query;
    return platforms::parse(*adapter, input, golden.body);
}

TEST(MergeRecords, say_of_every_golden_event_what_its_body_says) {
    std::size_t compared = 0, left_to_the_body = 0;
    for (const Golden& golden : golden_cases()) {
        const auto batch = parse(golden);
        if (!batch) continue;
        const auto identities = model::identify(**batch, "golden");
        for (std::uint32_t i = 0; i < (*batch)->events.size(); ++i) {
            const std::string body = engine::event_json(**batch, i, "golden", identities);
            const auto told = engine::merge_record(body, "golden");
            ASSERT_TRUE(told) << golden.name << " event " << i;
            const auto stored = engine::record_to_store(**batch, i, identities[i]);
            if (!stored) {
                ++left_to_the_body;
                continue;
            }
            ++compared;
            EXPECT_EQ(*stored, *told) << golden.name << " event " << i;
        }
    }
    EXPECT_GT(compared, 100u);
    EXPECT_LT(left_to_the_body, compared / 10) << "those that a request says twice";
}

/// A payload may name its target: the body of the item then names it as well, whether the vendor did or not.
TEST(MergeRecords, are_the_same_whether_a_target_stands_beside_the_payload_that_names_it) {
    const auto body = [](const std::string& type, const std::string& member) {
        const std::string button =
            R"("payload":"{\"nextDialogstateId\":17,\"params\":{\"a\": 1}}")" + member + "}";
        const std::string part =
            type == "postback" ? R"({"type":"postback",)" + button
                               : R"({"type":"choice","options":[{"kind":"reply",)" + button + "]}";
        return R"({"v":1,"kind":"message","actor":{"role":"user"},"content":[)" + part + "]}";
    };
    const auto stored = [&](const std::string& type, const std::string& member) {
        return engine::merge_record(body(type, member), "shop").value();
    };
    const auto came = [&](const std::string& type, const std::string& member) {
        const auto batch = model::read_events(body(type, member)).value();
        return engine::merge_record(*batch, 0, model::identify(*batch, "shop")[0]);
    };
    for (const char* type : {"postback", "choice"}) {
        const auto plain = came(type, "");
        EXPECT_EQ(stored(type, ""), plain) << type;
        EXPECT_EQ(stored(type, R"(,"target":"17")"), plain) << type;
        EXPECT_EQ(came(type, R"(,"target":"17")").content, plain.content) << type;
        EXPECT_NE(came(type, R"(,"target":"17")").fingerprint, plain.fingerprint)
            << type << ": identities are as they were";
        EXPECT_NE(stored(type, R"(,"target":"18")").content, plain.content) << type;
    }
    const char* const parameters = R"(,"parameters":{ "a":1 })";
    EXPECT_EQ(stored("postback", parameters), came("postback", ""));
    EXPECT_EQ(came("postback", parameters).content, came("postback", "").content);
    EXPECT_NE(stored("postback", R"(,"parameters":{"a":2})").content, came("postback", "").content);
}

/// What one process asked of a store, and a store that release 13949c8 writes to.
struct Counts {
    bool forgets_records = false;
    int steps = 0, bodies = 0, merges = 0, written = 0;
};

class CountedTx final : public support::ForwardTx {
public:
    CountedTx(std::unique_ptr<store::Tx> to, Counts& counts)
        : ForwardTx(std::move(to)),
          counts_(counts) {}

    Result<void> append(const Key& key, const store::ItemRow& item, Keys keys) override {
        store::ItemRow as_before = item;
        if (counts_.forgets_records) as_before.merge.reset();
        return ForwardTx::append(key, as_before, keys);
    }
    Result<store::ItemRow> item(const Key& key, std::uint64_t seq) override {
        ++counts_.bodies;
        return ForwardTx::item(key, seq);
    }
    Result<std::vector<store::ItemRow>> newest(const Key& key, std::size_t limit) override {
        auto items = ForwardTx::newest(key, limit);
        if (items) counts_.bodies += static_cast<int>(items->size());
        return items;
    }
    Result<std::vector<store::MergeRow>> newest_merge(const Key& key, std::size_t limit) override {
        ++counts_.merges;
        return ForwardTx::newest_merge(key, limit);
    }
    Result<void> put_merge(const Key& key, std::uint64_t seq,
                           const conversation::MergeRecord& record) override {
        ++counts_.written;
        return ForwardTx::put_merge(key, seq, record);
    }

protected:
    Result<void> before() override {
        ++counts_.steps;
        return {};
    }

private:
    Counts& counts_;
};

class CountedStore final : public support::ForwardStore {
public:
    explicit CountedStore(std::shared_ptr<store::Store> to) : ForwardStore(std::move(to)) {}
    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<CountedTx>(std::move(begun), counts));
    }
    Counts counts;
};

/// The n-th line of a long dialogue, as it comes live (with an id) or in a transcript.
std::string line(int number, bool is_live) {
    std::ostringstream at;
    at.fill('0');
    at << "2026-01-05T" << 10 + number / 3600 << ':';
    at.width(2);
    at << number / 60 % 60 << ':';
    at.width(2);
    at << number % 60 << ".000Z";
    const std::string id = is_live ? R"(,"id":"m)" + std::to_string(number) + "\"" : "";
    return R"({"actor":"user","timestamp":")" + at.str() +
           R"(","message":{"messageType":"text","text":"line )" + std::to_string(number) +
           R"(","channelType":"web","sender":{"id":"s-1","botId":"b1"},"timestamp":")" + at.str() +
           "\"" + id + "}}";
}

std::string lines(int from, int to, bool is_live) {
    std::string all;
    for (int number = from; number < to; ++number)
        all += (all.empty() ? "" : ",") + line(number, is_live);
    return all;
}

class TranscriptMerge : public OnEveryStore {
protected:
    struct World {
        std::shared_ptr<CountedStore> store;
        std::unique_ptr<TestHub> hub;
        Counts& counts() const { return store->counts; }
        void live(int from, int to) const {
            hub->clock->advance(10'000);  // less than an account may send a second
            ASSERT_EQ(hub->post(T::messages(lines(from, to, true), 1)).status, 200);
        }
        void offload(int from, int to, int second) const {
            const bool forgets = counts().forgets_records;
            counts() = {.forgets_records = forgets};
            const std::string body = T::offload(lines(from, to, false), second);
            ASSERT_EQ(hub->post(body, T::accept(false)).status, 200);
        }
        std::size_t items() const {
            return static_cast<std::size_t>(hub->conversation().at("items").as_int64());
        }
    };
    World world() {
        World made;
        made.store = std::make_shared<CountedStore>(kept_.open());
        const char* wide = R"("events_burst":100000,"events_per_second":10000,)";
        made.hub = std::make_unique<TestHub>(T::kFull, wide, made.store);
        return made;
    }
};
LJK_ON_EVERY_STORE(TranscriptMerge);

TEST_P(TranscriptMerge, of_five_thousand_lines_reads_no_body) {
    const World w = world();
    for (int from = 0; from < 5000; from += 500) w.live(from, from + 500);
    const std::size_t before = w.items();
    ASSERT_GE(before, 5000u);
    w.offload(1, 5001, 2);
    EXPECT_EQ(w.counts().bodies, 0);
    EXPECT_EQ(w.counts().merges, 1);
    EXPECT_EQ(w.counts().written, 0);
    EXPECT_LE(w.counts().steps, 60) << "and none for each line";
    EXPECT_LE(w.items(), before + 10) << "one line is news; the rest is known";
}

/// The control: where records are missing, bodies are read, and counted.
TEST_P(TranscriptMerge, reads_the_bodies_of_a_release_without_records_once) {
    for (const int size : {10, 100}) {
        const World w = world();
        w.counts().forgets_records = true;
        w.live(size * 10, size * 10 + size);
        w.counts().forgets_records = false;
        w.offload(size * 10 + 1, size * 10 + size + 1, 2);
        EXPECT_GE(w.counts().bodies, size);
        EXPECT_EQ(w.counts().written, size);
        const std::size_t before = w.items();
        w.offload(size * 10 + 1, size * 10 + size + 1, 3);
        EXPECT_EQ(w.counts().bodies, 0);
        EXPECT_EQ(w.counts().written, 0);
        EXPECT_LE(w.items(), before + 2) << "no line is news the second time";
        ASSERT_TRUE(w.hub->hub->erase("shop", "s-1", true, std::chrono::milliseconds(0)));
    }
}

/// The transcript tells another time, so that only content can match.
TEST_P(TranscriptMerge, knows_a_button_whose_payload_names_its_target) {
    const auto button = [](const char* second, const char* id) {
        const std::string at = std::string("2026-01-05T10:00:0") + second + "Z";
        return R"({"actor":"user","timestamp":")" + at +
               R"(","message":{"messageType":"postback_v2","title":"Go","channelType":"web",)"
               R"("payload":"{\"nextDialogstateId\":\"n-1\",\"params\":{\"a\": 1}}",)"
               R"("sender":{"id":"s-1","botId":"b1"},"timestamp":")" +
               at + "\"" + id + "}}";
    };
    for (const bool forgets : {false, true}) {
        const World w = world();
        w.counts().forgets_records = forgets;
        ASSERT_EQ(w.hub->post(T::messages(button("1.000", R"(,"id":"m1")"), 1)).status, 200);
        w.counts().forgets_records = false;
        const std::size_t before = w.items();
        ASSERT_EQ(w.hub->post(T::offload(button("1.400", ""), 2), T::accept(false)).status, 200);
        EXPECT_EQ(w.items(), before + 1) << "the request alone; forgets: " << forgets;
        ASSERT_TRUE(w.hub->hub->erase("shop", "s-1", true, std::chrono::milliseconds(0)));
    }
}

/// Replies, requests for a human and transcript lines as well as what came live.
TEST_P(TranscriptMerge, has_a_record_of_each_event_as_its_body_says) {
    const World w = world();
    w.live(0, 3);
    ASSERT_EQ(w.hub->post(T::messages(line(3, true) + "," + line(3, true), 1)).status, 200);
    w.offload(0, 6, 2);
    w.hub->command("take", "dana");
    w.hub->command("reply", "dana", R"({"type":"text","text":"hi"})");
    const auto tx = w.store->begin();
    ASSERT_TRUE(tx);
    const auto key = store::key_of(T::kRef);
    const auto rows = (*tx)->newest_merge(key, 1000);
    const auto items = (*tx)->newest(key, 1000);
    ASSERT_TRUE(rows && items);
    ASSERT_EQ(rows->size(), items->size());
    std::size_t events = 0;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const store::ItemRow& item = (*items)[i];
        EXPECT_EQ((*rows)[i].seq, item.seq);
        EXPECT_EQ((*rows)[i].is_fact, item.is_fact);
        EXPECT_EQ((*rows)[i].kind, item.kind);
        EXPECT_EQ((*rows)[i].received, item.received);
        EXPECT_EQ((*rows)[i].episode, item.episode);
        EXPECT_EQ((*rows)[i].merge.has_value(), !item.is_fact) << item.seq;
        if (item.is_fact) continue;
        ++events;
        EXPECT_EQ((*rows)[i].merge, engine::merge_record(item.body, "shop")) << item.seq;
    }
    EXPECT_GE(events, 7u);
}

}  // namespace
}  // namespace lampjack::test
