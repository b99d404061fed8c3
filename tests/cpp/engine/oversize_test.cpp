// Bodies that are too large in some way get their answer and nothing else: the store is not even asked for a transaction.

#include "../support/forward_store.h"
#include "store/memory_store.h"
#include "test_hub.h"

#include <array>
#include <vector>

namespace lampjack::test {
namespace {

using T = TestHub;

class CountingStore final : public support::ForwardStore {
public:
    CountingStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}

    int changes = 0;

    Result<std::unique_ptr<store::Tx>> begin() override {
        ++changes;
        return ForwardStore::begin();
    }
    Result<void> put_meta(std::string_view name, std::string_view value) override {
        ++changes;
        return ForwardStore::put_meta(name, value);
    }
    Result<bool> swap_meta(std::string_view name, std::string_view expected,
                           std::string_view value) override {
        ++changes;
        return ForwardStore::swap_meta(name, expected, value);
    }
};

std::string times(std::size_t count, std::string_view what) {
    std::string out;
    out.reserve(count * what.size());
    for (std::size_t i = 0; i < count; ++i) out += what;
    return out;
}

/// A name of one to four characters, another one for each number.
std::string name_of(std::size_t number) {
    std::string out;
    for (std::size_t rest = number + 1; rest != 0; rest /= 92) {
        const char c = static_cast<char>('#' + rest % 92);
        out += c == '\\' ? '!' : c;
    }
    return out;
}

std::string object_of(std::size_t members) {
    std::string out = "{";
    for (std::size_t i = 0; i < members; ++i)
        out.append(i == 0 ? "\"" : ",\"").append(name_of(i)).append("\":0");
    return out + "}";
}

/// An array of so many values.
std::string values(std::size_t count) { return "[" + times(count - 1, "0,") + "0]"; }

/// A good request with one more field.
std::string with(std::string body, const std::string& more) {
    body.insert(1, "\"more\":" + more + ",");
    return body;
}
std::string messages(const std::string& more) {
    return with(T::messages(T::user_item("hi", 1, "m1"), 1), more);
}
std::string offload(const std::string& more) {
    return with(T::offload(T::user_item("hi", 1, "m1"), 1), more);
}
/// A good request whose one more field fills it up to that size.
std::string filled(std::string (*make)(const std::string&), std::size_t size) {
    const std::size_t around = make("\"\"").size();
    return make("\"" + std::string(size - around, 'x') + "\"");
}

class Oversize : public testing::Test {
protected:
    void refused(const std::string& body, std::int32_t status, std::string_view detail) {
        T t(T::kFull, {}, store_);
        const int before = store_->changes;
        const auto answer = t.post(body, T::accept(true));
        EXPECT_EQ(answer.status, status) << detail;
        EXPECT_NE(answer.body.find(detail), std::string::npos) << answer.body;
        EXPECT_EQ(store_->changes, before) << detail << ": something went to the store";
        EXPECT_EQ(t.hub->conversations("", 10).value(), "[]") << detail;
    }
    /// The control: nearly the same is taken, and the counter counts.
    void taken(const std::string& body) {
        T t(T::kFull, {}, store_);
        const int before = store_->changes;
        EXPECT_EQ(t.post(body, T::accept(true)).status, 200) << body.substr(0, 200);
        EXPECT_GT(store_->changes, before);
    }

    std::shared_ptr<CountingStore> store_ = std::make_shared<CountingStore>();
};

constexpr std::size_t kMessages = 1 << 20;
constexpr std::size_t kOffload = 8 << 20;

TEST_F(Oversize, a_body_of_one_byte_more) {
    refused(filled(messages, kMessages + 1), 413, "");
    refused(filled(offload, kOffload + 1), 413, "the body exceeds the limit of this path");
    taken(filled(messages, kMessages));
    taken(filled(offload, kOffload));
}

TEST_F(Oversize, brackets_without_end) {
    std::string brackets = times(50'000, "[{\"\":") + "\n";
    ASSERT_EQ(brackets.size(), 250'001U);
    refused(brackets, 400, "nested deeper than 64 levels");
    refused(times(250'001, "["), 400, "nested deeper than 64 levels");
    refused(messages(times(64, "[") + times(64, "]")), 400, "nested deeper than 64 levels");
    taken(messages(times(63, "[") + times(63, "]")));
}

TEST_F(Oversize, a_million_keys) {
    const std::string million = offload(object_of(1'000'000));
    ASSERT_LE(million.size(), kOffload) << "not refused for its bytes";
    refused(million, 413, "the JSON has more than 500,000 values");
    refused(offload(object_of(400'000)), 413, "an object has more than 256 members");
    refused(messages(object_of(257)), 413, "an object has more than 256 members");
    taken(messages(object_of(256)));
}

TEST_F(Oversize, a_million_values) {
    constexpr std::string_view detail = "the JSON has more than 500,000 values";
    refused(offload(values(1'000'000)), 413, detail);
    refused(messages(values(500'000)), 413, detail);
    taken(messages(values(499'900)));
}

TEST_F(Oversize, headers_and_a_query) {
    T t(T::kFull, {}, store_);
    const std::string body = T::messages(T::user_item("hi", 1, "m1"), 1);
    const std::string good = "challenge.verifyToken=vt-made-up";
    const auto status = [&](std::size_t count, std::size_t size, std::size_t query) {
        const std::string value(size - 1, 'x'), text = good + "&x=" + std::string(query, 'x');
        const std::vector<model::HeaderView> headers(count, model::HeaderView{"x", value});
        return t.hub->receive("shop", {"POST", "/", text.substr(0, query), headers, body}, {})
            .status;
    };
    constexpr std::size_t kKiB = 1 << 10;
    const int before = store_->changes;
    EXPECT_EQ(status(65, 10, 100), 400);
    EXPECT_EQ(status(1, 8 * kKiB + 1, 100), 400);
    EXPECT_EQ(status(1, 10, 8 * kKiB + 1), 400);
    EXPECT_EQ(store_->changes, before) << "something went to the store";
    EXPECT_EQ(status(64, 8 * kKiB, 8 * kKiB), 200) << "the control";
    EXPECT_GT(store_->changes, before);
}

// ---- What callers give ----

/// A part with so many fields of a vendor's.
std::string part(std::size_t members) {
    return R"({"type":"text","text":"hi","extra":)" + object_of(members) + "}";
}
/// A part of about so many values.
std::string long_part(std::size_t count) {
    return R"({"type":"text","text":"hi","extra":{"more":)" + values(count) + "}}";
}

TEST_F(Oversize, an_agents_reply) {
    T t(T::kFull, {}, store_);
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto before = t.transcript().size();
    for (const std::string& reply : {part(300), long_part(500'000)})
        EXPECT_EQ(t.command("reply", "dana", reply).error.code, Code::too_large);
    EXPECT_EQ(t.transcript().size(), before) << "nothing is kept";
    for (const std::string& reply : {part(256), long_part(499'900)})
        EXPECT_EQ(t.command("reply", "dana", reply).error.code, Code::ok) << "the control";
    EXPECT_EQ(t.transcript().size(), before + 2);
}

constexpr const char* kApp = R"("platform":"chatlayer_app","relay_token":"rt-made-up")";

TEST_F(Oversize, a_users_words) {
    T t(kApp, {}, store_);
    const auto say = [&](const std::string& user, const std::string& words) {
        return t.hub->say("shop", user, words, {}).error.code;
    };
    const std::string who = R"({"id":"s-1"})";
    EXPECT_EQ(say(who, part(300)), Code::too_large);
    EXPECT_EQ(say(who, long_part(500'000)), Code::too_large);
    EXPECT_EQ(say(R"({"id":"s-1","extra":)" + object_of(300) + "}", part(1)), Code::argument)
        << "a user has no free-form members";
    EXPECT_EQ(t.hub->conversations("", 10).value(), "[]") << "nothing is kept";
    EXPECT_EQ(say(who, part(256)), Code::ok) << "the control";
    EXPECT_NE(t.hub->conversations("", 10).value(), "[]");
}

TEST_F(Oversize, a_translated_event) {
    T t(kApp, {}, store_);
    const std::array<model::HeaderView, 1> headers{
        model::HeaderView{"authorization", "Bearer rt-made-up"}};
    model::Request request;
    request.method = "POST";
    request.path = "/receive";
    request.headers = headers;
    request.body = R"({"request":{"content":{"odd":"form"}}})";
    const auto translate = [&](const std::string& words) {
        const auto reception = t.hub->begin("shop", request);
        const auto done =
            t.hub->translate(*reception, R"([{"v":1,"kind":"message","conversation":{"id":"s-1"},)"
                                         R"("actor":{"role":"user"},"content":[)" +
                                             words + "]}]");
        return done ? Code::ok : done.error().code;
    };
    EXPECT_EQ(translate(part(300)), Code::too_large);
    EXPECT_EQ(translate(long_part(500'000)), Code::too_large);
    EXPECT_EQ(translate(part(256)), Code::ok) << "the control";
}

}  // namespace
}  // namespace lampjack::test
