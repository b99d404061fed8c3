#include "engine/member_names.h"

#include "json/cursor.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kLongest = 40;
constexpr std::size_t kMost = 24;
constexpr int kLevels = 3;

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::string_view name_of(std::string_view key) noexcept {
    const bool plain = !key.empty() && key.size() <= kLongest && is_letter(key.front()) &&
                       std::ranges::all_of(key, [](char c) {
                           return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
                       });
    return plain ? key : "?";
}

class Names {
public:
    explicit Names(json::Cursor& cursor) noexcept : cursor_(cursor) {}

    bool object(const std::string& path, int level) {
        bool any = false;
        const bool good = cursor_.object([&](json::Key key) {
            any = true;
            const std::string below =
                (path.empty() ? "" : path + ".") + std::string(name_of(key.text));
            if (cursor_.peek() == '{' && level < kLevels) return object(below, level + 1);
            return add(below) && cursor_.skip();
        });
        return good && (any || path.empty() || add(path));
    }

    std::string text;

private:
    bool add(const std::string& path) {
        if (count_++ == kMost) return false;
        text.append(text.empty() ? "" : ",").append(path);
        return true;
    }

    json::Cursor& cursor_;
    std::size_t count_ = 0;
};

}  // namespace

std::string member_names(std::string_view json, std::optional<std::size_t> element) {
    json::Text text;
    text.assign(json);
    json::Index& index = json::Index::of_this_thread();
    if (!index.build(text.body(), text.body_size())) return {};
    json::Cursor cursor(text, index);
    Names names(cursor);
    if (cursor.peek() != '[') {
        names.object({}, 1);
        return std::move(names.text);
    }
    std::size_t at = 0;
    if (element)
        cursor.array([&] {
            if (at++ != *element) return cursor.skip();
            names.object({}, 1);
            return false;
        });
    return std::move(names.text);
}

}  // namespace lampjack::engine
