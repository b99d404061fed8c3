#include "platforms/registry.h"

#include "model/media.h"
#include "json/index.h"

#include <algorithm>
#include <array>

namespace lampjack::platforms {

#define LJK_PLATFORM(folder)       \
    namespace folder {             \
    extern const Adapter kAdapter; \
    }
#include "platforms/platforms.def"
#undef LJK_PLATFORM

namespace {

constexpr std::array kAll{
#define LJK_PLATFORM(folder) &folder::kAdapter,
#include "platforms/platforms.def"
#undef LJK_PLATFORM
};

/// Whether a path matches a pattern in which "{token}" stands for one segment of any text.
bool matches(std::string_view pattern, std::string_view path) noexcept {
    constexpr std::string_view wildcard = "{token}";
    while (!pattern.empty()) {
        if (pattern.starts_with(wildcard)) {
            const auto slash = std::min(path.find('/'), path.size());
            if (slash == 0) return false;
            path.remove_prefix(slash);
            pattern.remove_prefix(wildcard.size());
            continue;
        }
        if (path.empty() || path.front() != pattern.front()) return false;
        path.remove_prefix(1);
        pattern.remove_prefix(1);
    }
    return path.empty();
}

/// "" and "/" are the same place; a trailing slash behind a name is not significant.
std::string_view normal(std::string_view path) noexcept {
    if (path.empty()) return "/";
    return path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
}

Error translate(json::Problem problem, const json::Limits& limits) {
    return fail(json::code_of(problem), json::describe(problem, limits));
}

/// What a file is shown as follows one rule everywhere; a reader sets the vendor's own word.
void settle_media(model::Batch& batch) noexcept {
    for (model::Part& part : batch.parts)
        if (part.type == model::PartType::file)
            part.media = model::media_of({.mime = batch.view(part.mime),
                                          .name = batch.view(part.name),
                                          .url = batch.view(part.url),
                                          .word = part.media});
}

}  // namespace

std::span<const Adapter* const> all() noexcept { return kAll; }

const Adapter* find(std::string_view name) noexcept {
    for (const Adapter* adapter : kAll)
        if (adapter->name == name) return adapter;
    return nullptr;
}

Result<const Adapter*> require(std::string_view name) {
    if (const Adapter* adapter = find(name)) return adapter;
    std::string message = "unknown platform \"" + std::string(name) + "\"; known are";
    for (const Adapter* adapter : kAll) message.append(" ").append(adapter->name);
    return fail(Code::config, std::move(message));
}

Result<model::BatchPtr> parse(const Adapter& adapter, const ReadInput& input,
                              std::string_view body) {
    if (body.size() > json::Text::kMaxBody) return fail(Code::too_large, "the body is too large");
    model::BatchPtr ptr = model::BatchPtr::make(body.size());
    model::Batch& batch = ptr.mutate();
    batch.text.assign(body);
    batch.reader = adapter.name;
    const json::Limits& limits = input.limits.json;
    json::BorrowedIndex index(body.size());
    LJK_CHECK(index->build(batch.text.body(), batch.text.body_size(), limits));
    json::Cursor cursor(batch.text, *index, limits);
    if (!cursor.ok()) return translate(cursor.problem(), limits);
    model::BatchBuilder build(batch, cursor);
    const auto read = adapter.read(input, build);
    if (cursor.ok() && read) cursor.end();
    if (!cursor.ok()) return translate(cursor.problem(), limits);
    if (!read) return read.error();
    settle_media(batch);
    return ptr;
}

Result<Trust> verify(std::string_view account_json, const model::Request& request) {
    LJK_TRY(account, make_account("verify", account_json));
    LJK_TRY(endpoint, route(*account.adapter, account.side, request, nullptr));
    return account.adapter->verify(account, *endpoint, request);
}

Result<const Endpoint*> route(const Adapter& adapter, Side side, const model::Request& request,
                              std::string* allow) {
    const std::string_view path = normal(request.path);
    bool path_known = false;
    for (const Endpoint& endpoint : adapter.endpoints) {
        if (endpoint.side != side || !matches(normal(endpoint.path), path)) continue;
        if (endpoint.method == request.method) {
            if (allow != nullptr) allow->clear();
            return &endpoint;
        }
        path_known = true;
        if (allow != nullptr) allow->append(allow->empty() ? "" : ", ").append(endpoint.method);
    }
    if (path_known) return fail(Code::unsupported, "this path does not take that method");
    return fail(Code::not_found, "nothing is served at this path");
}

}  // namespace lampjack::platforms
