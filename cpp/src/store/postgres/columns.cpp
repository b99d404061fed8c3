#include "store/postgres/columns.h"

#include "store/merge_codec.h"
#include "store/row_codec.h"

#include <algorithm>

namespace lampjack::store::postgres {
namespace {

/// Numbers of enums are stored and only ever appended.
template <class Enum>
Enum word(const Rows& rows, int row, int column) {
    return static_cast<Enum>(rows.integer(row, column));
}

template <class Enum>
std::int64_t number(Enum value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

ConversationKey read_key(const Rows& rows, int row, int column) {
    ConversationKey key{};
    const std::string_view bytes = rows.bytes(row, column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
    return key;
}

Result<ConversationRow> read_conversation(const Rows& rows, int row, int first) {
    ConversationRow out;
    if (rows.boolean(row, first)) LJK_CHECK(decode(rows.bytes(row, first + 7), out));
    out.ref = rows.text(row, first + 1);
    out.account = rows.text(row, first + 2);
    out.next_seq = rows.number(row, first + 3);
    out.next_out = rows.number(row, first + 4);
    out.retired_epoch = rows.number(row, first + 5);
    out.touched = rows.integer(row, first + 6);
    out.key = read_key(rows, row, first + 8);
    return out;
}

ItemRow read_item(const Rows& rows, int row, int first) {
    ItemRow item;
    item.seq = rows.number(row, first);
    item.epoch = rows.number(row, first + 1);
    item.episode = rows.number(row, first + 2);
    item.state = word<conversation::State>(rows, row, first + 3);
    item.to = word<conversation::To>(rows, row, first + 4);
    item.flags = rows.text(row, first + 5);
    item.kind = rows.text(row, first + 6);
    item.body = rows.text(row, first + 7);
    item.is_fact = rows.boolean(row, first + 8);
    item.received = rows.integer(row, first + 9);
    item.delivery = rows.text(row, first + 10);
    return item;
}

OutboxRow read_outbox(const Rows& rows, int row, int first) {
    OutboxRow out;
    out.oseq = rows.number(row, first);
    out.id = rows.text(row, first + 1);
    out.epoch = rows.number(row, first + 2);
    out.action = word<conversation::Action>(rows, row, first + 3);
    out.to_sink = rows.boolean(row, first + 4);
    out.agent = rows.text(row, first + 5);
    out.key = rows.text(row, first + 6);
    out.content = rows.text(row, first + 7);
    out.status = word<DeliveryStatus>(rows, row, first + 8);
    out.attempts = static_cast<std::uint32_t>(rows.number(row, first + 9));
    out.last_code = static_cast<std::int32_t>(rows.integer(row, first + 10));
    out.last_error = rows.text(row, first + 11);
    out.created = rows.integer(row, first + 12);
    out.ready_at = rows.integer(row, first + 13);
    out.item_seq = rows.number(row, first + 14);
    out.vendor_answer = rows.text(row, first + 15);
    return out;
}

Params item_params(const ConversationKey& key, const ItemRow& item) {
    Params params;
    params.key(key).number(item.seq).number(item.epoch).number(item.episode);
    params.integer(number(item.state)).integer(number(item.to));
    params.text(item.flags).text(item.kind).bytes(item.body);
    params.boolean(item.is_fact).integer(item.received).bytes(item.delivery);
    if (item.merge)
        params.bytes(encode(*item.merge));
    else
        params.null_bytes();
    return params;
}

Params outbox_params(const ConversationKey& key, const OutboxRow& row, Millis ready_at) {
    Params params;
    params.key(key).number(row.oseq).bytes(row.id).number(row.epoch);
    params.integer(number(row.action)).boolean(row.to_sink);
    params.bytes(row.agent).bytes(row.key).bytes(row.content);
    params.integer(number(row.status)).number(row.attempts).integer(row.last_code);
    params.bytes(row.last_error).integer(row.created).integer(row.ready_at);
    params.integer(ready_at).number(row.item_seq).bytes(row.vendor_answer);
    return params;
}

}  // namespace lampjack::store::postgres
