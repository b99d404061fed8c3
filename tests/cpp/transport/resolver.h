#pragma once
// Resolver: answers name look-ups of this process the way a test says, libcurl's included. Names it was not told about
// go to the system.

#include <string>
#include <vector>

namespace lampjack::support {

/// The n-th look-up of the name gives the n-th address, the last one for ever.
void resolve_to(const std::string& name, std::vector<std::string> addresses);
/// How often it was looked up.
int lookups_of(const std::string& name);

}  // namespace lampjack::support
