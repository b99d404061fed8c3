// The outgoing rows of a PostgresTx and the lanes they wait in.
#include "store/postgres/columns.h"
#include "store/postgres/postgres_tx.h"
#include "store/postgres/statements.h"

#include <algorithm>
#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr Statement kEnqueue{"lampjack_enqueue",
                             "INSERT INTO lampjack_outbox VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                             "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"};
constexpr Statement kFindCommand{"lampjack_find_command",
                                 "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o "
                                 "WHERE o.key = $1 AND o.command_key = $2 "
                                 "AND o.command_key <> '' ORDER BY o.oseq LIMIT 1"};
constexpr Statement kFence{"lampjack_fence",
                           "UPDATE lampjack_outbox o SET status = $3, last_error = $4 "
                           "WHERE o.key = $1 AND o.status = 0 AND o.action = $5 "
                           "AND o.epoch < $2 RETURNING " LJK_PG_OUTBOX};
constexpr Statement kPending{"lampjack_pending",
                             "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o "
                             "WHERE o.key = $1 AND o.status = 0 ORDER BY o.oseq"};
constexpr Statement kOfItem{"lampjack_deliveries_of_item",
                            "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o WHERE o.key = $1 "
                            "AND o.item_seq = $2 AND o.item_seq > 0 ORDER BY o.oseq"};
constexpr Statement kUnsentForwards{"lampjack_unsent_forwards",
                                    "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o "
                                    "WHERE o.key = $1 AND o.action = $2 "
                                    "AND o.status NOT IN ($3, $4) ORDER BY o.oseq"};
constexpr Statement kIsLeased{"lampjack_is_lane_leased",
                              "SELECT 1 FROM lampjack_lane WHERE key = $1 AND NOT sink "
                              "AND token <> 0"};
/// Until the end of the transaction nobody else leases the lane, even when this lease runs out.
constexpr Statement kHold{"lampjack_hold",
                          "SELECT 1 FROM lampjack_lane WHERE key = $1 AND sink = $2 "
                          "AND token = $3 FOR UPDATE"};
constexpr Statement kRecord{
    "lampjack_record",
    "UPDATE lampjack_outbox SET id = $3, epoch = $4, action = $5, to_sink = $6, agent = $7, "
    "command_key = $8, content = $9, status = $10, attempts = $11, last_code = $12, "
    "last_error = $13, created = $14, ready = $15, ready_at = $16, item_seq = $17, "
    "vendor_answer = $18 WHERE key = $1 AND oseq = $2 AND ($19 = 0 OR EXISTS (SELECT 1 FROM "
    "lampjack_lane l "
    "WHERE l.key = $1 AND l.sink = $6 AND l.token = $19)) RETURNING oseq"};
constexpr Statement kOne{"lampjack_one_delivery", "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o "
                                                  "WHERE o.key = $1 AND o.oseq = $2"};

}  // namespace

// A waiting lane is due with its head; one that was recorded is free again; what somebody else has leased stays his.
const Statement kOfferLane{
    "lampjack_offer_lane",
    "INSERT INTO lampjack_lane AS l (key, sink, account, ready_at, turn) "
    "SELECT $1, $2, c.account, o.ready_at, " LJK_PG_TURN " "
    "FROM lampjack_outbox o JOIN lampjack_conversation c ON c.key = o.key "
    "WHERE o.key = $1 AND o.to_sink = $2 AND o.status = 0 ORDER BY o.oseq LIMIT 1 "
    "ON CONFLICT (key, sink) DO UPDATE SET account = EXCLUDED.account, token = 0, "
    "ready_at = EXCLUDED.ready_at, turn = EXCLUDED.turn "
    "WHERE (l.token <> 0 AND l.token = $3) OR "
    "(l.token = 0 AND l.ready_at <> EXCLUDED.ready_at)"};
const Statement kDropLane{"lampjack_drop_lane",
                          "DELETE FROM lampjack_lane WHERE key = $1 AND sink = $2 "
                          "AND token IN (0, $3) AND NOT EXISTS (SELECT 1 FROM lampjack_outbox o "
                          "WHERE o.key = $1 AND o.to_sink = $2 AND o.status = 0)"};

Params lane_params(const ConversationKey& key, bool sink, std::uint64_t token) {
    return Params().key(key).boolean(sink).number(token);
}

void PostgresTx::changed_lane(const ConversationKey& key, bool sink, std::uint64_t token) {
    std::uint64_t& known = work_.lanes[{key, sink}];
    if (token != 0) known = token;
}

Result<void> PostgresTx::enqueue(const ConversationKey& key, const OutboxRow& row) {
    ensure_locked(key);
    later(kEnqueue, outbox_params(key, row, clock_.to_database(row.ready_at)));
    changed_lane(key, row.to_sink);
    return {};
}

Result<OutboxRow> PostgresTx::find_command(const ConversationKey& key,
                                           std::string_view command_key) {
    if (command_key.empty()) return OutboxRow{};
    LJK_TRY(rows, ask(kFindCommand, Params().key(key).bytes(command_key)));
    return rows.empty() ? OutboxRow{} : read_outbox(rows, 0);
}

Result<std::vector<OutboxRow>> PostgresTx::fence(const ConversationKey& key, std::uint64_t epoch) {
    ensure_locked(key);
    LJK_TRY(rows,
            ask(kFence, Params()
                            .key(key)
                            .number(epoch)
                            .integer(static_cast<std::int64_t>(DeliveryStatus::refused))
                            .bytes("stale_owner")
                            .integer(static_cast<std::int64_t>(conversation::Action::reply))));
    std::vector<OutboxRow> fenced;
    for (int row = 0; row < rows.size(); ++row) {
        fenced.push_back(read_outbox(rows, row));
        changed_lane(key, fenced.back().to_sink);
    }
    std::sort(fenced.begin(), fenced.end(),
              [](const auto& a, const auto& b) { return a.oseq < b.oseq; });
    return fenced;
}

Result<std::vector<OutboxRow>> PostgresTx::pending(const ConversationKey& key) {
    LJK_TRY(rows, ask(kPending, Params().key(key)));
    std::vector<OutboxRow> pending;
    for (int row = 0; row < rows.size(); ++row) pending.push_back(read_outbox(rows, row));
    return pending;
}

Result<std::vector<OutboxRow>> PostgresTx::deliveries_of(const ConversationKey& key,
                                                         std::uint64_t item_seq) {
    LJK_TRY(rows, ask(kOfItem, Params().key(key).number(item_seq)));
    std::vector<OutboxRow> found;
    for (int row = 0; row < rows.size(); ++row) found.push_back(read_outbox(rows, row));
    return found;
}

Result<std::vector<OutboxRow>> PostgresTx::unsent_forwards(const ConversationKey& key) {
    LJK_TRY(rows, ask(kUnsentForwards,
                      Params()
                          .key(key)
                          .integer(static_cast<std::int64_t>(conversation::Action::forward))
                          .integer(static_cast<std::int64_t>(DeliveryStatus::sent))
                          .integer(static_cast<std::int64_t>(DeliveryStatus::refused))));
    std::vector<OutboxRow> found;
    for (int row = 0; row < rows.size(); ++row) found.push_back(read_outbox(rows, row));
    return found;
}

Result<bool> PostgresTx::is_lane_leased(const ConversationKey& key) {
    LJK_TRY(rows, ask(kIsLeased, Params().key(key)));
    return !rows.empty();
}

Result<OutboxRow> PostgresTx::delivery(const ConversationKey& key, std::uint64_t oseq) {
    LJK_TRY(rows, ask(kOne, Params().key(key).number(oseq)));
    if (rows.empty()) return fail(Code::not_found, "no such delivery");
    return read_outbox(rows, 0);
}

Result<void> PostgresTx::record(const ConversationKey& key, const OutboxRow& row,
                                std::uint64_t token) {
    ensure_locked(key);
    if (token != 0) later(kHold, lane_params(key, row.to_sink, token));
    Params params = outbox_params(key, row, clock_.to_database(row.ready_at));
    LJK_TRY(rows, ask(kRecord, std::move(params.number(token))));
    if (rows.empty()) {
        LJK_CHECK(delivery(key, row.oseq));
        return fail(Code::unsupported, "the lease of this delivery was lost");
    }
    changed_lane(key, row.to_sink, token);
    return {};
}

}  // namespace lampjack::store::postgres
