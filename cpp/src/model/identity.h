#pragma once
// Identity: what makes two received items the same item (ARCHITECTURE.md, "Identity and duplicates").

#include "model/batch.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::model {

using ItemKey = std::array<unsigned char, 16>;

/// `account:mode:vendor id`, the one text form of a conversation.
std::string make_ref(std::string_view account, Mode mode, std::string_view id);

struct RefParts {
    std::string_view account;
    Mode mode = Mode::live;
    std::string_view id;
};
/// Splits at the first two colons; false when that gives no account, no known mode or no id.
bool split_ref(std::string_view ref, RefParts& out) noexcept;

/// The keys of one event. `fingerprint` holds for every shape of the same message: live or in a transcript.
struct Identity {
    ItemKey
        id{};  ///< event.id: by vendor id (and file state) when there is one, else the fingerprint
    ItemKey fingerprint{};      ///< by actor role, time, kind, normalised content and ordinal
    std::uint64_t content = 0;  ///< `text_hash` of the normalised content
    bool by_vendor_id = false;
    bool has_time = false;  ///< without a time the fingerprint proves nothing
    bool is_surplus =
        false;  ///< except for what surplus.h makes: its count and its first items are enough
    /// An earlier one of its request or transcript says the same: the fingerprints differ by their ordinal alone.
    bool is_repeated = false;
};

/// The identities of all events of a batch, by index into `batch.events`. The ordinal counts identical items within
/// the request's events and within each transcript.
std::vector<Identity> identify(const Batch& batch, std::string_view account);

}  // namespace lampjack::model
