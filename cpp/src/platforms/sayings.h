#pragma once
// What events say: each place of the canonical form with its value, to be held against what a body says.

#include "model/batch.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::platforms {

/// The raw values by place: "actor.phone", "options.#0.payload", where "#0" is an index in a list.
using Sayings = std::map<std::string, std::string>;

struct Said {
    Sayings event;  ///< but for the content
    std::vector<Sayings> parts;
};

/// What one event of a batch says; `index` is into `batch.events`.
Said said_by(const model::Batch& batch, std::uint32_t index);
/// What the batch's events say one after the other: of the first one everything, of the others the parts.
Said said_by(const model::Batch& batch);

/// The place as a loss names it: without indices, and of a free-form object only the object.
std::string place_name(std::string_view place);
/// Whether the place is inside an object whose members are the vendor's or the caller's own.
bool is_free_form(std::string_view place) noexcept;

}  // namespace lampjack::platforms
