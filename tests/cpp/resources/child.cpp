#include "child.h"

#include "shapes.h"

#include "../support/child_process.h"
#include "../support/fake_http_client.h"
#include "base/clock.h"
#include "engine/hub.h"
#include "model/canonical.h"
#include "platforms/registry.h"
#include "store/memory_store.h"
#include "json/cursor.h"

#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace lampjack::resources {
namespace {

std::size_t status_line(std::string_view name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name)) return std::strtoull(line.c_str() + name.size(), nullptr, 10);
    return 0;
}

constexpr std::string_view kConfig =
    R"({"store":"memory:","account":{)"
    R"("chatlayer_offloading":{"platform":"chatlayer_offloading","verify_token":"vt-made-up-token","api_token":"at-made-up-token",)"
    R"("api_base":"https://api.example"},)"
    R"("chatlayer_app":{"platform":"chatlayer_app","relay_token":"rt-made-up-token"},)"
    R"("certainly":{"platform":"certainly","webhook_token":"wt-made-up-token","deployment_id":"d"},)"
    R"("omnichannel":{"platform":"omnichannel","side":"channel","webhook_token":"wt-made-up-token","auth":"none",)"
    R"("platform_base":"https://api.example"}}})";

std::unique_ptr<engine::Hub> open_hub() {
    engine::World world;
    world.clock = std::make_shared<ManualClock>(1'767'607'200'000);
    world.store = std::make_shared<store::MemoryStore>();
    world.http = std::make_shared<support::FakeHttpClient>();
    auto hub = engine::Hub::open(kConfig, engine::run_nothing, std::move(world));
    if (!hub) std::fprintf(stderr, "%s\n", hub.error().message.c_str());
    return hub ? std::move(*hub) : nullptr;
}

int only_read(const Shape& shape, std::string_view body) {
    const auto batch = platforms::parse(*platforms::find(shape.account), {}, body);
    if (!batch) return batch.error().code == Code::too_large ? 413 : 400;
    const std::string events = model::write_events(**batch, "a");
    return events.empty() ? 500 : 200;
}

int post(engine::Hub& hub, const Shape& shape, std::string_view body) {
    if (shape.path.empty()) return only_read(shape, body);
    std::vector<model::HeaderView> headers;
    if (shape.account == "chatlayer_app")
        headers.push_back({"authorization", "Bearer rt-made-up-token"});
    if (shape.account == "omnichannel")
        headers.push_back({"authorization", "Token wt-made-up-token"});
    model::Request request;
    request.method = "POST";
    request.path = shape.path;
    request.query = shape.account == "certainly" ? "token=wt-made-up-token"
                                                 : "challenge.verifyToken=vt-made-up-token";
    request.headers = headers;
    request.body = body;
    const auto accept = [](const engine::Question&) -> std::optional<engine::Decision> {
        return engine::Decision{true, true, {}};
    };
    return hub.receive(shape.account, request, accept).status;
}

/// Keeps the compiler from leaving out memory that nobody reads.
void keep(const void* memory) { asm volatile("" : : "g"(memory) : "memory"); }

/// The lists grew to twice their size when they were full.
template <class T>
std::unique_ptr<model::Rows<T>> rows(std::size_t count) {
    auto list = std::make_unique<model::Rows<T>>();
    for (std::size_t i = 0; i < count; ++i) {
        if (list->size() == list->capacity()) list->reserve(list->size() * 2 + 8);
        list->stable_emplace_back(T{});
    }
    return list;
}

/// What the code before made of the body: filled tokens for all structural characters, and a row for each element.
void as_before(const Shape& shape, const Body& body) {
    json::Text text;
    text.assign(body.text);
    json::Index index;
    const json::Limits any{
        .levels = 1'000'000'000, .members = json::Limits::kAny, .values = json::Limits::kAny};
    if (!index.build(text.body(), text.body_size(), any)) return;
    const std::unique_ptr<json::Token[]> tokens(new json::Token[index.count() + index.count() / 4]);
    const std::size_t count = body.elements;
    const auto events = rows<model::Event>(shape.row == Row::event ? count : 0);
    const bool parts = shape.row == Row::event || shape.row == Row::part;
    const auto more = rows<model::Part>(parts ? count : 0);
    const auto options = rows<model::Option>(shape.row == Row::option ? count : 0);
    const auto cards = rows<model::Card>(shape.row == Row::card ? count : 0);
    for (const void* memory :
         {static_cast<const void*>(tokens.get()), static_cast<const void*>(events->data()),
          static_cast<const void*>(more->data()), static_cast<const void*>(options->data()),
          static_cast<const void*>(cards->data())})
        keep(memory);
    std::vector<std::string> bodies;  // the canonical JSON of an element that is no item
    for (std::size_t i = 0; i < events->size(); ++i) bodies.emplace_back(280, 'x');
    keep(bodies.data());
}

void wait_with_all_threads(const Shape& shape, engine::Hub& hub, const std::string& body) {
    std::vector<std::thread> threads;
    std::atomic<int> ready{0};
    std::atomic<bool> end{false};
    constexpr int kThreads = 8;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            post(hub, shape, body);
            ++ready;
            while (!end) std::this_thread::yield();
        });
    while (ready != kThreads) std::this_thread::yield();
    malloc_trim(0);  // what the allocator keeps is no buffer of ours
    std::printf("%zu\n", status_line("VmRSS:"));
    end = true;
    for (std::thread& thread : threads) thread.join();
}

}  // namespace

int run_child(std::string_view what, std::string_view name, std::size_t size) {
    const Shape* shape = find(name);
    const auto hub = open_hub();
    if (shape == nullptr || !hub) return 1;
    // A body of one byte is what the others are held against.
    const Body body = size == 1 ? Body{"1", 1} : body_of(*shape, size);
    if (what == "idle") {
        wait_with_all_threads(*shape, *hub, body.text);
        return 0;
    }
    if (what == "hub" || what == "touch")
        std::fprintf(stderr, "status %d\n", post(*hub, *shape, body.text));
    if (what == "before") as_before(*shape, body);
    if (what == "touch") {
        const std::string memory(std::size_t{64} << 20, 'x');
        keep(memory.data());
    }
    std::printf("%zu\n", status_line("VmHWM:"));
    return 0;
}

std::size_t measure(std::string_view what, std::string_view shape, std::size_t size,
                    std::string* why) {
    char own[4096];
    const auto length = readlink("/proc/self/exe", own, sizeof own);
    if (length <= 0) return 0;
    const auto ran = support::run_and_read(
        {"env", "MALLOC_ARENA_MAX=1", std::string(own, static_cast<std::size_t>(length)),
         "--measure", std::string(what), std::string(shape), std::to_string(size)});
    if (why != nullptr) *why = ran.output;
    if (ran.status != 0) return 0;
    const auto line = ran.output.rfind('\n', ran.output.size() - 2);
    return std::strtoull(ran.output.c_str() + (line == std::string::npos ? 0 : line + 1), nullptr,
                         10);
}

}  // namespace lampjack::resources
