#pragma once
// Writer: JSON text straight into a string. Compact, keys in the order they are written, UTF-8 kept as it is.

#include <cstdint>
#include <string>
#include <string_view>

namespace lampjack::json {

class Writer {
public:
    explicit Writer(std::string& out) noexcept : out_(out) {}

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }
    /// A member's name; plain ASCII names need no escaping and should use `key`.
    Writer& key(std::string_view plain) {
        separate();
        out_ += '"';
        out_ += plain;
        out_ += "\":";
        fresh_ = true;
        return *this;
    }
    Writer& any_key(std::string_view name);

    Writer& string(std::string_view text);
    Writer& integer(std::int64_t value);
    Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
    Writer& null() { return raw("null"); }
    /// Text that is JSON already.
    Writer& raw(std::string_view json) {
        separate();
        out_ += json;
        return *this;
    }

    std::string& out() noexcept { return out_; }

private:
    Writer& open(char bracket) {
        separate();
        out_ += bracket;
        fresh_ = true;
        return *this;
    }
    Writer& close(char bracket) {
        out_ += bracket;
        fresh_ = false;
        return *this;
    }
    void separate() {
        if (!fresh_) out_ += ',';
        fresh_ = false;
    }

    std::string& out_;
    bool fresh_ = true;
};

/// Appends the text as a JSON string with its quotes. Only quotes, backslashes and control characters are escaped.
void append_string(std::string_view text, std::string& out);
/// Appends raw JSON without the blanks between its tokens.
void append_compact(std::string_view json, std::string& out);

}  // namespace lampjack::json
