#pragma once
// Text: the bytes one batch owns, and Str: a place in them. Strings without escapes are places in the body itself;
// unescaped ones live in a second buffer behind it. 32-bit places keep events small and survive growth of the buffers.

#include <boost/container/vector.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace lampjack::json {

/// A place in a Text. Trivial; says nothing about which Text.
struct Str {
    static constexpr std::uint32_t kAbsent = 0xFFFFFFFF;
    static constexpr std::uint32_t kArena = 0x80000000;

    std::uint32_t offset = kAbsent;
    std::uint32_t size = 0;

    /// Written as one word: a copy that reads both numbers at once would have to wait for two writes.
    static constexpr Str at(std::uint64_t offset, std::uint64_t size) noexcept {
        if constexpr (std::endian::native != std::endian::little)
            return Str{static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size)};
        return std::bit_cast<Str>(offset | size << 32);
    }

    constexpr bool present() const noexcept { return offset != kAbsent; }
    constexpr explicit operator bool() const noexcept { return present(); }
};

/// Unescaped characters. A vector of Boost grows without filling what will be written anyway.
using Arena = boost::container::vector<char>;

class Text {
public:
    /// Bytes behind the body that may be read, never interpreted.
    static constexpr std::size_t kPadding = 64;
    /// Larger bodies are refused before they come here: offsets keep one bit for themselves.
    static constexpr std::size_t kMaxBody = 0x7FFFFFFF;

    /// Copies the body; every earlier Str of this Text is void.
    void assign(std::string_view body) {
        if (capacity_ < body.size() + kPadding) {
            const std::size_t capacity = body.size() + kPadding + body.size() / 4;
            body_.reset(new char[capacity]);  // may throw: what is there stays as it is
            capacity_ = capacity;
        }
        size_ = body.size();
        if (size_ != 0) std::memcpy(body_.get(), body.data(), size_);
        std::memset(body_.get() + size_, 0, kPadding);
        arena_.clear();
    }

    const char* body() const noexcept { return body_.get(); }
    std::size_t body_size() const noexcept { return size_; }
    std::size_t bytes() const noexcept { return capacity_ + arena_.capacity(); }
    std::string_view body_view() const noexcept { return {body_.get(), size_}; }

    /// The characters of a place; empty for an absent one. Valid until the Text changes.
    std::string_view view(Str str) const noexcept {
        if (!str.present()) return {};
        const char* base = (str.offset & Str::kArena) != 0
                               ? arena_.data() + (str.offset & ~Str::kArena)
                               : body_.get() + str.offset;
        return {base, str.size};
    }

    /// A copy of the characters in the arena. The view may point into this Text's body, not into its arena.
    Str add(std::string_view text) {
        const auto start = arena_.size();
        arena_.insert(arena_.end(), text.begin(), text.end());
        return Str{static_cast<std::uint32_t>(start) | Str::kArena,
                   static_cast<std::uint32_t>(text.size())};
    }

    Arena& arena() noexcept { return arena_; }

private:
    std::unique_ptr<char[]> body_ = std::unique_ptr<char[]>(new char[kPadding]());
    std::size_t capacity_ = kPadding;
    std::size_t size_ = 0;
    Arena arena_;
};

}  // namespace lampjack::json
