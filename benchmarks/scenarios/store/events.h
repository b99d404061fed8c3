#pragma once
// What the contenders are given: distinct Chatlayer messages of many conversations, and a hub to give them to.

#include "engine/hub.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

/// Few enough that most events find their conversation there. As in plain_python.py.
inline constexpr std::uint64_t kConversations = 512;

/// A `messages` webhook with one text of its own. The same text as make_body in plain_python.py.
std::string make_body(std::uint64_t number);
/// A hub on the store of that URL, without threads of its own. Ends the program when it cannot be opened.
std::unique_ptr<lampjack::engine::Hub> open_hub(const std::string& store);
/// Whether the hub took the body and said so.
bool give(lampjack::engine::Hub& hub, std::string_view body);

/// Says why the figures cannot be had, and ends the program.
[[noreturn]] void give_up(const std::string& why);

}  // namespace bench
