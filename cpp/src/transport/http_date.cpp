#include "transport/http_date.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace lampjack::transport {
namespace {

using namespace std::string_view_literals;

constexpr std::array kDays{"Sunday"sv,   "Monday"sv, "Tuesday"sv, "Wednesday"sv,
                           "Thursday"sv, "Friday"sv, "Saturday"sv};
constexpr std::array kMonths{"Jan"sv, "Feb"sv, "Mar"sv, "Apr"sv, "May"sv, "Jun"sv,
                             "Jul"sv, "Aug"sv, "Sep"sv, "Oct"sv, "Nov"sv, "Dec"sv};

/// Takes the text apart from the left. A step that does not fit makes every later answer worthless:
/// see ok().
class Reader {
public:
    explicit Reader(std::string_view text) noexcept : rest_(text) {}

    bool ok() const noexcept { return ok_ && rest_.empty(); }
    bool try_literal(std::string_view word) noexcept {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void literal(std::string_view word) noexcept { ok_ = try_literal(word) && ok_; }
    int number(std::size_t digits) noexcept {
        const auto value = to_int(rest_.substr(0, digits));
        ok_ = ok_ && value && rest_.size() >= digits;
        rest_.remove_prefix(std::min(digits, rest_.size()));
        return static_cast<int>(value.value_or(0));
    }
    unsigned month() noexcept {
        for (std::size_t i = 0; i < kMonths.size(); ++i)
            if (try_literal(kMonths[i])) return static_cast<unsigned>(i + 1);
        ok_ = false;
        return 1;
    }
    /// The day's name, whole or its first three letters. It need not agree with the date, which
    /// says it all.
    void day_name(bool whole) noexcept {
        for (const std::string_view name : kDays)
            if (try_literal(whole ? name : name.substr(0, 3))) return;
        ok_ = false;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

struct Fields {
    int year = 0;
    unsigned month = 1;
    int day = 1, hour = 0, minute = 0, second = 0;
};

void read_time(Reader& in, Fields& out) noexcept {
    out.hour = in.number(2);
    in.literal(":");
    out.minute = in.number(2);
    in.literal(":");
    out.second = in.number(2);
}

std::optional<Millis> to_millis(const Fields& f) noexcept {
    using namespace std::chrono;
    const year_month_day date{year{f.year}, month{f.month}, day{static_cast<unsigned>(f.day)}};
    if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
    const auto days = sys_days(date).time_since_epoch().count();
    const std::int64_t seconds =
        std::int64_t{days} * 86400 + f.hour * 3600 + f.minute * 60 + f.second;
    return seconds * 1000;
}

std::optional<Millis> read_imf(std::string_view text) noexcept {
    Reader in(text);
    Fields f;
    in.day_name(false);
    in.literal(", ");
    f.day = in.number(2);
    in.literal(" ");
    f.month = in.month();
    in.literal(" ");
    f.year = in.number(4);
    in.literal(" ");
    read_time(in, f);
    in.literal(" GMT");
    return in.ok() ? to_millis(f) : std::nullopt;
}

std::optional<Millis> read_rfc850(std::string_view text, Millis now) noexcept {
    using namespace std::chrono;
    Reader in(text);
    Fields f;
    in.day_name(true);
    in.literal(", ");
    f.day = in.number(2);
    in.literal("-");
    f.month = in.month();
    in.literal("-");
    f.year = in.number(2);
    in.literal(" ");
    read_time(in, f);
    in.literal(" GMT");
    if (!in.ok()) return std::nullopt;

    const year_month_day today{floor<days>(sys_time<milliseconds>(milliseconds(now)))};
    const int this_year = static_cast<int>(today.year());
    f.year += this_year / 100 * 100 + 100;
    while (f.year > this_year + 50) f.year -= 100;
    return to_millis(f);
}

std::optional<Millis> read_asctime(std::string_view text) noexcept {
    Reader in(text);
    Fields f;
    in.day_name(false);
    in.literal(" ");
    f.month = in.month();
    in.literal(" ");
    f.day = in.try_literal(" ") ? in.number(1) : in.number(2);
    in.literal(" ");
    read_time(in, f);
    in.literal(" ");
    f.year = in.number(4);
    return in.ok() ? to_millis(f) : std::nullopt;
}

}  // namespace

std::optional<Millis> parse_http_date(std::string_view text, Millis now) noexcept {
    if (const auto date = read_imf(text)) return date;
    if (const auto date = read_rfc850(text, now)) return date;
    return read_asctime(text);
}

}  // namespace lampjack::transport
