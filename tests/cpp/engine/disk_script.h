#pragma once
// What the tests of bad disks share: a script of 200 events on a hub whose file can be opened again, and a look at the file
// without the code under test.

#include "test_hub.h"

#include "store/sqlite/sqlite_store.h"

#include <cstddef>
#include <ostream>
#include <set>
#include <string>

namespace lampjack::test {

using store::sqlite::Journal;

inline constexpr int kEvents = 200;

/// Every fourth event is a command; the others are messages.
inline bool is_command(int number) { return number % 4 == 3; }

/// A hub on a file that can be opened again.
class Desk {
public:
    /// A file's second hub needs another seed.
    Desk(const std::string& path, Journal journal, std::uint64_t seed = 7)
        : store_(*store::sqlite::open(path, journal)),
          hub_(TestHub::kFull, R"("events_per_second":1000,"events_burst":1000,)", store_, seed) {}

    /// One event of the script, under a name of its own each time it is tried. True when it was acknowledged.
    bool carry_out(int number) {
        hub_.clock->advance(1000);
        const std::string name = name_of(number);
        if (number == 0)
            return hub_.post(TestHub::offload("", 1), TestHub::accept(true)).status == 200;
        if (!is_command(number))
            return hub_.post(TestHub::messages(TestHub::user_item(name, 2, "id-" + name), 2))
                       .status == 200;
        const std::string content = R"({"type":"text","text":")" + name + "\"}";
        return hub_.command("notify", "", content, {}, name).error.code == Code::ok;
    }
    static std::string name_of(int number) { return "event-" + std::to_string(number); }

    void close() { store_->close(); }

private:
    std::shared_ptr<store::Store> store_;
    TestHub hub_;
};

struct Damage {
    std::size_t lost = 0, twice = 0;
    std::string integrity = "cannot be opened";
    bool none() const { return lost == 0 && twice == 0 && integrity == "ok"; }
};

inline std::ostream& operator<<(std::ostream& out, const Damage& damage) {
    return out << damage.lost << " lost, " << damage.twice << " twice, integrity "
               << damage.integrity;
}

/// Reads the file as it is: every event is an item, every command also a row.
Damage inspect(const std::string& path, const std::set<int>& acknowledged);

}  // namespace lampjack::test
