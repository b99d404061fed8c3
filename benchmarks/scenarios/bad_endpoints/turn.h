#pragma once
// One turn: a hub with its sender, and messages to the destinations that are measured and to their neighbours, at a
// steady pace.

#include "platforms.h"

#include <cstddef>
#include <string>

namespace bench {

struct Pace {
    int seconds = 20;
    int measured = 50;    ///< messages a second to the measured destinations
    int neighbours = 68;  ///< messages a second to all others: one to each
};

struct Latencies {
    std::size_t count = 0, unanswered = 0, requests = 0;
    std::size_t failed = 0;  ///< of those to platforms that are well: the machine was too slow
    double p50 = 0, p99 = 0, worst = 0;  ///< milliseconds from the command to the platform's answer
    double overtime = 0;                 ///< seconds by which a request passed its deadline
    int trapped = 0;                     ///< connections to where redirects lead
};

/// `store` is the hub's, new.
Latencies take_turn(Neighbours neighbours, const Pace& pace, const std::string& store);

}  // namespace bench
