// A memory hub under random requests, commands and answers of the platform. A request costs memory as its body is long, and
// the lane a bounded number of the store's steps; the hub answers, and its views stay readable.
// The input is one step after another: a byte that names it, then its bytes (see Driven::step); texts end with a newline.

#include "../cpp/support/fake_http_client.h"
#include "../cpp/support/forward_store.h"
#include "../cpp/support/forward_tx.h"
#include "counted_memory.h"
#include "engine/hub.h"
#include "input.h"
#include "store/memory_store.h"
#include "json/value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace {

using lampjack::Result;
using lampjack::fuzz::CountedMemory;
using lampjack::fuzz::Input;
using lampjack::fuzz::require;
namespace engine = lampjack::engine;
namespace model = lampjack::model;
namespace store = lampjack::store;
namespace support = lampjack::support;

constexpr std::size_t kMostSteps = 64;
constexpr std::size_t kMostBody = 1 << 20;
// What a request may cost, whatever the shape of its body: 20 times the body and 4 MiB.
constexpr std::size_t kMemoryFactor = 20;
constexpr std::size_t kMemoryBase = 4 << 20;
// 5,000 items of a transcript at some steps each. A walk over the half million that fit into a body takes millions.
constexpr std::size_t kMostWork = 60'000;

constexpr std::string_view kConfig =
    R"({"store":"memory:","account_events_limit":10000000,"anonymous_requests":1000000,)"
    R"("anonymous_conversations":1000000,"anonymous_bytes":1000000000000,"account":{)"
    R"("shop":{"platform":"chatlayer_offloading","verify_token":"vt-made-up","offload_token":"optional",)"
    R"("api_token":"at-made-up","api_base":"https://api.example","pause_action":{"pause":true},)"
    R"("resume_action":{"resume":true}},)"
    R"("claims":{"platform":"certainly","webhook_token":"made-up-token-01","deployment_id":"dep-1"}}})";

/// Counts the steps of transactions: what the lane waits for.
class CountedStore final : public support::ForwardStore {
public:
    CountedStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    std::size_t work = 0;

    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(tx, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<CountedTx>(std::move(tx), work));
    }

private:
    class CountedTx final : public support::ForwardTx {
    public:
        CountedTx(std::unique_ptr<store::Tx> to, std::size_t& work)
            : ForwardTx(std::move(to)),
              work_(work) {}

    private:
        Result<void> before() override {
            ++work_;
            return {};
        }
        std::size_t& work_;
    };
};

class Driven {
public:
    Driven() {
        engine::World world;
        world.clock = clock_;
        world.random = std::make_shared<lampjack::SeededRandom>(7);
        world.http = http_;
        world.store = store_;
        world.log = [](std::string_view, std::string_view) {};
        auto opened = engine::Hub::open(kConfig, engine::run_nothing, std::move(world));
        require(opened.has_value(), "the hub opens");
        hub_ = std::move(*opened);
    }
    ~Driven() {
        http_->close();
        hub_->close();
    }

    void step(Input& input) {
        switch (input.below(10)) {
            case 0: request(input, [](Input& in) { return std::string(in.line()); }); break;
            case 1: request(input, offload); break;
            case 2: request(input, messages); break;
            case 3: request(input, repeated); break;
            case 4: command(input); break;
            case 5: item(input); break;
            case 6: answer(input); break;
            case 7: clock_->advance(std::int64_t{1} << input.below(24)); break;
            case 8: hub_->step(); break;
            default: views(input); break;
        }
    }

private:
    static constexpr std::string_view kHead =
        R"(,"botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:00.000Z",)";

    static std::string offload(Input& input) {
        return R"({"event":"offload")" + std::string(kHead) + R"("payload":{},"transcript":[)" +
               std::string(input.line()) + "]}";
    }
    static std::string messages(Input& input) {
        return R"({"event":"messages")" + std::string(kHead) + R"("messages":[)" +
               std::string(input.line()) + "]}";
    }
    /// What stands before, then a piece up to half a million times, then what stands behind: three lines.
    static std::string repeated(Input& input) {
        const std::size_t times = std::size_t{1} << input.below(20);
        const std::string before(input.line());
        const std::string piece(input.line());
        const std::string behind(input.line());
        std::string body = before;
        const std::size_t most =
            std::min(times, kMostBody / std::max<std::size_t>(piece.size(), 1));
        for (std::size_t i = 0; i < most; ++i) body += piece;
        return body + behind;
    }

    void request(Input& input, std::string (*make)(Input&)) {
        const auto kind = input.byte();
        const std::string body = make(input);
        model::Request request;
        request.method = "POST";
        request.path = (kind & 2) != 0 ? "/claim" : "/";
        const bool claims = (kind & 2) != 0;
        if ((kind & 1) != 0)
            request.query = claims ? "token=made-up-token-01" : "challenge.verifyToken=vt-made-up";
        request.body = body;
        const auto decide = [kind](const engine::Question&) {
            return engine::Decision{(kind & 4) != 0, (kind & 8) != 0, {}};
        };
        const std::size_t before = CountedMemory::live();
        const std::size_t work = store_->work;
        CountedMemory::reset_peak();
        const auto answer = hub_->receive(claims ? "claims" : "shop", request, decide);
        require(answer.status >= 200 && answer.status < 600, "each request has its answer");
        require(CountedMemory::peak() - before <= kMemoryFactor * body.size() + kMemoryBase,
                "a request costs 20 times its body and 4 MiB at most");
        require(store_->work - work <= kMostWork, "a request keeps the lane for bounded work");
    }

    void command(Input& input) {
        static constexpr std::array<std::string_view, 13> kNames = {
            "take",   "reply",   "notify",  "release", "pass",  "extend", "close",
            "reopen", "request", "decline", "cancel",  "queue", "say"};
        engine::CommandRequest request;
        request.name = input.one_of(kNames);
        const auto flags = input.byte();
        request.agent = (flags & 1) != 0 ? "dana" : "eli";
        request.force = (flags & 2) != 0;
        request.supervisor = (flags & 4) != 0;
        if ((flags & 8) != 0) request.epoch = flags >> 4;
        request.number = flags;
        const std::string content(input.line());
        request.content = content;
        const auto result = hub_->command(kRef, request);
        require(result.error.code != lampjack::Code::internal, "a command has no bug");
    }

    void item(Input& input) {
        const auto next = hub_->next("desk", std::chrono::milliseconds(0));
        if (!next) return;
        const auto done = hub_->done(**next, input.below(4) != 0, "made up");
        require(done || done.error().code != lampjack::Code::internal, "an item has no bug");
    }

    void answer(Input& input) {
        static constexpr std::int32_t kStatus[] = {200, 204, 401, 404, 422, 429, 500, 503};
        const auto status = kStatus[input.below(8)];
        for (const auto id : http_->in_flight()) http_->answer(id, status, "{}");
        http_->deliver();
        hub_->step();
    }

    static void readable(const Result<std::string>& view) {
        if (!view) {
            require(view.error().code != lampjack::Code::internal, "a view has no bug");
            return;
        }
        require(lampjack::json::parse_value(*view, "a view").has_value(), "a view is JSON");
    }
    void views(Input& input) {
        readable(hub_->conversation(kRef));
        readable(hub_->conversations({}, 10));
        readable(hub_->deliveries(kRef));
        readable(hub_->transcript(kRef, input.byte(), 10));
        readable(hub_->explain(kRef, "reply", "dana"));
        readable(hub_->why(kRef, 0, 10));
        readable(hub_->stuck());
        readable(hub_->dead_letters(10));
        readable(hub_->unattributed());
        readable(hub_->stats());
    }

    static constexpr std::string_view kRef = "shop:live:s-1";
    std::shared_ptr<lampjack::ManualClock> clock_ =
        std::make_shared<lampjack::ManualClock>(1'767'607'200'000);
    std::shared_ptr<support::FakeHttpClient> http_ = std::make_shared<support::FakeHttpClient>();
    std::shared_ptr<CountedStore> store_ = std::make_shared<CountedStore>();
    std::unique_ptr<engine::Hub> hub_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(lampjack::fuzz::text_of(data, size));
    Driven driven;
    for (std::size_t steps = 0; !input.is_empty() && steps < kMostSteps; ++steps)
        driven.step(input);
    return 0;
}
