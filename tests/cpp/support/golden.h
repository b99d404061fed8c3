#pragma once
// Golden cases: one folder each under tests/data/<platform>/<case>/, see CONTRIBUTING.md.

#include "model/http_message.h"
#include "json/value.h"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace lampjack::test {

struct Golden {
    std::string name;  ///< platform/case
    std::string platform;
    std::string folder;
    json::Object request;                 ///< request.json
    std::string body;                     ///< body.raw
    std::optional<std::string> expected;  ///< expected.jsonl
    std::optional<std::string> answer;    ///< answer.json
    std::optional<std::string>
        converted;  ///< converted.jsonl: each event as each other platform's, in order of the platforms' names

    std::string text(std::string_view key) const {
        return std::string(json::text_of(request, key));
    }
    bool flag(std::string_view key) const { return json::boolean_of(request, key, false); }
    /// The hub configuration with this case's account under the name "golden".
    std::string config() const;
};

void PrintTo(const Golden& golden, std::ostream* out);
std::vector<Golden> golden_cases();
std::string read_file(const std::string& path);
/// Two JSON texts, equal up to the order of keys and the spelling of escapes; numbers compare by their digits.
bool same_json(std::string_view a, std::string_view b);

}  // namespace lampjack::test
