#include "store/random_rows.h"

#include <limits>

namespace lampjack::store::testing {

using conversation::Conversation;
using conversation::EchoGuard;

std::uint64_t RandomRows::number() {
    switch (below(5)) {
        case 0: return 0;
        case 1: return below(200);
        case 2: return std::numeric_limits<std::uint64_t>::max();
        case 3: return std::numeric_limits<std::uint64_t>::max() / 2 + below(3);
        default: return random_.next() >> below(64);
    }
}

Millis RandomRows::time() { return static_cast<Millis>(number()); }

std::string RandomRows::text() {
    std::string text;
    for (std::uint64_t left = coin() ? below(4) : below(300); left > 0; --left)
        text += static_cast<char>(below(256));
    return text;
}

conversation::Target RandomRows::target() {
    return {.kind = word<conversation::Target::Kind>(3), .id = text()};
}

Conversation RandomRows::conversation() {
    using namespace conversation;
    Conversation state;
    state.state = word<State>(kStateCount);
    state.epoch = number();
    state.episode = number();
    state.muted = word<Muted>(3);
    state.sync = word<Sync>(3);
    state.agent = text();
    if (coin())
        state.draining = {word<CommandKind>(kCommandCount), number(), target(),
                          word<Reason>(kReasonCount)};
    if (coin()) state.offer = {target(), time()};
    state.ending = coin();
    state.end_reason = word<Reason>(kReasonCount);
    for (Millis& at : state.watermark) at = time();
    for (std::uint64_t left = below(4); left > 0; --left) state.failed.push_back(time());
    for (auto& timer : state.timers)
        if (coin()) timer = {time(), number(), number()};
    state.active_at = time();
    state.queue_noticed_at = time();
    state.queue_position = static_cast<std::int32_t>(number());
    state.talk_overs = static_cast<std::uint32_t>(number());
    state.return_alarms = static_cast<std::uint32_t>(number());
    state.warned = coin();
    state.doubted = coin();
    state.last_agent = text();
    state.version = number();
    return state;
}

EchoGuard RandomRows::echo() {
    EchoGuard echo(coin() ? EchoGuard::kDefaultWindow : time());
    for (std::uint64_t left = below(40); left > 0; --left) {
        const std::uint64_t hash = number();
        echo.sent(hash, time());
        if (coin()) echo.takes(hash, time());
    }
    return echo;
}

ConversationRow RandomRows::row() {
    ConversationRow row;
    row.bot = text();
    row.mode = word<model::Mode>(2);
    row.id = text();
    row.raw_id = text();
    row.user = text();
    row.state = conversation();
    row.echo = echo();
    return row;
}

model::Answer RandomRows::answer() {
    model::Answer answer;
    answer.status = static_cast<std::int32_t>(number());
    for (std::uint64_t left = below(4); left > 0; --left)
        answer.headers.emplace_back(text(), text());
    answer.body = text();
    return answer;
}

SubscriptionFilter RandomRows::filter() {
    SubscriptionFilter filter;
    for (std::uint64_t left = below(3); left > 0; --left) filter.kinds.push_back(text());
    for (std::uint64_t left = below(3); left > 0; --left) filter.accounts.push_back(text());
    if (coin()) filter.to = word<conversation::To>(3);
    return filter;
}

}  // namespace lampjack::store::testing
