#pragma once
// Speaker: the end user whose words the host brings in, as the host describes them.

#include "base/result.h"

#include <string>
#include <string_view>

namespace lampjack::engine {

/// Who says something, and where.
struct Speaker {
    std::string actor;  ///< canonical JSON
    std::string id;
    std::string conversation;  ///< the vendor's id of it

    bool has_plain_number() const noexcept;  ///< for the conversation's id
};

/// Reads a user, {"id":…,"first_name":…}, every member a text. `conversation` may be empty: it is the user's id then.
/// Code::argument, which names the member and quotes no value.
Result<Speaker> read_speaker(std::string_view user_json, std::string_view conversation);

}  // namespace lampjack::engine
