#include "platforms/chatlayer_app/envelope.h"

#include "platforms/chatlayer_app/settings.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

/// Takes the text up to the separator off the front.
std::string_view take(std::string_view& rest, char separator) noexcept {
    const auto end = rest.find(separator);
    const std::string_view first = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return first;
}

}  // namespace

bool is_user_path(std::string_view paths) noexcept {
    if (paths.empty()) return false;
    while (!paths.empty()) {
        const bool more = paths.find(' ') != std::string_view::npos;
        std::string_view path = take(paths, ' ');
        if (path.empty() || path.back() == '.' || (more && paths.empty())) return false;
        while (!path.empty())
            if (take(path, '.').empty()) return false;
    }
    return true;
}

bool Envelope::note(Level level, json::Key key) {
    for (std::size_t i = 0; i < count_; ++i)
        if (entries_[i].level == level &&
            build_.view(json::Cursor::name_at({entries_[i].at})) == key.text)
            return build_.cursor.fail(json::Problem::duplicate_key);
    if (count_ == kMaxKeys) return build_.cursor.fail(json::Problem::mismatch);
    entries_[count_++] = Entry{build_.cursor.mark().at, level};
    return true;
}

Mark Envelope::find(Level level, std::string_view name) const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
        if (entries_[i].level == level &&
            build_.view(json::Cursor::name_at({entries_[i].at})) == name)
            return {entries_[i].at};
    return {};
}

bool Envelope::find_user(const Account* account, model::Str& id, bool& was_number) {
    std::string_view paths = account != nullptr ? account->text("user_path") : kUserPaths;
    const auto here = build_.cursor.mark();
    bool found = false;
    while (!found && !paths.empty()) found = find_at(take(paths, ' '), id, was_number);
    build_.cursor.rewind(here);
    return found;
}

bool Envelope::find_at(std::string_view path, model::Str& id, bool& was_number) {
    std::string_view rest = path;
    std::string_view name = take(rest, '.');
    Mark place = find(Level::bundle, name);
    if (name == "inputData" &&
        !rest.empty()) {  // its members were seen too: no need to pass over the messages again
        name = take(rest, '.');
        place = find(Level::input, name);
    }
    if (!place.present()) return false;
    build_.cursor.rewind(place);
    return descend(rest, id, was_number);
}

bool Envelope::descend(std::string_view path, model::Str& id, bool& was_number) {
    auto& cursor = build_.cursor;
    while (!path.empty()) {
        const std::string_view name = take(path, '.');
        bool found = false;
        if (cursor.peek() != '{') return false;
        cursor.object([&](json::Key key) {
            found = key.text == name;
            return !found && cursor.skip();  // stops at the value
        });
        if (!found) return false;
    }
    const bool good = cursor.string_or_integer(id, was_number) && id.size != 0;
    cursor.forgive_mismatch();
    return good;
}

}  // namespace lampjack::platforms::chatlayer_app
