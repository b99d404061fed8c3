#pragma once
// What the host has decided about the handover requests of one reception. A translation may hold those of several users.

#include "platforms/adapter.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lampjack::engine {

struct Decisions {
    platforms::Decision missing;  ///< where nothing was decided: the platform's default
    std::map<std::string, platforms::Decision, std::less<>> made;  ///< by conversation

    const platforms::Decision& of(std::string_view ref) const {
        const auto found = made.find(ref);
        return found == made.end() ? missing : found->second;
    }
};

}  // namespace lampjack::engine
