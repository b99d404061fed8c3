#include "base/timestamp.h"

#include "base/text.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace lampjack {
namespace {

constexpr Millis kDay = 86'400'000;

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) noexcept {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto year_of_era = static_cast<std::uint64_t>(year - era * 400);
    const std::uint64_t day_of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    const std::uint64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

constexpr unsigned days_in(std::int64_t year, unsigned month) noexcept {
    constexpr unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

bool digits(const char* at, int count, unsigned& out) noexcept {
    out = 0;
    for (int i = 0; i < count; ++i) {
        const unsigned digit = static_cast<unsigned char>(at[i]) - unsigned{'0'};
        if (digit > 9) return false;
        out = out * 10 + digit;
    }
    return true;
}

/// "YYYY-MM-DDTHH:MM:SS", the first 19 characters.
bool parse_seconds(const char* t, Millis& out) noexcept {
    unsigned year, month, day, hour, minute, second;
    if (!digits(t, 4, year) || t[4] != '-' || !digits(t + 5, 2, month) || t[7] != '-' ||
        !digits(t + 8, 2, day) || (t[10] != 'T' && t[10] != ' ' && t[10] != 't') ||
        !digits(t + 11, 2, hour) || t[13] != ':' || !digits(t + 14, 2, minute) || t[16] != ':' ||
        !digits(t + 17, 2, second))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    out = days_from_civil(year, month, day) * kDay + Millis{hour} * 3'600'000 +
          Millis{minute} * 60'000 + Millis{second} * 1000;
    return true;
}

bool parse_offset(std::string_view text, Millis& out) noexcept {
    if (text == "Z" || text == "z") {
        out = 0;
        return true;
    }
    unsigned hours = 0, minutes = 0;
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-') || !digits(text.data() + 1, 2, hours))
        return false;
    std::string_view rest = text.substr(3);
    if (!rest.empty() && rest[0] == ':') rest.remove_prefix(1);
    if (!rest.empty() && (rest.size() != 2 || !digits(rest.data(), 2, minutes))) return false;
    if (hours > 23 || minutes > 59) return false;
    out = (Millis{hours} * 60 + Millis{minutes}) * (text[0] == '-' ? -60'000 : 60'000);
    return true;
}

bool is_in_range(Millis time) noexcept { return time >= kEarliest && time < kLatest; }

std::optional<Millis> in_range(Millis time) noexcept {
    if (!is_in_range(time)) return std::nullopt;
    return time;
}

std::optional<Millis> parse_iso(std::string_view text) noexcept {
    Millis time = 0;
    if (text.size() < 20 || !parse_seconds(text.data(), time)) return std::nullopt;
    std::string_view rest = text.substr(19);
    if (rest[0] == '.' || rest[0] == ',') {
        std::size_t count = 0;
        Millis scale = 100;
        while (++count < rest.size() && rest[count] >= '0' && rest[count] <= '9') {
            time += (rest[count] - '0') * scale;
            scale /= 10;
        }
        if (count < 2 || count > 10) return std::nullopt;
        rest.remove_prefix(count);
    }
    Millis offset = 0;
    if (!parse_offset(rest, offset)) return std::nullopt;
    return in_range(time - offset);
}

std::optional<Millis> parse_epoch(std::string_view text) noexcept {
    Millis whole = 0;
    if (parse_whole_epoch(text, whole)) return whole;
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || !(value > 0) || value > 1e18)
        return std::nullopt;
    const double millis = value < 1e11 ? value * 1e3 : value < 1e14 ? value : value / 1e3;
    return in_range(static_cast<Millis>(millis + 0.5));
}

/// Eight characters of a fixed form: digits where it has zeros, its own characters elsewhere.
struct Form {
    consteval Form(const char (&form)[9]) {
        for (unsigned i = 0; i < 8; ++i) {
            expected |= std::uint64_t{static_cast<unsigned char>(form[i])} << (8 * i);
            // Added to a byte that should be at most 9, or 0, this makes one above 15 of every wrong one.
            limit |= std::uint64_t{form[i] == '0' ? 6U : 15U} << (8 * i);
        }
    }
    std::uint64_t expected = 0;
    std::uint64_t limit = 0;
};

/// Eight characters read at once: nearly every time on the wire has the one form that is written, and a webhook
/// carries several.
class Digits {
public:
    bool read(const char* text, const Form form) noexcept {
        value_ = word(text) ^ form.expected;
        return ((value_ | (value_ + form.limit)) & 0xF0F0F0F0F0F0F0F0) == 0;
    }
    unsigned one(unsigned at) const noexcept {
        return static_cast<unsigned>(value_ >> (8 * at)) & 0xFF;
    }
    unsigned two(unsigned at) const noexcept {
        return static_cast<unsigned>((value_ * 10 + (value_ >> 8)) >> (8 * at)) & 0xFF;
    }

private:
    static std::uint64_t word(const char* text) noexcept {
        std::uint64_t out = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&out, text, sizeof out);
        } else {
            for (unsigned i = 0; i < 8; ++i)
                out |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
        }
        return out;
    }
    std::uint64_t value_ = 0;
};

}  // namespace

bool parse_exact(std::string_view text, Millis& out) noexcept {
    if (text.size() != 24) return false;
    constexpr Form date_form("0000-00-"), clock_form("00T00:00"), rest_form(":00.000Z");
    Digits date, clock, rest;
    const bool good = date.read(text.data(), date_form) &&
                      clock.read(text.data() + 8, clock_form) &&
                      rest.read(text.data() + 16, rest_form);
    if (!good) return false;
    const unsigned year = date.two(0) * 100 + date.two(2), month = date.two(5), day = clock.two(0);
    const unsigned hour = clock.two(3), minute = clock.two(6), second = rest.two(1);
    const unsigned millis = rest.two(4) * 10 + rest.one(6);
    // A leap second would be written back as the next minute, so it has no exact form.
    if (month - 1 > 11 || day - 1 >= days_in(year, month) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    const Millis time = days_from_civil(year, month, day) * kDay + Millis{hour} * 3'600'000 +
                        Millis{minute} * 60'000 + Millis{second} * 1000 + millis;
    if (!is_in_range(time)) return false;
    out = time;
    return true;
}

bool parse_whole_epoch(std::string_view digits, Millis& out) noexcept {
    const bool seconds = digits.size() == 10;
    if ((!seconds && digits.size() != 13) || digits.front() == '0') return false;
    const auto number = to_int(digits);
    if (!number) return false;
    const Millis time = seconds ? *number * 1000 : *number;
    if (!is_in_range(time)) return false;
    out = time;
    return true;
}

std::optional<Millis> parse_time(std::string_view text) noexcept {
    return text.size() > 10 && text[4] == '-' ? parse_iso(text) : parse_epoch(text);
}

TimeText format_time(Millis time) noexcept {
    std::int64_t day = time / kDay;
    Millis rest = time % kDay;
    if (rest < 0) {
        rest += kDay;
        --day;
    }
    const std::int64_t shifted = day + 719468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const auto day_of_era = static_cast<std::uint64_t>(shifted - era * 146097);
    const std::uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::uint64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::uint64_t part = (5 * day_of_year + 2) / 153;
    const std::uint64_t month = part < 10 ? part + 3 : part - 9;
    const std::uint64_t year =
        year_of_era + static_cast<std::uint64_t>(era) * 400 + (month <= 2 ? 1 : 0);

    TimeText out;
    std::memcpy(out.characters, "0000-00-00T00:00:00.000Z", sizeof out.characters);
    const auto put = [&out](int last, std::uint64_t value) {
        for (int at = last; value != 0 && at >= 0; --at, value /= 10)
            out.characters[at] = static_cast<char>('0' + value % 10);
    };
    put(3, year % 10000);
    put(6, month);
    put(9, day_of_year - (153 * part + 2) / 5 + 1);
    const auto clock = static_cast<std::uint64_t>(rest);
    put(12, clock / 3'600'000);
    put(15, clock / 60'000 % 60);
    put(18, clock / 1000 % 60);
    put(22, clock % 1000);
    return out;
}

}  // namespace lampjack
