#pragma once
// row_codec: values without a column of their own as bytes, for the stores that speak SQL.
//
// The first byte says which form the rest has. A form never changes: what is added later gets the next number, and
// values of enums are append only. Text that cannot be read is an error of the store, never a guess.

#include "base/result.h"
#include "store/holders.h"
#include "store/rows.h"

#include <string>
#include <string_view>

namespace lampjack::store {

/// Everything of a conversation but what stores keep in columns: key, ref, account, next_seq, next_out, touched and
/// what is left of an erased one.
std::string encode(const ConversationRow& row);
/// Fills in what encode() wrote and leaves the columns as they are.
Result<void> decode(std::string_view bytes, ConversationRow& row);

std::string encode(const model::Answer& answer);
Result<void> decode(std::string_view bytes, model::Answer& answer);

std::string encode(const SubscriptionFilter& filter);
Result<void> decode(std::string_view bytes, SubscriptionFilter& filter);

/// All but `id` and `until`.
std::string encode(const Holder& holder);
Result<void> decode(std::string_view bytes, Holder& holder);

}  // namespace lampjack::store
