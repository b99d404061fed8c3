#pragma once
// The payloads: the shapes of the vendors' own examples, minified, and a seeded mix of distinct ones.

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

enum class Form : std::uint8_t { chatlayer, certainly, claim, omnichannel, receive };

struct Payload {
    std::string name;
    Form form = Form::chatlayer;
    std::string body;
};

/// One of each kind.
std::vector<Payload> kinds();
/// `count` distinct payloads in the proportions of live traffic: mostly texts, some buttons, one offload in a hundred.
std::vector<Payload> mix(std::size_t count, std::uint64_t seed);
/// An offload whose transcript has that many messages.
Payload offload(std::size_t messages, std::uint64_t seed);

}  // namespace bench
