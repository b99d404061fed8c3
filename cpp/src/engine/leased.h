#pragma once
// What a hub hands out: an item of a subscription, or a message for an end user. Both are leased until they are answered.

#include "engine/hold.h"
#include "engine/in_flight.h"
#include "store/rows.h"

#include <string>

namespace lampjack::engine {

class Item {
public:
    std::string subscription;
    std::string
        json;  ///< {"id","seq","epoch","episode","state","to","flags":[…],"ref","account","received_at","delivery"?,"attempt","event":{…}|"fact":{…}}
    store::LeasedItem lease;
    Hold hold;
};

/// A message for the end user that the host delivers itself (side channel).
class SinkDelivery {
public:
    std::string account;
    std::string
        json;  ///< {"id","ref","account","conversation":{…},"epoch","agent","attempt","event":{…}}
    store::LeasedDelivery lease;
    mutable InFlight::Guard shown;  ///< until its outcome is recorded: drain() waits for it
    Hold hold;
};

}  // namespace lampjack::engine
