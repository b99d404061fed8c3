#include "observer.h"

#include "../support/log_check.h"
#include "conversation/fence.h"

#include <algorithm>

namespace lampjack::simulation {
namespace {

using conversation::State;

constexpr std::size_t kPage = 500;

/// The value of the first member of that name in a canonical text.
std::string member(std::string_view json, std::string_view name) {
    const std::string before = "\"" + std::string(name) + "\":\"";
    const auto begin = json.find(before);
    if (begin == std::string_view::npos) return {};
    json.remove_prefix(begin + before.size());
    return std::string(json.substr(0, json.find('"')));
}

}  // namespace

void Observer::broken(const std::string& what) {
    if (violation_.empty()) violation_ = what;
}

void Observer::look(const std::string& ref) {
    Seen& seen = seen_[ref];
    look_at_items(ref, seen);
    look_at_state(ref, seen);
}

void Observer::look_at_items(const std::string& ref, Seen& seen) {
    const auto key = store::key_of(ref);
    for (;;) {
        const auto items = truth_.items(key, seen.last_seq, kPage);
        if (!items || items->empty()) return;
        for (const store::ItemRow& item : *items) check_item(ref, seen, item);
        if (items->size() < kPage) return;
    }
}

void Observer::check_item(const std::string& ref, Seen& seen, const store::ItemRow& item) {
    if (seen.is_anew && item.seq > seen.last_seq) seen.last_seq = seen.handled = item.seq - 1;
    seen.is_anew = false;
    if (item.seq != seen.last_seq + 1) broken("I3: a gap before item " + std::to_string(item.seq));
    seen.last_seq = item.seq;
    if (item.body.find("-made-up") != std::string::npos) broken("I11: a secret in an item");
    if (item.is_fact || item.kind != "message") return;
    const std::string text = member(item.body, "text");
    seen.lines.push_back(std::to_string(item.seq) + " " +
                         std::string(conversation::name_of(item.state)) + " " +
                         std::to_string(item.epoch) + " " + text);
    if (text.empty() || text.front() == 'r') return;
    if (text.front() == 'u') check_recipient(item);
    if (!seen.texts.emplace(text, item.seq).second) broken("I2: twice in the log: " + text);
    const std::string account = ref.substr(0, ref.find(':'));
    if (text.find("-" + account + "-") == std::string::npos)
        broken("I10: an item of another account: " + text);
}

/// I12, told without the engine's own table: nothing a user says is for nobody, except what comes late to a closed
/// conversation. What a transcript repeats was heard when it was said.
void Observer::check_recipient(const store::ItemRow& item) {
    using conversation::To;
    const auto flagged = [&](std::string_view word) {
        return (" " + item.flags + " ").find(" " + std::string(word) + " ") != std::string::npos;
    };
    if (flagged("transcript")) return;
    const bool human = item.state == State::requested || item.state == State::agent;
    const bool fits = item.state == State::closed ? item.to == To::nobody && flagged("late")
                      : item.state == State::bot  ? item.to == To::bot
                      : human                     ? item.to == To::desk
                                                  : item.to != To::nobody;
    const bool both = item.state == State::requested || !flagged("bot_too");
    if (!fits || !both)
        broken("I12: a user's words in " + std::string(conversation::name_of(item.state)) +
               " are for " + std::string(conversation::name_of(item.to)) + ", " + item.flags);
}

void Observer::look_at_state(const std::string& ref, Seen& seen) {
    const auto row = truth_.conversation(store::key_of(ref));
    if (!row && row.error().code == Code::not_found && seen.epoch != 0) forget(ref, seen);
    if (!row) return;
    const conversation::Conversation& now = row->state;
    if (now.epoch < std::max(seen.epoch, seen.least_epoch)) broken("I6: the epoch fell in " + ref);
    check_path(ref, seen, now);
    const auto owner = conversation::owner_of(now);
    seen.epoch = now.epoch;
    seen.state = now.state;
    seen.owner = owner;
    if (owner.kind != conversation::Owner::agent) return;
    const auto [at, fresh] = seen.agents.emplace(now.epoch, owner.agent);
    if (!fresh && at->second != owner.agent)
        broken("I6: two owners in epoch " + std::to_string(now.epoch) + " of " + ref);
}

/// It was erased: nothing of it may be left, and what comes later counts on.
void Observer::forget(const std::string& ref, Seen& seen) {
    ++erased_;
    const auto key = store::key_of(ref);
    const auto items = truth_.items(key, 0, 1);
    const auto rows = truth_.deliveries(key);
    if ((items && !items->empty()) || (rows && !rows->empty()))
        broken("something is left of " + ref + ", which was erased");
    std::erase_if(replies_, [&](const Accepted& reply) { return reply.ref == ref; });
    Seen fresh;
    fresh.last_seq = fresh.handled = seen.last_seq;
    fresh.last_oseq = seen.last_oseq;
    fresh.is_anew = true;  // its last facts were written and erased in one step
    fresh.least_epoch = seen.epoch;
    seen = std::move(fresh);
}

/// I8, told without the automaton's own table: each state has its kind of owner, and an owner changes with the epoch. Two
/// moves leave it, because nobody speaks before or after: a request that silences the bot, and the end of a return.
void Observer::check_path(const std::string& ref, const Seen& seen,
                          const conversation::Conversation& now) {
    using conversation::Owner;
    const auto owner = conversation::owner_of(now);
    const bool fits = now.state == State::bot ? owner.kind == Owner::bot
                      : now.state == State::agent
                          ? owner.kind == Owner::agent && !owner.agent.empty()
                          : owner.kind != Owner::agent && now.agent.empty();
    if (!fits) broken("I8: the owner of " + ref + " does not fit its state");
    if (seen.epoch == 0 || now.epoch != seen.epoch || owner == seen.owner) return;
    const bool asked = seen.owner.kind == Owner::bot && owner.kind == Owner::nobody &&
                       now.state == State::requested;
    const bool returned = seen.state == State::returning && now.state == State::bot;
    if (!asked && !returned)
        broken("I8: another owner of " + ref + " in the same epoch, from " +
               std::string(conversation::name_of(seen.state)) + " to " +
               std::string(conversation::name_of(now.state)));
}

void Observer::acknowledged(const std::string& ref, const std::vector<std::string>& texts) {
    const Seen& seen = seen_[ref];
    for (const std::string& text : texts)
        if (!seen.texts.contains(text)) broken("I1: acknowledged and not in the log: " + text);
}

void Observer::accepted(Accepted reply) {
    std::string ref;
    const auto row = truth_.delivery(reply.delivery, ref);
    if (!row || ref != reply.ref ||
        row->content.find("\"" + reply.text + "\"") == std::string::npos)
        broken("I4: an accepted reply has no row: " + reply.text);
    replies_.push_back(std::move(reply));
}

void Observer::leaves(const Network& network, const Network::Pending& call) {
    std::size_t under_way = 0;
    for (const auto id : network.pending()) {
        const Network::Pending& other = network.at(id);
        under_way += other.request.url == call.request.url && !other.is_overtaken ? 1U : 0U;
    }
    if (under_way > 1) broken("I5: two requests of one conversation are under way");
    std::string ref;
    const auto row = truth_.delivery(model::header(call.request.headers, "idempotency-key"), ref);
    if (!row) return broken("I5: a request left that no row asked for");
    Seen& seen = seen_[ref];
    const bool is_behind = row->oseq < seen.last_oseq ||
                           (row->oseq == seen.last_oseq && row->id != seen.last_delivery);
    if (is_behind && !again_.contains(row->id))
        broken("I5: row " + std::to_string(row->oseq) + " left after row " +
               std::to_string(seen.last_oseq) + " of " + ref);
    if (!is_behind) {
        seen.last_oseq = row->oseq;
        seen.last_delivery = row->id;
    }
    const auto conversation = truth_.conversation(store::key_of(ref));
    if (!conversation || !conversation::may_leave(conversation->state, row->action, row->epoch))
        broken("I7: a reply of an earlier owner left: " + Vendor::text_of(call.request));
}

void Observer::logged(std::string_view level, std::string_view line) {
    if (const std::string fault = support::fault_of_line(level, line); !fault.empty())
        broken("I11: a log line is " + fault + ": " + std::string(line));
    for (const std::string_view word : {"-made-up", "u-shop", "u-mall", "r-", "s-0", "s-1", "s-2"})
        if (line.find(word) != std::string_view::npos)
            broken("I11: the log says " + std::string(word));
}

void Observer::handed_out(const std::string& ref, std::uint64_t seq) {
    if (seq > seen_[ref].handled + 1)
        broken("a subscriber got item " + std::to_string(seq) + " of " + ref + " before item " +
               std::to_string(seen_[ref].handled + 1) + " was handled");
}

void Observer::handled(const std::string& ref, std::uint64_t seq) {
    Seen& seen = seen_[ref];
    seen.handled = std::max(seen.handled, seq);
}

std::size_t Observer::muting(const std::vector<const Vendor*>& vendors) {
    using conversation::Muted;
    std::size_t muted = 0;
    for (const Vendor* vendor : vendors)
        for (const std::string& session : vendor->sessions()) {
            const auto row = truth_.conversation(store::key_of(vendor->ref(session)));
            const Muted says = row ? row->state.muted : Muted::no;
            const bool is_paused = vendor->is_paused(session);
            muted += is_paused ? 1U : 0U;
            if (says != (is_paused ? Muted::yes : Muted::no))
                broken("I14: the bot of " + vendor->ref(session) + " is " +
                       (is_paused ? "muted" : "not muted") + ", and the store says " +
                       std::string(conversation::name_of(says)));
        }
    return muted;
}

void Observer::at_rest(const std::vector<const Vendor*>& vendors) {
    for (const auto& [ref, seen] : seen_) {
        const auto rows = truth_.deliveries(store::key_of(ref));
        const bool is_gone = seen.last_seq == 0 || seen.is_anew;
        if (!rows && is_gone) continue;  // nobody ever said anything there, or since it was erased
        if (!rows) return broken("the store cannot be read at rest");
        for (const store::OutboxRow& row : *rows)
            if (row.status == store::DeliveryStatus::pending)
                broken("I9: a row still waits at rest in " + ref);
            else if (row.status == store::DeliveryStatus::dead &&
                     row.last_error.starts_with("credentials"))
                broken("I13: a row died of refused credentials in " + ref);
        if (seen.handled != seen.last_seq) broken("a subscriber never got an item of " + ref);
        const auto row = truth_.conversation(store::key_of(ref));
        if (row && row->state.state != State::bot && row->state.state != State::closed)
            broken("it waits for ever: " + ref + " in " +
                   std::string(conversation::name_of(row->state.state)));
        if (row && row->state.muted != conversation::Muted::no)
            broken("the bot stays muted for ever: " + ref);
    }
    for (const Vendor* vendor : vendors)
        for (const std::string& session : vendor->sessions())
            if (vendor->is_paused(session) && seen_.contains(vendor->ref(session)))
                broken("the platform's bot is paused for ever: " + vendor->ref(session));
    for (const Accepted& reply : replies_) check_reply(reply, vendors);
}

void Observer::check_reply(const Accepted& reply, const std::vector<const Vendor*>& vendors) {
    std::string ref;
    const auto row = truth_.delivery(reply.delivery, ref);
    if (!row) return broken("I4: a reply's row is gone: " + reply.text);
    std::size_t arrived = 0;
    for (const Vendor* vendor : vendors)
        for (const std::string& session : vendor->sessions())
            for (const Effect& effect : vendor->effects(session)) {
                if (effect.text != reply.text) continue;
                ++arrived;
                if (vendor->ref(session) != reply.ref) broken("I10: a reply reached a stranger");
                if (effect.delivery != reply.delivery)
                    broken("I5: a repeat of " + reply.text + " has another id");
            }
    if (row->status == store::DeliveryStatus::sent && arrived == 0)
        broken("a reply counts as sent and never arrived: " + reply.text);
}

std::string Observer::event_log() const {
    std::string text;
    for (const auto& [ref, seen] : seen_) {
        text += ref + " " + std::to_string(seen.epoch) + "\n";
        for (const std::string& line : seen.lines) text += "  " + line + "\n";
    }
    return text;
}

}  // namespace lampjack::simulation
