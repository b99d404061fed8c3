#include "model/identity.h"

#include "base/digest.h"
#include "base/text_hash.h"
#include "model/canonical.h"

#include <algorithm>
#include <map>

namespace lampjack::model {
namespace {

ItemKey first_half(const Digest& digest) noexcept {
    ItemKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

struct Context {
    const Batch& batch;
    std::string_view account;
    std::string content;  // of the event whose key was made last
};

std::string ref_of(const Context& context, const Event& event) {
    if (event.conversation == kNone) return make_ref(context.account, Mode::live, {});
    const ConversationId& conversation = context.batch.conversations[event.conversation];
    const std::string_view own = context.batch.view(conversation.account);
    return make_ref(context.account.empty() ? own : context.account, conversation.mode,
                    context.batch.view(conversation.id));
}

ItemKey vendor_key(const Context& context, const Event& event, std::string_view ref) {
    FieldHash hash;
    hash.add("vendor").add(ref).add(context.batch.view(event.vendor_id));
    for (const Part& part : context.batch.parts_of(event))
        if (part.type == PartType::file && part.state) hash.add(context.batch.view(part.state));
    return first_half(hash.finish());
}

ItemKey content_key(Context& context, const Event& event, std::string_view ref) {
    context.content.clear();
    write_normalised_content(context.batch, event, context.content);
    FieldHash hash;
    hash.add("content")
        .add(ref)
        .add(word(event.role))
        .add(static_cast<std::uint64_t>(event.sent_at));
    return first_half(hash.add(word(event.kind)).add(context.content).finish());
}

ItemKey with_ordinal(const ItemKey& key, std::uint64_t ordinal) {
    FieldHash hash;
    hash.add(std::string_view(reinterpret_cast<const char*>(key.data()), key.size())).add(ordinal);
    return first_half(hash.finish());
}

class Identifier {
public:
    Identifier(const Batch& batch, std::string_view account)
        : context_{batch, account, {}},
          out_(batch.events.size()) {}

    std::vector<Identity> run() {
        Counts counts;
        for (const std::uint32_t root : context_.batch.roots) {
            add(root, counts);
            const Range transcript = context_.batch.events[root].transcript;
            Counts inner;
            for (std::uint32_t i = 0; i < transcript.count; ++i) add(transcript.first + i, inner);
        }
        return std::move(out_);
    }

private:
    using Counts = std::map<ItemKey, std::uint64_t>;

    void add(std::uint32_t index, Counts& counts) {
        const Event& event = context_.batch.events[index];
        const std::string ref = ref_of(context_, event);
        const ItemKey content = content_key(context_, event, ref);
        Identity& identity = out_[index];
        const std::uint64_t ordinal = counts[content]++;
        identity.fingerprint = with_ordinal(content, ordinal);
        identity.content = text_hash(context_.content);
        identity.is_repeated = ordinal != 0;
        identity.by_vendor_id = event.vendor_id.present();
        identity.has_time = event.sent_at != kNoTime;
        identity.is_surplus = event.warns(Warning::too_many_items);
        identity.id =
            identity.by_vendor_id ? vendor_key(context_, event, ref) : identity.fingerprint;
    }

    Context context_;
    std::vector<Identity> out_;
};

}  // namespace

std::string make_ref(std::string_view account, Mode mode, std::string_view id) {
    std::string ref;
    ref.reserve(account.size() + id.size() + 6);
    ref.append(account).append(":").append(word(mode)).append(":").append(id);
    return ref;
}

bool split_ref(std::string_view ref, RefParts& out) noexcept {
    const auto first = ref.find(':');
    if (first == std::string_view::npos || first == 0) return false;
    const auto second = ref.find(':', first + 1);
    if (second == std::string_view::npos || second + 1 == ref.size()) return false;
    const auto mode = from_word<Mode>(ref.substr(first + 1, second - first - 1));
    if (!mode) return false;
    out = {ref.substr(0, first), *mode, ref.substr(second + 1)};
    return true;
}

std::vector<Identity> identify(const Batch& batch, std::string_view account) {
    return Identifier(batch, account).run();
}

}  // namespace lampjack::model
