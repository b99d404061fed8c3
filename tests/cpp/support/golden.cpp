#include "golden.h"

#include "support/paths.h"
#include "json/cursor.h"
#include "json/index.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace lampjack::test {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_if_there(const fs::path& path) {
    if (!fs::exists(path)) return std::nullopt;
    return read_file(path.string());
}

/// A form that is equal for equal documents: keys sorted, strings unescaped and length-prefixed, numbers as written.
class Normaliser {
public:
    explicit Normaliser(std::string_view text) {
        text_.assign(text);
        good_ = index_.build(text_.body(), text_.body_size()).has_value();
    }
    std::optional<std::string> run() {
        if (!good_) return std::nullopt;
        json::Cursor cursor(text_, index_);
        std::string out = value(cursor);
        if (!cursor.ok() || !cursor.end()) return std::nullopt;
        return out;
    }

private:
    std::string value(json::Cursor& cursor) {
        json::Str place;
        if (cursor.peek() == '{') {
            std::multimap<std::string, std::string> members;
            cursor.object([&](const json::Key& key) {
                const std::string name(key.text);
                members.emplace(name, value(cursor));
                return cursor.ok();
            });
            std::string out = "{";
            for (const auto& [name, member] : members)
                out += std::to_string(name.size()) + ":" + name + "=" + member + ",";
            return out + "}";
        }
        if (cursor.peek() == '[') {
            std::string out = "[";
            cursor.array([&] {
                out += value(cursor) + ",";
                return cursor.ok();
            });
            return out + "]";
        }
        if (cursor.peek() == '"') {
            cursor.string(place);
            return "\"" + std::to_string(place.size) + ":" + std::string(text_.view(place));
        }
        cursor.raw(place);
        return std::string(text_.view(place));
    }

    json::Text text_;
    json::Index index_;
    bool good_ = false;
};

}  // namespace

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

bool same_json(std::string_view a, std::string_view b) {
    const auto left = Normaliser(a).run();
    const auto right = Normaliser(b).run();
    return left && right && *left == *right;
}

std::string Golden::config() const {
    json::Object account;
    if (const auto* given = request.if_contains("account"); given != nullptr && given->is_object())
        account = given->get_object();
    account["platform"] = platform;
    json::Object config;
    config["store"] = "memory:";
    config["account"] = json::Object{{"golden", account}};
    return json::to_text(config);
}

std::vector<Golden> golden_cases() {
    std::vector<Golden> cases;
    const fs::path root = test_data();
    if (!fs::exists(root)) return cases;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.path().filename() != "request.json") continue;
        const fs::path folder = entry.path().parent_path();
        Golden golden;
        golden.folder = folder.string();
        golden.platform = folder.parent_path().filename().string();
        golden.name = golden.platform + "/" + folder.filename().string();
        const auto request = json::parse_value(read_file(entry.path().string()), golden.name);
        if (request && request->is_object()) golden.request = request->get_object();
        golden.body = read_file((folder / "body.raw").string());
        golden.expected = read_if_there(folder / "expected.jsonl");
        golden.answer = read_if_there(folder / "answer.json");
        golden.converted = read_if_there(folder / "converted.jsonl");
        cases.push_back(std::move(golden));
    }
    std::sort(cases.begin(), cases.end(),
              [](const Golden& a, const Golden& b) { return a.name < b.name; });
    return cases;
}

}  // namespace lampjack::test
