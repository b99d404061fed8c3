#pragma once
// Target: where a store's URL leads, with our defaults for what it does not say. It holds a password and never shows it.

#include "base/secret.h"
#include "store/postgres/libpq.h"

#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store::postgres {

class Target {
public:
    /// Reads a URL or says that it cannot, without a piece of it.
    static Result<Target> read(const LibPq& pq, std::string_view url);

    /// Whether the URL, or a default of ours, says it.
    bool has(std::string_view keyword) const noexcept;
    /// As libpq wants them, ended by a null pointer. Valid as long as this.
    std::vector<const char*> keywords() const;
    std::vector<const char*> values() const;

private:
    void set(std::string keyword, std::string value);
    void set_default(std::string_view keyword, std::string_view value);

    std::vector<std::string> keywords_;
    std::vector<Secret> values_;
};

/// Why no connection came about, from libpq's text, which names hosts and users but no password.
Error connect_error(std::string_view text);
/// Whether that error says that the server has no connection left: it may have one soon.
bool is_server_full(const Error& error) noexcept;

}  // namespace lampjack::store::postgres
