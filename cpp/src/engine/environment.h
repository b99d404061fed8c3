#pragma once
// Environment: where "env:NAME" and "file:PATH" of a configuration are looked up, so that a test can put its own in their place.

#include "base/result.h"
#include "json/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace lampjack::engine {

class Environment {
public:
    /// The most that a file of the configuration may hold.
    static constexpr std::size_t kLargestFile = 64 << 10;

    Environment() = default;
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    virtual ~Environment() = default;

    /// Empty when the variable is not set.
    virtual std::optional<std::string> variable(const std::string& name) const = 0;
    /// The whole file. The error says why it cannot be read, without its path. Errors: config.
    virtual Result<std::string> file(const std::string& path) const = 0;
};

/// The variables and files of this process.
const Environment& process_environment() noexcept;

/// How the texts of a configuration are resolved.
struct Resolving {
    const Environment& environment;
    std::string_view folder;   ///< of relative "file:PATH"; empty: the path must be absolute
    bool placeholder = false;  ///< "not-set" stands for what is not found
};

/// Puts the variable's or the file's content in the place of each text "env:NAME" and "file:PATH", at any depth. `path` is
/// the value's place in the configuration; the error names it. Errors: config.
Result<void> resolve(json::Value& value, const std::string& path, const Resolving& how);

}  // namespace lampjack::engine
