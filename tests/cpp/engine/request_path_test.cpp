// One request on its way into the store: prepared once, each conversation locked once, and what it has to tell told once.
#include "test_hub.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "store/memory_store.h"

#include <algorithm>
#include <map>

namespace lampjack::test {
namespace {

using T = TestHub;

/// Counts the locks of each conversation in the last transaction that locked one.
class CountingStore final : public support::ForwardStore {
public:
    CountingStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}

    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<Counting>(std::move(begun), *this));
    }
    Result<std::string> meta(Text name) override {
        if (name.starts_with("target_url")) ++remembered;
        return ForwardStore::meta(name);
    }
    int remembered = 0;  ///< looks for what a platform told once
    int most_locks() const {
        int most = 0;
        for (const auto& [key, count] : locks_) most = std::max(most, count);
        return most;
    }
    std::size_t locked() const { return locks_.size(); }

private:
    class Counting final : public support::ForwardTx {
    public:
        Counting(std::unique_ptr<store::Tx> to, CountingStore& counts)
            : ForwardTx(std::move(to)),
              counts_(counts) {}
        Result<bool> lock(const Key& key, store::ConversationRow& out) override {
            if (std::exchange(first_, false)) counts_.locks_.clear();
            ++counts_.locks_[key];
            return ForwardTx::lock(key, out);
        }

    private:
        CountingStore& counts_;
        bool first_ = true;
    };
    std::map<Key, int> locks_;
};

struct Counted {
    std::shared_ptr<CountingStore> store = std::make_shared<CountingStore>();
    T t{T::kFull, {}, store};
};

TEST(RequestPath, a_handover_request_locks_its_conversation_once) {
    Counted c;
    c.t.post(T::offload(T::user_item("hi", 1, "m1"), 2), T::accept(true));
    EXPECT_EQ(c.store->most_locks(), 1);
    EXPECT_EQ(c.store->locked(), 1U);
}

TEST(RequestPath, a_repeated_handover_request_locks_its_conversation_once) {
    Counted c;
    const std::string body = T::offload(T::user_item("hi", 1, "m1"), 2);
    c.t.post(body, T::accept(true));
    c.t.post(body, T::accept(true));
    EXPECT_EQ(c.store->most_locks(), 1);
}

TEST(RequestPath, a_reply_reads_nothing_that_its_platform_never_tells) {
    Counted c;
    c.t.post(T::offload("", 1), T::accept(true));
    c.t.command("take", "dana");
    c.t.command("reply", "dana", R"({"type":"text","text":"hello"})");
    c.t.answer_next(200);
    EXPECT_EQ(c.store->remembered, 0);
}

TEST(RequestPath, a_refused_command_stores_nothing) {
    T t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.clock->advance(60'000);
    EXPECT_EQ(t.command("reply", "lee", R"({"type":"text","text":"me too"})").error.code,
              Code::not_owner);
    EXPECT_EQ(json::text_of(t.conversation(), "touched_at"), "2026-01-05T10:00:00.000Z");
}

}  // namespace
}  // namespace lampjack::test
