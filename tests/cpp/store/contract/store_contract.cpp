#include "store/contract/store_contract.h"

#include "base/text.h"
#include "store/row_codec.h"

namespace lampjack::store::testing {

model::ItemKey item_key(std::string_view name) { return key_of(name); }

std::string ref_of(std::string_view id, std::string_view account) {
    return std::string(account) + ":live:" + std::string(id);
}

Edit::Edit(Store& store, const std::string& ref, Millis now) : now_(now) {
    tx_ = must(store.begin());
    open(ref);
}

void Edit::open(const std::string& ref) {
    existed_ = must(tx_->lock(key_of(ref), row_));
    if (existed_) return;
    row_.key = key_of(ref);
    row_.ref = ref;
    row_.account = ref.substr(0, ref.find(':'));
    row_.state.epoch = row_.retired_epoch + 1;
}

std::uint64_t Edit::say(std::string_view kind, const Keys& keys, To to, std::string_view flags) {
    ItemRow item;
    item.seq = row_.next_seq++;
    item.epoch = row_.state.epoch;
    item.episode = row_.state.episode;
    item.state = row_.state.state;
    item.to = to;
    item.flags = std::string(flags);
    item.kind = std::string(kind);
    item.body = "{\"n\":" + std::to_string(item.seq) + "}";
    item.is_fact = kind == "command";
    item.received = now_;
    item.delivery = item.is_fact ? "0123" : "";
    if (!item.is_fact && item.seq % 3 != 0) item.merge.emplace().content = item.seq;
    must(tx_->append(row_.key, item, keys));
    return item.seq;
}

OutboxRow Edit::send(Action action, bool to_sink, std::string key) {
    OutboxRow row;
    row.oseq = row_.next_out++;
    row.id = hex({reinterpret_cast<const char*>(row_.key.data()), row_.key.size()});
    row.id.replace(0, 8, std::to_string(10'000'000 + row.oseq));
    row.epoch = row_.state.epoch;
    row.action = action;
    row.to_sink = to_sink;
    row.agent = "ann";
    row.key = std::move(key);
    row.content = "{\"text\":\"hi\"}";
    row.created = now_;
    row.ready_at = now_;
    row.item_seq = row_.next_seq - 1;
    row.vendor_answer = "closed since 18:00";
    must(tx_->enqueue(row_.key, row));
    return row;
}

void Edit::put() {
    row_.touched = now_;
    must(tx_->put(row_));
}

void Edit::commit() { must(tx_->commit()); }

void Edit::finish() {
    put();
    commit();
}

void StoreContract::SetUp() {
    if (const auto why = GetParam().why_not ? GetParam().why_not() : ""; !why.empty())
        GTEST_SKIP() << why;
    place_ = GetParam().make_place();
    store_ = must(GetParam().open(url()));
    ASSERT_TRUE(store_);
}

bool StoreContract::reopen() {
    if (!is_durable()) return false;
    store_->close();
    store_.reset();
    store_ = must(GetParam().open(url()));
    return store_ != nullptr;
}

void StoreContract::say(const std::string& ref, std::string_view kind, Millis now, To to) {
    Edit edit(store(), ref, now);
    edit.say(kind, {}, to);
    edit.finish();
}

OutboxRow StoreContract::send(const std::string& ref, Millis now, bool to_sink) {
    Edit edit(store(), ref, now);
    OutboxRow row = edit.send(Action::reply, to_sink);
    edit.finish();
    return row;
}

std::vector<std::uint64_t> StoreContract::seqs(const std::string& ref) {
    std::vector<std::uint64_t> found;
    for (const ItemRow& item : must(store().items(key_of(ref), 0, 1000))) found.push_back(item.seq);
    return found;
}

std::vector<LeasedDelivery> StoreContract::lease(Millis now, std::size_t limit, bool sinks) {
    const std::vector<std::string> accounts{"shop", "bank"};
    return must(store().lease_deliveries(accounts, sinks, now, now + 1000, limit));
}

std::vector<LeasedItem> StoreContract::lease_items(Millis now, std::size_t limit,
                                                   std::string_view subscription) {
    return must(store().lease_items(subscription, now, now + 1000, limit));
}

void StoreContract::finish(const LeasedItem& item, ItemOutcome outcome, Millis at,
                           std::string_view subscription) {
    must(store().finish_item(subscription, item, outcome, at, "no reason"));
}

Result<void> StoreContract::record(const LeasedDelivery& lease, DeliveryStatus status,
                                   Millis ready_at) {
    Edit edit(store(), lease.conversation.ref, lease.conversation.touched);
    OutboxRow row = lease.row;
    row.status = status;
    row.ready_at = ready_at;
    ++row.attempts;
    LJK_CHECK(edit.tx().record(edit.row().key, row, lease.token));
    edit.put();
    return edit.tx().commit();
}

namespace {

template <class... Parts>
std::string join(const Parts&... parts) {
    std::string text;
    const auto add = [&text](const auto& part) {
        if (!text.empty()) text += '|';
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>)
            text += part;
        else
            text += std::to_string(part);
    };
    (add(parts), ...);
    return text;
}

template <class Enum>
int number(Enum value) {
    return static_cast<int>(value);
}

}  // namespace

std::string line(const ConversationRow& row) {
    return join(row.ref, row.account, row.next_seq, row.next_out, row.retired_epoch, row.touched,
                hex(encode(row)));
}

std::string line(const ItemRow& item) {
    return join(item.seq, item.epoch, item.episode, number(item.state), number(item.to), item.flags,
                item.kind, item.body, item.is_fact, item.received, item.delivery);
}

std::string line(const OutboxRow& row) {
    return join(row.oseq, row.id, row.epoch, number(row.action), row.to_sink, row.agent, row.key,
                row.content, name_of(row.status), row.attempts, row.last_code, row.last_error,
                row.created, row.ready_at, row.item_seq, row.vendor_answer);
}

}  // namespace lampjack::store::testing
