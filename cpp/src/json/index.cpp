#include "json/index.h"

#include "base/idle_pool.h"

#include <simdjson.h>

#include <algorithm>

namespace lampjack::json {
namespace {

constexpr std::size_t kFirst = 16 << 10;
constexpr std::size_t kFirstTokens = 1 << 10;
/// A larger body's index is no small one.
constexpr std::size_t kSmallBody = 32 << 10;
/// Of one value, with all that belongs to it: in {"k":[],…} five.
constexpr std::size_t kMostStructurals = 5;
/// The token at the end, and those written of a value at which the scan then stops.
constexpr std::size_t kSlack = 4;

/// An index that needed more is freed at once: what follows, the request's own JSON, needs the memory. A documented transcript of
/// 5,000 lines needs less.
constexpr std::size_t kMostKept = 10 << 20;

using Pool = IdlePool<Index, 16, 512 << 10, 24 << 20>;
constinit Pool g_pool;

Error translate(simdjson::error_code code) {
    switch (code) {
        case simdjson::UTF8_ERROR: return fail(Code::json, "the body is not valid UTF-8");
        case simdjson::EMPTY: return fail(Code::json, "the body is empty");
        case simdjson::UNCLOSED_STRING: return fail(Code::json, "a string is not closed");
        case simdjson::UNESCAPED_CHARS:
            return fail(Code::json, "a string holds an unescaped control character");
        case simdjson::MEMALLOC: return fail(Code::internal, "out of memory");
        default: return fail(Code::json, "the body is not JSON");
    }
}

Error too_many_values(const Limits& limits) {
    return fail(code_of(Problem::too_many_values), describe(Problem::too_many_values, limits));
}

struct Census {
    std::size_t values = 0;
    std::size_t texts = 0;  ///< among them
};

/// Counts values as the scan does: what is neither punctuation nor a name. Ends early, with more values than `most`.
Census count_values(const Indexed& document, std::size_t most) noexcept {
    Census census;
    for (std::size_t i = 0; i < document.count && census.values <= most; ++i) {
        const char first = document.body[document.starts[i]];
        if (first == ',' || first == ':' || first == ']' || first == '}') continue;
        const bool text = first == '"';
        if (text && document.body[document.starts[i + 1]] == ':') continue;
        ++census.values;
        census.texts += text ? 1U : 0U;
    }
    return census;
}

}  // namespace

static_assert(Pool::kMostBytes <= kMostIdleIndexes);

struct Index::Stage {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
    std::size_t capacity = 0;
    std::unique_ptr<std::byte[]> tokens;
    std::size_t token_capacity = 0;

    simdjson::error_code reserve(std::size_t size) {
        if (parser && size <= capacity) return simdjson::SUCCESS;
        capacity = size < kFirst ? kFirst : size + size / 4;
        parser.reset();
        const auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, 1, parser);
        if (code) parser.reset();  // what is there may be half of one
        return code;
    }

    /// Raw storage: only what the scan writes becomes memory.
    void reserve_tokens(std::size_t count) {
        if (count <= token_capacity) return;
        const std::size_t room = count < kFirstTokens ? kFirstTokens : count + count / 4;
        token_capacity = 0;
        tokens.reset();
        tokens.reset(new std::byte[room * sizeof(Token)]);
        token_capacity = room;
    }
};

Index::Index() : stage_(std::make_unique<Stage>()) {}
Index::~Index() = default;

Result<void> Index::build(const char* body, std::size_t size, const Limits& limits) {
    if (size == 0) return translate(simdjson::EMPTY);
    if (const auto code = stage_->reserve(size)) return translate(code);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(body);
    if (const auto code = stage_->parser->stage1(bytes, size, simdjson::stage1_mode::regular))
        return translate(code);
    const std::size_t count = stage_->parser->n_structural_indexes;
    document_ = {body, stage_->parser->structural_indexes.get(), count};
    reserved_ = 0;
    std::size_t tokens = count;
    if (count > limits.values) {  // else there cannot be too many
        if (count > kMostStructurals * limits.values) return too_many_values(limits);
        const Census census = count_values(document_, limits.values);
        if (census.values > limits.values) return too_many_values(limits);
        tokens = std::min(count, census.values + census.texts);  // an escaped text takes two
    }
    reserved_ = tokens + kSlack;
    stage_->reserve_tokens(reserved_);
    // Of a type whose lifetime begins with its storage.
    tokens_ = reinterpret_cast<Token*>(stage_->tokens.get());
    return {};
}

std::size_t Index::bytes() const noexcept {
    return sizeof(Index) + sizeof(Stage) + stage_->capacity * sizeof(std::uint32_t) +
           stage_->token_capacity * sizeof(Token);
}

std::size_t Index::used() const noexcept {
    return document_.count * sizeof(std::uint32_t) + reserved_ * sizeof(Token);
}

BorrowedIndex::BorrowedIndex(std::size_t size) : index_(g_pool.take(size > kSmallBody)) {
    if (!index_) [[unlikely]]
        index_ = std::make_unique<Index>();
}

BorrowedIndex::~BorrowedIndex() {
    if (index_->used() <= kMostKept) g_pool.give(std::move(index_));
}

}  // namespace lampjack::json
