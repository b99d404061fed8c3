#pragma once
// Version1: release 13949c8 at work on a store, in its own words: its statements as they were, run on the tables it made and
// on those that were migrated since.

#include "base/result.h"
#include "store/rows.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lampjack::store::testing {

class Version1 {
public:
    virtual ~Version1() = default;

    virtual std::string url() const = 0;
    /// The version of the tables, and the oldest one whose release may use them.
    virtual std::pair<std::int64_t, std::int64_t> versions() = 0;

    /// One change of a conversation: an item known by `item_key`, and a row to send.
    virtual Result<void> change(const std::string& ref, std::uint64_t seq,
                                const model::ItemKey& item_key) = 0;
    virtual Result<void> subscribe(const std::string& name, const SubscriptionFilter& filter) = 0;
    /// Its item's seq, 0 when none is due.
    virtual Result<std::uint64_t> lease_item(const std::string& name, Millis now, Millis until,
                                             std::uint64_t token) = 0;
    virtual Result<void> finish_item(const std::string& name, const std::string& ref,
                                     std::uint64_t token) = 0;
    /// Takes the lane's head and records it as sent; its oseq, 0 when none is due.
    virtual Result<std::uint64_t> send(Millis now, std::uint64_t token) = 0;
    virtual Result<void> erase(const std::string& ref) = 0;
};

struct Version1Kind {
    std::string name;
    std::function<std::unique_ptr<Version1>()> make;
    std::function<std::string()> why_not;
};
void PrintTo(const Version1Kind& kind, std::ostream* out);

std::unique_ptr<Version1> make_sqlite_version_1();
std::unique_ptr<Version1> make_postgres_version_1();

}  // namespace lampjack::store::testing
