#include "store/sqlite/writers.h"

#include "store/contract/store_contract.h"

#include <map>

#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

namespace lampjack::store::testing {

Acknowledgements::Acknowledgements() {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return;
    read_end_ = ends[0];
    write_end_ = ends[1];
    ::fcntl(read_end_, F_SETFL, O_NONBLOCK);
}

Acknowledgements::~Acknowledgements() {
    ::close(read_end_);
    ::close(write_end_);
}

void Acknowledgements::say(Change change) const {
    if (::write(write_end_, &change, sizeof change) != sizeof change) ::_exit(9);
}

void Acknowledgements::collect(std::vector<Change>& all, std::size_t count) const {
    for (;;) {
        Change change;
        while (::read(read_end_, &change, sizeof change) == sizeof change) all.push_back(change);
        if (all.size() >= count) return;
        pollfd end{read_end_, POLLIN, 0};
        if (::poll(&end, 1, 60'000) <= 0) {
            ADD_FAILURE() << "the writers stand still";
            return;
        }
    }
}

Result<void> commit_change(Store& store, Change change,
                           const std::function<void()>& before_commit) {
    const std::string ref = change.ref();
    LJK_TRY(tx, store.begin());
    ConversationRow row;
    LJK_TRY(existed, tx->lock(key_of(ref), row));
    if (!existed) {
        row.key = key_of(ref);
        row.ref = ref;
        row.account = "shop";
        row.state.epoch = 1;
    }
    ItemRow item;
    item.seq = row.next_seq++;
    item.kind = "message";
    item.body = change.name();
    const Keys keys{item_key(change.name())};
    LJK_CHECK(tx->append(row.key, item, keys));
    OutboxRow out;
    out.oseq = row.next_out++;
    out.id = ref + change.name();
    LJK_CHECK(tx->enqueue(row.key, out));
    LJK_CHECK(tx->put(row));
    if (before_commit) before_commit();
    return tx->commit();
}

std::ostream& operator<<(std::ostream& out, const Damage& damage) {
    return out << damage.lost << " lost, " << damage.twice << " twice, " << damage.gaps
               << " gaps, integrity " << damage.integrity;
}

namespace {

std::string integrity_of(const std::string& path) {
    sqlite3* handle = nullptr;
    std::string text = "cannot be checked";
    const auto keep = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
        return 0;
    };
    if (sqlite3_open(path.c_str(), &handle) == SQLITE_OK)
        sqlite3_exec(handle, "PRAGMA integrity_check(1)", keep, &text, nullptr);
    sqlite3_close(handle);
    return text;
}

}  // namespace

Damage inspect(const std::string& path, const std::vector<Change>& acknowledged) {
    Damage damage;
    damage.integrity = integrity_of(path);
    const auto opened = open("sqlite:" + path);
    if (!opened) {
        damage.lost = acknowledged.size();
        damage.integrity = opened.error().message;
        return damage;
    }
    std::map<std::string, std::size_t> stored;
    for (std::uint32_t number = 0; number < 5; ++number) {
        const auto key = key_of(Change{0, number}.ref());
        const auto items = (*opened)->items(key, 0, 10'000'000);
        if (!items) continue;
        std::uint64_t expected = 1;
        for (const ItemRow& item : *items) {
            if (item.seq != expected++) ++damage.gaps;
            ++stored[item.body];
        }
        const auto rows = (*opened)->deliveries(key);
        if (!rows || rows->size() != items->size()) ++damage.gaps;
    }
    for (const auto& [name, count] : stored) damage.twice += count - 1;
    for (const Change& change : acknowledged) damage.lost += stored.count(change.name()) == 0;
    return damage;
}

}  // namespace lampjack::store::testing
