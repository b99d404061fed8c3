#include "store/sqlite/rows.h"

#include "store/row_codec.h"

#include <algorithm>

namespace lampjack::store::sqlite {
namespace {

template <class Enum>
Enum word_at(const Statement& row, int column) {
    return static_cast<Enum>(row.integer_at(column));
}

}  // namespace

ConversationKey key_at(const Statement& row, int column) noexcept {
    ConversationKey key{};
    const std::string_view bytes = row.text_at(column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
    return key;
}

Result<ConversationRow> read_conversation(const Statement& row, int first) {
    ConversationRow out;
    out.key = key_at(row, first);
    out.ref = row.string_at(first + 1);
    out.account = row.string_at(first + 2);
    out.touched = row.integer_at(first + 3);
    out.next_seq = row.number_at(first + 4);
    out.next_out = row.number_at(first + 5);
    out.retired_epoch = row.number_at(first + 6);
    LJK_CHECK(decode(row.text_at(first + 7), out));
    return out;
}

ItemRow read_item(const Statement& row, int first) {
    ItemRow item;
    item.seq = row.number_at(first);
    item.epoch = row.number_at(first + 1);
    item.episode = row.number_at(first + 2);
    item.state = word_at<conversation::State>(row, first + 3);
    item.to = word_at<conversation::To>(row, first + 4);
    item.flags = row.string_at(first + 5);
    item.kind = row.string_at(first + 6);
    item.is_fact = row.boolean_at(first + 7);
    item.received = row.integer_at(first + 8);
    item.body = row.string_at(first + 9);
    item.delivery = row.string_at(first + 10);
    return item;
}

void bind(Statement& statement, const ItemRow& item) {
    statement.number(item.seq).number(item.epoch).number(item.episode);
    statement.word(item.state).word(item.to).text(item.flags).text(item.kind);
    statement.boolean(item.is_fact).integer(item.received).text(item.body);
    statement.text(item.delivery);
}

OutboxRow read_outbox(const Statement& row, int first) {
    OutboxRow out;
    out.oseq = row.number_at(first);
    out.id = row.string_at(first + 1);
    out.epoch = row.number_at(first + 2);
    out.action = word_at<conversation::Action>(row, first + 3);
    out.to_sink = row.boolean_at(first + 4);
    out.agent = row.string_at(first + 5);
    out.key = row.string_at(first + 6);
    out.content = row.string_at(first + 7);
    out.status = word_at<DeliveryStatus>(row, first + 8);
    out.attempts = static_cast<std::uint32_t>(row.integer_at(first + 9));
    out.last_code = static_cast<std::int32_t>(row.integer_at(first + 10));
    out.last_error = row.string_at(first + 11);
    out.created = row.integer_at(first + 12);
    out.ready_at = row.integer_at(first + 13);
    out.item_seq = row.number_at(first + 14);
    out.vendor_answer = row.string_at(first + 15);
    return out;
}

void bind(Statement& statement, const OutboxRow& row) {
    statement.number(row.oseq).text(row.id).number(row.epoch).word(row.action);
    statement.boolean(row.to_sink).text(row.agent).text(row.key).text(row.content);
    statement.word(row.status).integer(row.attempts).integer(row.last_code).text(row.last_error);
    statement.integer(row.created).integer(row.ready_at).number(row.item_seq);
    statement.text(row.vendor_answer);
}

}  // namespace lampjack::store::sqlite
