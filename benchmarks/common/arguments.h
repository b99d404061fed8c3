#pragma once
// Arguments of a scenario's program: flags, and options with a value behind them.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Arguments {
public:
    Arguments(int argc, char** argv) : left_(argv + 1, argv + argc) {}

    bool flag(std::string_view name) {
        const auto found = std::find(left_.begin(), left_.end(), name);
        if (found == left_.end()) return false;
        left_.erase(found);
        return true;
    }
    std::optional<std::string> value(std::string_view name) {
        const auto found = std::find(left_.begin(), left_.end(), name);
        if (found == left_.end() || found + 1 == left_.end()) return std::nullopt;
        std::string value = found[1];
        left_.erase(found, found + 2);
        return value;
    }
    /// Whether each was asked for: what is left makes no sense.
    bool all_known() const { return left_.empty(); }

private:
    std::vector<std::string> left_;
};

}  // namespace bench
