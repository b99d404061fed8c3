#include "store/contract/player.h"

#include <algorithm>

namespace lampjack::store::testing {
namespace {

std::string text(std::uint64_t number) { return std::to_string(number); }

template <class T, class Place>
void sort_by(std::vector<T>& list, Place place) {
    std::sort(list.begin(), list.end(),
              [&](const T& a, const T& b) { return place(a) < place(b); });
}

}  // namespace

void Player::play(int steps) {
    for (const char* name : {"desk", "bot"}) {
        SubscriptionFilter filter;
        if (std::string_view(name) == "bot") filter.to = To::bot;
        note("subscribe", store_.subscribe(name, filter));
    }
    for (int i = 0; i < steps; ++i) step();
    look();
}

void Player::step() {
    now_ += static_cast<Millis>(random_.below(400));
    switch (random_.below(17)) {
        case 0: return fence();
        case 1: return put_back();
        case 2: return random_.below(4) == 0 ? erase() : look();
        case 3: return random_.below(3) == 0 ? prune() : look();
        case 4: return settle_dead();
        case 5:
        case 6: return lease();
        case 7:
        case 8: return finish_lease();
        case 9:
        case 10: return lease_items();
        case 11:
        case 12: return finish_item();
        case 13: return readdress();
        default: return change();
    }
}

void Player::edit_once(Edit& edit) {
    for (std::uint64_t left = random_.below(4); left > 0; --left) {
        const Keys keys{item_key(text(random_.below(30))), item_key(text(100 + random_.below(30)))};
        const auto known = must(edit.tx().known(edit.row().key, keys));
        note("known " + text(known[0]) + " " + text(known[1]));
        if (known[0] == 0)
            edit.say(random_.coin() ? "message" : "typing", keys,
                     random_.coin() ? To::bot : To::desk);
        else
            must(edit.tx().alias(edit.row().key, keys[1], known[0]));
    }
    for (std::uint64_t left = random_.below(3); left > 0; --left)
        edit.send(random_.coin() ? Action::reply : Action::mute, random_.coin(),
                  text(random_.below(20)));
    const auto request = item_key(text(random_.below(10)));
    if (random_.coin()) {
        edit.row().state = random_.conversation();
        edit.row().state.epoch = 1 + random_.below(9);
        for (auto& timer : edit.row().state.timers)
            if (timer) timer->due = now_ + static_cast<Millis>(random_.below(5000));
        edit.row().echo = random_.echo();
        edit.row().user = random_.text();
    }
    edit.put();
    model::Answer answer;
    answer.body = text(random_.below(9));
    must(edit.tx().put_answer(edit.row().key, request, answer));
    note("answer " + must(edit.tx().answer_of(edit.row().key, request)).body);
    const auto command = item_key("command " + text(random_.below(10)));
    const auto known = must(edit.tx().known_command(edit.row().key, command));
    note("known command " + (known ? text(known->seq) : "none"));
    must(edit.tx().remember_command(edit.row().key, command, edit.row().next_seq - 1, request));
    note("of item " + text(must(edit.tx().deliveries_of(edit.row().key, random_.below(9))).size()));
    note("command " + must(edit.tx().find_command(edit.row().key, text(random_.below(20)))).id);
    note("newest " + text(must(edit.tx().newest(edit.row().key, 3)).size()));
    for (const MergeRow& row : must(edit.tx().newest_merge(edit.row().key, 3))) {
        note("compared " + text(row.seq) + " " + (row.merge ? text(row.merge->content) : "none"));
        if (!row.merge) must(edit.tx().put_merge(edit.row().key, row.seq, {.content = row.seq}));
    }
}

void Player::change() {
    Edit edit(store_, some_ref(), now_);
    edit_once(edit);
    if (random_.coin()) {
        must(edit.tx().savepoint());
        edit.open(some_ref());
        edit_once(edit);
        if (random_.coin()) {
            must(edit.tx().rollback_to_savepoint());
            note("back");
        }
    }
    if (random_.below(4) == 0) return note("undone");
    edit.commit();
    note("committed");
}

void Player::fence() {
    Edit edit(store_, some_ref(), now_);
    for (const OutboxRow& row : must(edit.tx().fence(edit.row().key, random_.below(10))))
        note("fenced " + line(row));
    edit.finish();
}

void Player::put_back() {
    const std::string ref = some_ref();
    Edit edit(store_, ref, now_);
    const Result<OutboxRow> row = edit.tx().delivery(edit.row().key, 1 + random_.below(20));
    note("delivery", row);
    if (!row) return;
    OutboxRow changed = *row;
    changed.status = random_.coin() ? DeliveryStatus::pending : DeliveryStatus::refused;
    changed.ready_at = now_ + static_cast<Millis>(random_.below(500));
    note("put back", edit.tx().record(edit.row().key, changed, 0));
    edit.finish();
}

void Player::erase() {
    Edit edit(store_, some_ref(), now_);
    note("erase", edit.tx().erase(edit.row().key));
    edit.commit();
}

/// Some item of the desk's becomes the bot's: what the bot's subscription gains comes before what it still has.
void Player::readdress() {
    Edit edit(store_, some_ref(), now_);
    const std::uint64_t seq = 1 + random_.below(9);
    const auto to = random_.coin() ? To::bot : To::desk;
    const auto items = must(edit.tx().newest(edit.row().key, 100));
    const bool is_desks = std::any_of(items.begin(), items.end(), [seq](const ItemRow& item) {
        return item.seq == seq && item.to == To::desk && item.flags == "late echo";
    });
    if (is_desks || items.empty())
        note("readdress", edit.tx().readdress(edit.row().key, seq, to,
                                              random_.coin() ? "rerouted" : "late bot_too"));
    if (random_.below(4) != 0) edit.finish();
}

void Player::lease() {
    const std::vector<std::string> accounts{"shop", "bank"};
    auto leased = must(store_.lease_deliveries(accounts, random_.coin(), now_, now_ + 800, 100));
    sort_by(leased, [](const LeasedDelivery& one) { return one.conversation.ref; });
    for (LeasedDelivery& one : leased) {
        note("leased " + line(one.conversation) + " " + line(one.row));
        leases_.push_back(std::move(one));
    }
}

void Player::finish_lease() {
    if (leases_.empty()) return;
    const LeasedDelivery one = leases_[random_.below(leases_.size())];
    if (random_.below(5) == 0)
        return note("release", store_.release_delivery(one.conversation.key, one.token));
    Edit edit(store_, one.conversation.ref, now_);
    OutboxRow row = one.row;
    row.status = static_cast<DeliveryStatus>(random_.below(5));
    row.ready_at = now_ + static_cast<Millis>(random_.below(2000));
    ++row.attempts;
    note("record", edit.tx().record(edit.row().key, row, one.token));
    if (random_.below(5) != 0) edit.finish();
}

void Player::lease_items() {
    const std::string name = subscription();
    auto leased = must(store_.lease_items(name, now_, now_ + 800, 100));
    sort_by(leased, [](const LeasedItem& one) { return one.ref; });
    for (LeasedItem& one : leased) {
        note(name + " leased " + one.ref + " " + one.account + " " + text(one.attempt) + " " +
             line(one.item));
        items_.emplace_back(name, std::move(one));
    }
}

void Player::finish_item() {
    if (items_.empty()) return;
    const auto& [name, item] = items_[random_.below(items_.size())];
    const auto outcome = static_cast<ItemOutcome>(random_.below(3));
    const Millis at = now_ + static_cast<Millis>(random_.below(600));
    note("finish", store_.finish_item(name, item, outcome, at, random_.text()));
}

void Player::settle_dead() {
    const std::string name = subscription();
    auto dead = must(store_.dead_items(name, 100));
    sort_by(dead, [](const DeadItem& one) { return std::pair(one.item.ref, one.item.item.seq); });
    for (const DeadItem& one : dead)
        note("dead " + one.item.ref + " " + line(one.item.item) + " " + text(one.item.attempt) +
             one.reason + text(static_cast<std::uint64_t>(one.died)));
    if (dead.empty()) return;
    const DeadItem& one = dead[random_.below(dead.size())];
    note("settle",
         store_.settle_dead_item(name, one.item.ref, one.item.item.seq, random_.below(4) != 0));
}

void Player::prune() {
    const Millis before = now_ - static_cast<Millis>(random_.below(5000));
    note("pruned " + text(must(store_.prune(before, before, 100'000))));
}

void Player::look() {
    auto rows = must(store_.conversations("", 100));
    sort_by(rows, [](const ConversationRow& row) { return row.ref; });
    for (const ConversationRow& row : rows) {
        note(line(row));
        for (const std::string& one : lines(must(store_.items(row.key, random_.below(5), 100))))
            note(one);
        for (const std::string& one : lines(must(store_.deliveries(row.key)))) note(one);
    }
    for (const Delivery& one :
         must(store_.deliveries_by(static_cast<DeliveryStatus>(random_.below(5)), 100)))
        note("by " + one.ref + " " + one.account + " " + line(one.row));
    note("pending " + text(must(store_.pending_count(account()))));
    for (const DueTimer& timer : must(store_.due_timers(now_, 1000)))
        note("due " + timer.ref + " " + text(static_cast<std::uint64_t>(timer.timer.due)));
    note("next timer " + std::to_string(must(store_.next_timer_at())));
    for (const bool sinks : {false, true})
        note("next delivery " + std::to_string(must(store_.next_delivery_at(sinks))));
}

void use_all(Store& store, int steps) {
    Player player(store, 5);
    player.play(steps);
    must(store.beat({7, "host:7", {"shop"}, {{"desk", {}}}, 0, 1}));
    const std::vector<std::string> shop{"shop"};
    must(store.lease_items("desk", 100, 1'000'000, 1, {7, shop}));
    must(store.lease_items("desk", 90'000'000, 99'000'000, 1, {7, shop}));
    must(store.reclaim(90'000'000, 1));
    must(store.give_back("desk", must(store.lease_items("desk", 90'000'000, 99'000'000, 1))));
    must(store.due_heads("shop", 90'000'000, 1));
    must(store.pending_count("shop"));
    const ConversationKey key = key_of("shop:live:u1");
    must(store.extend_delivery(key, 1, 90'000'000, 7));
    must(store.subscriptions(1));
    must(store.subscriptions(1, shop));
    must(store.accounts());
    must(store.conversations("", 9, shop));
    must(store.conversations("agent", 9, shop));
    must(store.deliveries_by(DeliveryStatus::pending, 9, shop));
    must(store.deliveries_by(DeliveryStatus::dead, 9, shop));
    must(store.dead_items("desk", 9, shop));
    must(store.due_timers(90'000'000, 9, shop));
    must(store.known_subscriptions());
    must(store.standings(key, 1));
    must(store.drop_subscription("bot", 1));
}

}  // namespace lampjack::store::testing
