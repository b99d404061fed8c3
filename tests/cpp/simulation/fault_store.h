#pragma once
// FaultStore: one hub's way to the shared store. It fails when told to, also with the outcome of a commit unknown, and can
// switch off one of the protections that the simulation must notice.

#include "dice.h"

#include "store/store.h"

#include <functional>
#include <memory>
#include <string>

namespace lampjack::simulation {

/// A protection that is switched off. The names say what the store does wrong.
enum class Sabotage : std::uint8_t {
    none,
    forgets_keys,      ///< no item is ever known
    loses_items,       ///< an append now and then keeps nothing of the item but its number
    commits_too_late,  ///< a commit now and then says yes and undoes everything
    leases_twice,      ///< a lane is leased to everybody who asks
    reclaims_calls,    ///< a dead hub's calls count as over at once
    reads_stale,  ///< the state read before a send is the first one ever seen, and nothing is fenced
    leaves_gaps,           ///< a fact now and then is not kept
    loses_rows,            ///< a message now and then is not queued
    lowers_epochs,         ///< a conversation now and then comes back with an earlier epoch
    frees_silently,        ///< an agent now and then loses a conversation, and its epoch stays
    forgets_wakeups,       ///< a message now and then is never due
    mixes_accounts,        ///< an item now and then is another account's
    hides_words,           ///< an item now and then is for nobody
    keeps_words,           ///< what is taken back from the bot is not offered to the desk
    leaves_the_gate_open,  ///< nothing that waits for the bot is found when it is to be taken back
    tells_refs,            ///< its errors quote what they were about
    gives_up_refused,      ///< a row that is refused for credentials is given up
    loses_calls,           ///< a mute or a return now and then is not queued
    gives_up_calls,        ///< a mute or a return is tried once
    trusts_late_calls,     ///< a platform carries out a late command without asking for it again
    lends_twice,           ///< an item is handed out to everybody who asks
    forgets_renewals,      ///< the lease of an item is never extended
    never_reclaims,        ///< what a silent process leased waits for its lease to end
    hangs_for_ever,        ///< a handler may work on one item as long as it likes
    believes_the_late,     ///< what comes after the end of a lease counts
};

struct Faults {
    bool on = false;
    bool cut_off = false;  ///< nothing reaches the store
    Dice dice{0};
    std::size_t count = 0;
    std::function<void()>
        stand_still;  ///< the process is stopped, and goes on much later; may be empty
    std::string
        foreign;  ///< what the other account's users said last, for Sabotage::mixes_accounts
    bool strikes(std::size_t one_in) {
        if (!cut_off && (!on || !dice.one_in(one_in))) return false;
        ++count;
        return true;
    }
};

std::unique_ptr<store::Store> make_fault_store(std::shared_ptr<store::Store> truth,
                                               std::shared_ptr<Faults> faults, Sabotage sabotage);

}  // namespace lampjack::simulation
