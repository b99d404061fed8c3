#pragma once
// Some button payloads are JSON inside a string. They stay opaque and go back byte for byte; this only offers what a
// bounded look inside finds (the `nextDialogstateId` and `parameters` of Chatlayer's 2021 payloads).

#include <string>
#include <string_view>

namespace lampjack::model {

struct Offer {
    std::string target;
    std::string parameters;  ///< raw JSON, empty when there are none
};

/// Never fails: a payload that is no such object offers nothing.
Offer offer_of(std::string_view payload);

}  // namespace lampjack::model
