#pragma once
// Statement: one run of a prepared statement. Bound texts must live until it ends.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace lampjack::store::sqlite {

class Connection;

class Statement {
public:
    Statement(Connection& connection, sqlite3_stmt* prepared) noexcept
        : connection_(&connection),
          prepared_(prepared) {}
    ~Statement();
    Statement(Statement&& other) noexcept
        : connection_(other.connection_),
          prepared_(other.prepared_),
          bound_(other.bound_),
          bind_error_(other.bind_error_) {
        other.prepared_ = nullptr;
    }
    Statement& operator=(Statement&&) = delete;

    // Values for the parameters, in order.
    Statement& integer(std::int64_t value);
    Statement& number(std::uint64_t value) { return integer(static_cast<std::int64_t>(value)); }
    Statement& boolean(bool value) { return integer(value ? 1 : 0); }
    Statement& text(std::string_view value);
    Statement& blob(std::string_view value);
    Statement& blob(std::span<const unsigned char> value) {
        return blob({reinterpret_cast<const char*>(value.data()), value.size()});
    }
    template <std::size_t N>
    Statement& blob(std::array<unsigned char, N>&& gone_before_it_runs) = delete;
    Statement& null();
    template <class Enum>
    Statement& word(Enum value) {
        return integer(static_cast<std::int64_t>(value));
    }

    /// Whether there is a (next) row.
    Result<bool> next();
    /// Runs a statement that gives no rows; how many rows it changed.
    Result<std::int64_t> run();
    /// Ready for the next set of values.
    void rewind() noexcept;

    // The present row's columns, from 0. Views are valid until the next step.
    bool is_null(int column) const;
    std::int64_t integer_at(int column) const;
    std::uint64_t number_at(int column) const {
        return static_cast<std::uint64_t>(integer_at(column));
    }
    bool boolean_at(int column) const { return integer_at(column) != 0; }
    std::string_view text_at(int column) const;
    std::string string_at(int column) const { return std::string(text_at(column)); }

private:
    void note(int result) noexcept {
        if (bind_error_ == 0) bind_error_ = result;
    }

    Connection* connection_;
    sqlite3_stmt* prepared_;
    int bound_ = 0;
    int bind_error_ = 0;
};

}  // namespace lampjack::store::sqlite
