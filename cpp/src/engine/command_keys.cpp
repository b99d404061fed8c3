#include "engine/command_keys.h"

#include "base/digest.h"

#include <algorithm>
#include <span>

namespace lampjack::engine {

using conversation::CommandKind;
using model::ItemKey;

namespace {

ItemKey first_half(const Digest& digest) {
    ItemKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

/// The place of a command under its key: its name counts, as in the releases before.
ItemKey place_of(std::string_view ref, CommandKind kind, std::string_view key) {
    return first_half(
        FieldHash().add("command").add(ref).add(conversation::name_of(kind)).add(key).finish());
}

/// The place of a key, whatever the command: the releases before know nothing of it.
ItemKey place_of(std::string_view ref, std::string_view key) {
    return first_half(FieldHash().add("key").add(ref).add(key).finish());
}

/// Neither epoch nor times: the same command may be given again under a later one.
ItemKey hash_of(CommandKind kind, const CommandRequest& request, const CommandWords& words) {
    FieldHash hash;
    hash.add("asks").add(conversation::name_of(kind)).add(request.agent);
    hash.add(request.target_kind).add(request.target);
    hash.add(static_cast<std::uint64_t>(request.number));
    if (!request.content.empty()) hash.add(words.canonical());
    return first_half(hash.finish());
}

}  // namespace

CommandKey CommandKey::of(const Core& core, CommandKind kind, std::string_view ref,
                          const CommandRequest& request, const CommandWords& words) {
    CommandKey key;
    key.given_ = !request.key.empty();
    if (key.given_) {
        key.text_ = std::string(request.key);
        key.handler_ = std::string(request.handler);
        key.asked_ = hash_of(kind, request, words);
    } else if (!core.store->groups_commits()) {
        key.text_ = "once-" + core.new_id();
    }
    if (key.text_.empty()) return key;
    key.places_[0] = place_of(ref, kind, key.text_);
    if (key.given_) key.places_[1] = place_of(ref, key.text_);
    return key;
}

// A key stands for one command of its conversation, whatever that command's name. What a release before stored stands under
// the command's name only and has no hash: it never conflicts.
Result<std::optional<CommandKey::Earlier>>
CommandKey::find(store::Tx& tx, const store::ConversationKey& conversation) const {
    std::optional<Earlier> found;
    if (text_.empty()) return found;
    LJK_TRY(seqs, tx.known(conversation, std::span(places_).first(given_ ? 2 : 1)));
    if (given_ && seqs[1] != 0) {
        LJK_TRY(known, tx.known_command(conversation, places_[1]));
        const bool differs = known && known->content && *known->content != asked_;
        return std::optional(Earlier{seqs[1], differs});
    }
    if (seqs[0] != 0) found = Earlier{seqs[0], false};
    return found;
}

Result<void> CommandKey::remember(store::Tx& tx, const store::ConversationKey& conversation,
                                  std::uint64_t seq) const {
    if (text_.empty()) return {};
    LJK_CHECK(tx.remember_command(conversation, places_[0], seq, asked_));
    if (!given_) return {};
    return tx.remember_command(conversation, places_[1], seq, asked_);
}

}  // namespace lampjack::engine
