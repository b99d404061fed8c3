#pragma once
// Some button payloads are JSON inside a string. They stay opaque and go back byte for byte; this only offers what a
// bounded look inside finds (the `nextDialogstateId` and `parameters` of Chatlayer's 2021 payloads).

#include "model/batch.h"

#include <string>
#include <string_view>

namespace lampjack::model {

struct Offer {
    std::string target;
    std::string parameters;  ///< raw JSON, empty when there are none
};

/// Never fails: a payload that is no such object offers nothing.
Offer offer_of(std::string_view payload);

/// Takes out targets and parameters that the payloads offer anyway. The canonical form names these as if the vendor had: what
/// is read back has the content that came only without them.
void drop_offered(Batch& batch);

}  // namespace lampjack::model
