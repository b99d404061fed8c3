#pragma once
// The fixture of the store contract: one store of each kind, and short words for what the engine does with it.

#include "store/contract/stores.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store::testing {

using conversation::Action;
using conversation::To;
using Keys = std::vector<model::ItemKey>;

/// The value, or a failed test and an empty value.
template <class T>
T must(Result<T> result) {
    if (result) return std::move(*result);
    ADD_FAILURE() << name_of(result.error().code) << ": " << result.error().message;
    return T{};
}
inline void must(const Result<void>& result) {
    if (!result) ADD_FAILURE() << name_of(result.error().code) << ": " << result.error().message;
}
template <class T>
Code code_of(const Result<T>& result) {
    return result ? Code::ok : result.error().code;
}

/// An item key that stands for a short name.
model::ItemKey item_key(std::string_view name);
std::string ref_of(std::string_view id, std::string_view account = "shop");

/// One change of a conversation, as the engine makes it: lock, append, queue, put, commit.
class Edit {
public:
    Edit(Store& store, const std::string& ref, Millis now = 1000);

    Tx& tx() { return *tx_; }
    ConversationRow& row() { return row_; }
    bool existed() const { return existed_; }
    /// Begins with the conversation as it is stored, for a second change in the same transaction.
    void open(const std::string& ref);

    std::uint64_t say(std::string_view kind, const Keys& keys = {}, To to = To::desk,
                      std::string_view flags = "late echo");
    /// Queues words; the row as it was queued.
    OutboxRow send(Action action = Action::reply, bool to_sink = false, std::string key = {});
    void put();
    void commit();
    /// put() and commit().
    void finish();

private:
    std::unique_ptr<Tx> tx_;
    ConversationRow row_;
    Millis now_;
    bool existed_ = false;
};

class StoreContract : public ::testing::TestWithParam<StoreKind> {
protected:
    void SetUp() override;
    Store& store() { return *store_; }
    std::string url() const { return place_->url(); }
    bool is_durable() const { return GetParam().durable; }
    /// Closes the store and opens it again; a store that keeps nothing stays open, and the answer is false.
    bool reopen();

    /// Changes that are all alike: one item each of that kind.
    void say(const std::string& ref, std::string_view kind = "message", Millis now = 1000,
             To to = To::desk);
    OutboxRow send(const std::string& ref, Millis now = 1000, bool to_sink = false);
    std::vector<std::uint64_t> seqs(const std::string& ref);
    std::vector<LeasedDelivery> lease(Millis now, std::size_t limit = 10, bool sinks = false);
    std::vector<LeasedItem> lease_items(Millis now, std::size_t limit = 10,
                                        std::string_view subscription = "desk");
    void finish(const LeasedItem& item, ItemOutcome outcome = ItemOutcome::done, Millis at = 0,
                std::string_view subscription = "desk");
    /// Writes the outcome of an attempt with the lease's token.
    Result<void> record(const LeasedDelivery& lease, DeliveryStatus status, Millis ready_at = 0);

private:
    std::unique_ptr<Place> place_;
    std::unique_ptr<Store> store_;
};

/// Everything of a row in one line, so that rows can be compared and read.
std::string line(const ConversationRow& row);
std::string line(const ItemRow& item);
std::string line(const OutboxRow& row);
template <class Row>
std::vector<std::string> lines(const std::vector<Row>& rows) {
    std::vector<std::string> all;
    for (const Row& row : rows) all.push_back(line(row));
    return all;
}

inline std::string name_of_kind(const ::testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

}  // namespace lampjack::store::testing

#define LJK_ON_EVERY_STORE(Suite)                                                            \
    INSTANTIATE_TEST_SUITE_P(Stores, Suite,                                                  \
                             ::testing::ValuesIn(::lampjack::store::testing::store_kinds()), \
                             ::lampjack::store::testing::name_of_kind)
