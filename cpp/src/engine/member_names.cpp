#include "engine/member_names.h"

#include "base/plain_name.h"
#include "json/cursor.h"

namespace lampjack::engine {
namespace {

constexpr std::size_t kMost = 24;
constexpr int kLevels = 3;
/// Nothing is named in a larger text: it is read while a conversation waits, for one line of the log.
constexpr std::size_t kMostBytes = 256 << 10;

class Names {
public:
    explicit Names(json::Cursor& cursor) noexcept : cursor_(cursor) {}

    bool object(const std::string& path, int level) {
        bool any = false;
        const bool good = cursor_.object([&](json::Key key) {
            any = true;
            const std::string below =
                (path.empty() ? "" : path + ".") + std::string(plain_name(key.text));
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
    if (json.size() > kMostBytes) return {};
    json::Text text;
    text.assign(json);
    json::BorrowedIndex index(text.body_size());
    if (!index->build(text.body(), text.body_size())) return {};
    json::Cursor cursor(text, *index);
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
