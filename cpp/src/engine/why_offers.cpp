#include "engine/why_offers.h"

#include "base/timestamp.h"
#include "store/subscription_filter.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using store::ItemRow;
using store::Standing;
using store::SubscriptionFilter;

constexpr std::size_t kPage = 200;

/// The first item from `next` on that the subscription wants; 0 when there is none.
Result<std::uint64_t> first_wanted(Core& core, const store::ConversationRow& row,
                                   const Standing& standing) {
    if (standing.next == 0) return std::uint64_t{0};
    for (std::uint64_t after = standing.next - 1;;) {
        LJK_TRY(items, core.store->items(row.key, after, kPage));
        for (const ItemRow& item : items)
            if (wants(standing.filter, row.account, item.kind, item.to, item.flags))
                return item.seq;
        if (items.size() < kPage) return std::uint64_t{0};
        after = items.back().seq;
    }
}

bool is_served(std::span<const store::Holder> holders, std::string_view subscription,
               std::string_view account, Millis now) {
    return std::ranges::any_of(holders, [&](const store::Holder& holder) {
        return holder.until > now && store::holder_of({&holder, 1}, subscription, now) != nullptr &&
               std::ranges::find(holder.accounts, account) != holder.accounts.end();
    });
}

const char* why_not_wanted(const SubscriptionFilter& filter, std::string_view account,
                           const ItemRow& item) {
    const auto has = [](const std::vector<std::string>& wanted, std::string_view one) {
        return wanted.empty() || std::ranges::find(wanted, one) != wanted.end();
    };
    if (!has(filter.kinds, item.kind)) return "it asks for other kinds";
    if (!has(filter.accounts, account)) return "it asks for other accounts";
    return "it asks for another recipient";
}

/// What stands in an offer besides the subscription.
struct Offer {
    std::string_view status;
    std::string reason = {};
    std::uint32_t attempts = 0;
    Millis next_at = 0;
};

Offer waits(const Offering& offering, const ItemRow& item) {
    const Standing& standing = offering.standing;
    const std::string absent = offering.has_process
                                   ? std::string()
                                   : "no live process has the subscription and the account";
    if (item.seq != offering.head)
        return {"waiting", "behind line " + std::to_string(offering.head)};
    if (standing.is_leased) return {"running", {}, standing.attempts, standing.ready_at};
    if (standing.attempts != 0) return {"retrying", absent, standing.attempts, standing.ready_at};
    return {"waiting", absent};
}

Offer offer_of(const Offering& offering, std::string_view account, const ItemRow& item) {
    const Standing& standing = offering.standing;
    for (const Standing::Aside& aside : standing.aside) {
        if (aside.seq != item.seq) continue;
        if (aside.is_dead) return {"dead", aside.reason, aside.attempts};
        return {"retrying", "taken up again", aside.attempts, standing.ready_at};
    }
    if (!wants(standing.filter, account, item.kind, item.to, item.flags))
        return {"not_wanted", why_not_wanted(standing.filter, account, item)};
    if (standing.next == 0 || item.seq < standing.next) return {"handled"};
    return waits(offering, item);
}

}  // namespace

Result<std::vector<Offering>> offerings_of(Core& core, const store::ConversationRow& row,
                                           Millis now) {
    LJK_TRY(standings, core.store->standings(row.key, now));
    LJK_TRY(holders, core.store->holders());
    std::vector<Offering> all;
    for (Standing& standing : standings) {
        Offering& one = all.emplace_back();
        LJK_TRY(head, first_wanted(core, row, standing));
        one.head = head;
        one.has_process = is_served(holders, standing.subscription, row.account, now);
        one.standing = std::move(standing);
    }
    return all;
}

void write_offer(json::Writer& out, const Offering& offering, std::string_view account,
                 const ItemRow& item) {
    const Offer offer = offer_of(offering, account, item);
    out.begin_object().key("subscription").string(offering.standing.subscription);
    out.key("status").string(offer.status);
    if (offer.attempts != 0) out.key("attempts").integer(offer.attempts);
    if (offer.next_at != 0) out.key("next_at").string(format_time(offer.next_at).view());
    if (!offer.reason.empty()) out.key("reason").string(offer.reason);
    out.end_object();
}

}  // namespace lampjack::engine
