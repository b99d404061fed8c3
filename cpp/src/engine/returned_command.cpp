#include "engine/returned_command.h"

#include "base/text.h"
#include "conversation/fence.h"
#include "engine/outgoing_request.h"
#include "platforms/registry.h"

#include <optional>

namespace lampjack::engine {
namespace {

using store::DeliveryStatus;

constexpr Millis kSameAnswer = conversation::kMinute;
/// A header that stays in the store: when the command was fetched first.
constexpr std::string_view kFetchedAt = "fetched-at";

/// Its outcome is not known: the platform may be called again.
bool is_due(const store::OutboxRow& row) noexcept {
    return row.status == DeliveryStatus::pending || row.status == DeliveryStatus::held;
}

/// The fence once more, at the last moment. What is on its way must still pass. Of what was sent words stay said, but a late
/// mute or return must fit the present state: the app may run after a newer one. Nothing else leaves.
bool leaves(const conversation::Conversation& state, const store::OutboxRow& row) {
    if (row.status == DeliveryStatus::sent) return conversation::still_holds(state, row.action);
    return is_due(row) && conversation::may_leave(state, row.action, row.epoch);
}

/// Under which the first answer to an attempt is kept: what an earlier attempt led to may never have arrived.
model::ItemKey key_of_attempt(const store::OutboxRow& row, bool is_under_way) {
    const std::uint32_t over = is_under_way || row.attempts == 0 ? row.attempts : row.attempts - 1;
    return store::key_of("fetched:" + row.id + ":" + std::to_string(over));
}

model::Answer kept(model::Answer answer, Millis now) {
    answer.headers.emplace_back(kFetchedAt, std::to_string(now));
    return answer;
}

/// Nothing when it is too late for it.
std::optional<model::Answer> same_again(model::Answer kept, Millis now) {
    const auto fetched = to_int(kept.headers.back().second);
    kept.headers.pop_back();
    const bool again = fetched && now - *fetched <= kSameAnswer;
    return again ? std::optional(std::move(kept)) : std::nullopt;
}

class Command {
public:
    Command(Core& core, const platforms::Account& account, const platforms::Endpoint& endpoint)
        : core_(core),
          account_(account),
          endpoint_(endpoint) {}

    model::Answer without() const { return answer(nullptr); }

    /// What the request that carries the delivery says, as the platform would have passed it on.
    Result<model::Answer> written(const store::ConversationRow& conversation,
                                  const store::OutboxRow& row) const {
        LJK_TRY(request, render_to(core_, account_, conversation, row,
                                   account_.adapter->remembered.example));
        platforms::ReadInput input;
        input.account = &account_;
        LJK_TRY(batch, platforms::parse(*account_.adapter, input, request.body));
        return answer(batch.get());
    }

    Result<model::Answer> fetch(store::Tx& tx, const store::ConversationRow& seen,
                                std::uint64_t oseq, const model::Answer& written) const {
        store::ConversationRow conversation;
        LJK_TRY(exists, tx.lock(seen.key, conversation));
        if (!exists) return without();
        LJK_TRY(row, tx.delivery(seen.key, oseq));
        if (!leaves(conversation.state, row)) return without();
        LJK_TRY(leased, tx.is_lane_leased(seen.key));
        const auto fetched = key_of_attempt(row, leased && row.status == DeliveryStatus::pending);
        LJK_TRY(earlier, tx.answer_of(seen.key, fetched));
        const Millis now = core_.clock->now();
        if (earlier.status != 0)
            return same_again(std::move(earlier), now).value_or(is_due(row) ? written : without());
        LJK_CHECK(tx.put_answer(seen.key, fetched, kept(written, now)));
        return written;
    }

private:
    model::Answer answer(const model::Batch* items) const {
        return account_.adapter->answer(account_, {endpoint_, items, nullptr, items});
    }

    Core& core_;
    const platforms::Account& account_;
    const platforms::Endpoint& endpoint_;
};

}  // namespace

Result<model::Answer> answer_command(Core& core, const platforms::Account& account,
                                     const platforms::Endpoint& endpoint,
                                     const std::string& delivery) {
    const Command command(core, account, endpoint);
    std::string ref;
    const auto row = core.store->delivery(delivery, ref);
    if (!row && row.error().code != Code::not_found) return row.error();
    if (!row || !ref.starts_with(account.name + ":")) return command.without();
    LJK_TRY(conversation, core.store->conversation(store::key_of(ref)));
    if (!leaves(conversation.state, *row)) return command.without();
    LJK_TRY(written, command.written(conversation, *row));
    return core.lane->run(
        [&](store::Tx& tx) { return command.fetch(tx, conversation, row->oseq, written); });
}

}  // namespace lampjack::engine
