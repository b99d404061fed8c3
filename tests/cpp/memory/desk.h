#pragma once
// Desk: a conversation that an agent has, for ways through the library on which memory runs out.

#include "engine/sender_world.h"
#include "memory/out_of_memory.h"
#include "support/postgres_server.h"

#include <memory>
#include <new>
#include <string>

namespace lampjack::testing {

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

inline std::shared_ptr<store::Store> open(const std::string& url) {
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

class OnEveryStoreOutOfMemory : public OutOfMemory {
protected:
    /// On one PostgreSQL database, which takes longer.
    template <class W>
    void expect_no_harm_on_postgresql() {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        auto& server = support::PostgresServer::shared();
        const std::string url = server.url(server.make_database());
        for (const bool for_good : {false, true})
            EXPECT_EQ(torture([&] { return std::make_unique<W>(url, false); }, for_good, 12), "");
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

}  // namespace lampjack::testing
