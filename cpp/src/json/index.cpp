#include "json/index.h"

#include <simdjson.h>

namespace lampjack::json {
namespace {

// A larger index is given back after use: 4 bytes for each byte of the body.
constexpr std::size_t kKeep = 1 << 20;
constexpr std::size_t kFirst = 16 << 10;
constexpr std::size_t kKeepTokens = kKeep / 4;
constexpr std::size_t kFirstTokens = 1 << 10;

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

}  // namespace

struct Index::Stage {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
    std::size_t capacity = 0;
    std::unique_ptr<Token[]> tokens;
    std::size_t token_capacity = 0;

    simdjson::error_code reserve(std::size_t size) {
        if (parser && size <= capacity && (capacity <= kKeep || size > kKeep))
            return simdjson::SUCCESS;
        capacity = size < kFirst ? kFirst : size + size / 4;
        parser.reset();
        const auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, 1, parser);
        if (code) parser.reset();  // what is there may be half of one
        return code;
    }

    void reserve_tokens(std::size_t count) {
        if (count <= token_capacity && (token_capacity <= kKeepTokens || count > kKeepTokens))
            return;
        const std::size_t room = count < kFirstTokens ? kFirstTokens : count + count / 4;
        tokens.reset(new Token[room]);  // not filled: the scan writes before it reads
        token_capacity = room;
    }
};

Index::Index() : stage_(std::make_unique<Stage>()) {}
Index::~Index() = default;

Result<void> Index::build(const char* body, std::size_t size) {
    if (size == 0) return translate(simdjson::EMPTY);
    if (const auto code = stage_->reserve(size)) return translate(code);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(body);
    if (const auto code = stage_->parser->stage1(bytes, size, simdjson::stage1_mode::regular))
        return translate(code);
    const std::size_t count = stage_->parser->n_structural_indexes;
    stage_->reserve_tokens(count + 2);
    document_ = {body, stage_->parser->structural_indexes.get(), count};
    tokens_ = stage_->tokens.get();
    return {};
}

Index& Index::of_this_thread() {
    thread_local Index index;
    return index;
}

}  // namespace lampjack::json
