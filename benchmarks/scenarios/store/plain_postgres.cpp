// The peer on PostgreSQL: what one writes first. Every statement waits for the answer of the one before, every event has
// its own transaction. It writes the rows the engine writes, and neither reads JSON nor verifies nor decides.
#include "contenders.h"
#include "events.h"

#include "store/postgres/columns.h"
#include "store/postgres/pool.h"
#include "store/row_codec.h"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace bench {
namespace {

using lampjack::model::ItemKey;
using namespace lampjack::store;
using postgres::Params;
using postgres::Rows;
using postgres::Statement;

constexpr Statement kBegin{"plain_begin", "BEGIN"};
constexpr Statement kCommit{"plain_commit", "COMMIT"};
constexpr Statement kLock{"plain_lock",
                          "SELECT next_seq FROM lampjack_conversation WHERE key = $1 FOR UPDATE"};
constexpr Statement kLockNew{"plain_lock_new",
                             "INSERT INTO lampjack_conversation AS c (key) VALUES ($1) "
                             "ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key "
                             "RETURNING next_seq"};
constexpr Statement kKnown{"plain_known",
                           "SELECT seq FROM lampjack_known WHERE key = $1 AND item = ANY($2)"};
constexpr Statement kAppend{"plain_append",
                            "INSERT INTO lampjack_item VALUES "
                            "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
constexpr Statement kAppendKeys{"plain_append_keys",
                                "INSERT INTO lampjack_known (key, item, seq, seen) "
                                "SELECT $1, item, $3, $4 FROM unnest($2) AS item "
                                "ON CONFLICT DO NOTHING"};
constexpr Statement kPut{"plain_put",
                         "UPDATE lampjack_conversation SET alive = true, ref = $2, account = $3, "
                         "state = $4, epoch = $5, retired_epoch = $6, next_seq = $7, "
                         "next_out = $8, touched = $9, touched_minute = $9 / 60000, body = $10 "
                         "WHERE key = $1"};
constexpr Statement kSetTimer{"plain_set_timer",
                              "INSERT INTO lampjack_timer (key, due_at) VALUES ($1, $2) "
                              "ON CONFLICT (key) DO UPDATE SET due_at = EXCLUDED.due_at"};

/// What the engine made of one event: what the peer writes again and again.
struct Sample {
    ConversationRow row;
    ItemRow item;
};

Sample take_sample(const std::string& store) {
    {
        const auto hub = open_hub(store);
        if (!give(*hub, make_body(0))) give_up("the first event was refused");
        hub->close();
    }
    const auto opened = open(store);
    if (!opened) give_up(opened.error().message);
    const auto key = key_of("shop:live:s-0");
    auto row = (*opened)->conversation(key);
    auto items = (*opened)->items(key, 0, 1);
    if (!row || !items || items->empty()) give_up("the first event is not there");
    return {std::move(*row), std::move(items->front())};
}

/// One session and what it does for an event.
class Client {
public:
    Client(const std::string& store, Sample sample) : sample_(std::move(sample)) {
        auto opened = postgres::Connection::open(store);
        if (!opened) give_up(opened.error().message);
        session_ = std::move(*opened);
    }

    void keep(std::uint64_t number) {
        ConversationRow& row = sample_.row;
        row.ref = "shop:live:s-" + std::to_string(number % kConversations);
        row.key = key_of(row.ref);
        const ItemKey keys[] = {key_of("id " + std::to_string(number)),
                                key_of("fingerprint " + std::to_string(number))};
        ask(kBegin);
        Rows found = ask(kLock, Params().key(row.key));
        if (found.empty()) found = ask(kLockNew, Params().key(row.key));
        row.next_seq = found.number(0, 0);
        if (ask(kKnown, Params().key(row.key).keys(keys)).empty()) append(keys);
        put();
        ask(kCommit);
    }

private:
    Rows ask(const Statement& statement, Params params = {}) {
        auto rows = session_->run(statement, std::move(params));
        if (!rows) give_up(rows.error().message);
        return std::move(*rows);
    }

    void append(std::span<const ItemKey> keys) {
        ConversationRow& row = sample_.row;
        ItemRow& item = sample_.item;
        item.seq = row.next_seq++;
        item.merge.emplace();
        ask(kAppend, postgres::item_params(row.key, item));
        ask(kAppendKeys,
            std::move(Params().key(row.key).keys(keys).number(item.seq).integer(item.received)));
    }

    void put() {
        const ConversationRow& row = sample_.row;
        Params params;
        params.key(row.key).bytes(row.ref).text(row.account).integer(0).number(row.state.epoch);
        params.number(row.retired_epoch).number(row.next_seq).number(row.next_out);
        ask(kPut, std::move(params.integer(row.touched).bytes(encode(row))));
        const auto due = lampjack::conversation::earliest_timer(row.state);
        ask(kSetTimer, std::move(Params().key(row.key).integer(due.value_or(0))));
    }

    Sample sample_;
    std::unique_ptr<postgres::Connection> session_;
};

}  // namespace

Turn run_apart(const std::string& store, std::size_t threads, double seconds) {
    using Clock = std::chrono::steady_clock;
    const Sample sample = take_sample(store);
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    std::atomic<std::uint64_t> next{1};
    Turn turn;
    // Not more sessions than the engine has: more of them would only be in each other's way.
    turn.seconds = on_threads(std::min(threads, lampjack::store::OpenOptions{}.connections), [&] {
        Client client(store, sample);
        while (Clock::now() < end) client.keep(next++);
    });
    turn.events = next;  // with the sample's
    turn.stored = count_items(store);
    return turn;
}

}  // namespace bench
