#pragma once
// Observer: looks at the store itself after every step and says which invariant broke. It shares no code with the engine's
// own checks beyond the stored rows.

#include "network.h"
#include "vendor.h"

#include "store/store.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace lampjack::simulation {

/// A reply the engine accepted.
struct Accepted {
    std::string ref;
    std::string text;
    std::string delivery;
    std::uint64_t epoch = 0;
};

class Observer {
public:
    explicit Observer(store::Store& truth) : truth_(truth) {}

    /// Everything that was ever said about one conversation so far must hold; looks at what is new.
    void look(const std::string& ref);
    /// I1: acknowledged texts are in the log, once.
    void acknowledged(const std::string& ref, const std::vector<std::string>& texts);
    /// I4: an accepted reply is a row.
    void accepted(Accepted reply);
    /// I5, I7: a request leaves.
    void leaves(const Network& network, const Network::Pending& call);
    /// I11: nothing secret or personal is written for operators.
    void logged(std::string_view level, std::string_view line);
    /// An operator has that delivery sent again: it may leave after rows that came later.
    void sent_again(const std::string& delivery) { again_.insert(delivery); }
    /// Subscribers: an item comes when all before it in its conversation are handled, and none is left out.
    void handed_out(const std::string& ref, std::uint64_t seq);
    void handled(const std::string& ref, std::uint64_t seq);
    /// The simulation itself saw something that must not be.
    void found(const std::string& what) { broken(what); }
    /// I14: nothing is pending or in flight, and t_return and one retry have passed: what the store says of each bot is what
    /// the platform does. The number of bots that are muted.
    std::size_t muting(const std::vector<const Vendor*>& vendors);
    /// When nothing is left to do: I9, and what became of every reply.
    void at_rest(const std::vector<const Vendor*>& vendors);

    const std::string& violation() const noexcept { return violation_; }
    std::size_t erased() const noexcept { return erased_; }
    std::string event_log() const;

private:
    struct Seen {
        std::uint64_t last_seq = 0;
        bool is_anew = false;  ///< it was erased, and the next item may have any higher number
        std::uint64_t epoch = 0;
        std::uint64_t least_epoch = 0;                ///< of a conversation that was erased
        std::map<std::uint64_t, std::string> agents;  ///< by epoch
        std::map<std::string, std::uint64_t> texts;   ///< text to seq
        std::vector<std::string> lines;
        std::uint64_t handled = 0;  ///< all items up to here
        std::uint64_t last_oseq = 0;
        std::string last_delivery;
        conversation::State state = conversation::State::bot;
        conversation::OwnerRef owner{conversation::Owner::bot, {}};
    };

    void broken(const std::string& what);
    void look_at_items(const std::string& ref, Seen& seen);
    void look_at_state(const std::string& ref, Seen& seen);
    void forget(const std::string& ref, Seen& seen);
    void check_path(const std::string& ref, const Seen& seen,
                    const conversation::Conversation& now);
    void check_recipient(const store::ItemRow& item);
    void check_item(const std::string& ref, Seen& seen, const store::ItemRow& item);
    void check_reply(const Accepted& reply, const std::vector<const Vendor*>& vendors);

    store::Store& truth_;
    std::map<std::string, Seen> seen_;
    std::vector<Accepted> replies_;
    std::set<std::string> again_;  ///< deliveries that an operator sent again
    std::size_t erased_ = 0;
    std::string violation_;
};

}  // namespace lampjack::simulation
