#pragma once
// The adapter for Chatlayer's app integrations. https://developers.sinch.com/docs/chatlayer/messaging

#include "platforms/adapter.h"

namespace lampjack::platforms::chatlayer_app {

inline constexpr std::string_view kName = "chatlayer_app";
extern const Adapter kAdapter;

}  // namespace lampjack::platforms::chatlayer_app
