#include "engine/command_keys.h"

#include "base/digest.h"
#include "model/canonical.h"
#include "json/writer.h"

#include <algorithm>
#include <array>

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

/// Content that cannot be read is refused later, if the command is not an earlier one.
std::string canonical(std::string_view content, CommandKind kind) {
    const auto role = kind == CommandKind::say ? model::Role::user : model::Role::agent;
    const auto batch = model::read_content(content, role);
    if (!batch) return std::string(content);
    std::string text;
    json::Writer out(text);
    model::write_content(**batch, (*batch)->root(0), out);
    return text;
}

/// Neither epoch nor times: the same command may be given again under a later one.
ItemKey hash_of(CommandKind kind, const CommandRequest& request) {
    FieldHash hash;
    hash.add("asks").add(conversation::name_of(kind)).add(request.agent);
    hash.add(request.target_kind).add(request.target);
    hash.add(static_cast<std::uint64_t>(request.number));
    if (!request.content.empty()) hash.add(canonical(request.content, kind));
    return first_half(hash.finish());
}

}  // namespace

CommandKey CommandKey::of(const Core& core, CommandKind kind, const CommandRequest& request) {
    CommandKey key;
    key.kind_ = kind;
    key.given_ = !request.key.empty();
    if (key.given_) {
        key.text_ = std::string(request.key);
        key.handler_ = std::string(request.handler);
        key.asked_ = hash_of(kind, request);
    } else if (!core.store->groups_commits()) {
        key.text_ = "once-" + core.new_id();
    }
    return key;
}

// A key stands for one command of its conversation, whatever that command's name. What a release before stored stands under
// the command's name only and has no hash: it never conflicts.
Result<std::optional<CommandKey::Earlier>>
CommandKey::find(store::Tx& tx, const store::ConversationRow& row) const {
    std::optional<Earlier> found;
    if (text_.empty()) return found;
    const std::array<ItemKey, 2> places{place_of(row.ref, kind_, text_), place_of(row.ref, text_)};
    LJK_TRY(seqs, tx.known(row.key, std::span(places).first(given_ ? 2 : 1)));
    if (given_ && seqs[1] != 0) {
        LJK_TRY(known, tx.known_command(row.key, places[1]));
        const bool differs = known && known->content && *known->content != asked_;
        return std::optional(Earlier{seqs[1], differs});
    }
    if (seqs[0] != 0) found = Earlier{seqs[0], false};
    return found;
}

Result<void> CommandKey::remember(store::Tx& tx, const store::ConversationRow& row,
                                  std::uint64_t seq) const {
    if (text_.empty()) return {};
    LJK_CHECK(tx.remember_command(row.key, place_of(row.ref, kind_, text_), seq, asked_));
    if (!given_) return {};
    return tx.remember_command(row.key, place_of(row.ref, text_), seq, asked_);
}

}  // namespace lampjack::engine
