#include "engine/command_keys.h"

#include "base/digest.h"
#include "model/canonical.h"
#include "json/writer.h"

#include <algorithm>
#include <array>

namespace lampjack::engine {

using conversation::CommandKind;
using conversation::kCommandCount;
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

// A key stands for one command of its conversation, whatever that command's name. What a release before stored has no hash:
// then only the same name is the same command.
Result<std::optional<CommandKey::Earlier>>
CommandKey::find(store::Tx& tx, const store::ConversationRow& row) const {
    std::optional<Earlier> found;
    if (text_.empty()) return found;
    std::array<ItemKey, kCommandCount> places;
    std::size_t count = 0;
    places[count++] = place_of(row.ref, kind_, text_);
    for (std::size_t i = 0; given_ && i < kCommandCount; ++i)
        if (const auto other = static_cast<CommandKind>(i); other != kind_)
            places[count++] = place_of(row.ref, other, text_);
    LJK_TRY(seqs, tx.known(row.key, std::span(places).first(count)));
    for (std::size_t i = 0; i < count; ++i) {
        if (seqs[i] == 0) continue;
        LJK_TRY(known, tx.known_command(row.key, places[i]));
        const bool hashed = known && known->content;
        if (hashed) return std::optional(Earlier{seqs[i], *known->content != asked_});
        if (i == 0) return std::optional(Earlier{seqs[i], false});
    }
    return found;
}

Result<void> CommandKey::remember(store::Tx& tx, const store::ConversationRow& row,
                                  std::uint64_t seq) const {
    if (text_.empty()) return {};
    return tx.remember_command(row.key, place_of(row.ref, kind_, text_), seq, asked_);
}

}  // namespace lampjack::engine
