#pragma once
// What the tests of refused credentials share.

#include "sender_world.h"

#include <string>
#include <string_view>
#include <vector>

namespace lampjack::test {

inline constexpr Millis kSecond = 1'000, kMinute = 60'000, kHour = 3'600'000;

inline std::size_t count_of(const std::string& text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
}

/// The words of "why" of each stuck conversation.
inline std::string why(const SenderWorld& world) {
    std::string words;
    for (const auto& one : world.stuck())
        for (const auto& word : one.as_object().at("why").as_array())
            words.append(words.empty() ? "" : " ").append(word.as_string());
    return words;
}

/// What the platform got, in order: the text of each request, or its call.
inline std::vector<std::string> received(const support::FakeHttpClient& http,
                                         std::size_t from = 0) {
    std::vector<std::string> texts;
    for (std::size_t i = from; i < http.count(); ++i) {
        const std::string& body = http.call(i + 1).request.body;
        const auto at = body.find(R"("text":")");
        texts.push_back(
            at == std::string::npos ? body : body.substr(at + 8, body.find('"', at + 8) - at - 8));
    }
    return texts;
}

/// The platform answers by conversation: `refused` those whose address holds one of these sessions.
inline std::size_t answer_by_session(SenderWorld& world, const std::vector<std::string>& refused,
                                     std::int32_t status) {
    world.hub().step();
    const auto ids = world.http().in_flight();
    for (const auto id : ids) {
        const std::string& url = world.http().call(id).request.url;
        bool is_refused = false;
        for (const auto& session : refused)
            is_refused = is_refused || url.find("/" + session + "/") != std::string::npos;
        world.http().answer(id, is_refused ? status : 200, "{}");
    }
    world.http().deliver();
    world.hub().step();
    return ids.size();
}

/// Agents who own conversations, with the calls before it done.
inline void take(SenderWorld& world, const std::vector<std::string>& sessions) {
    for (const auto& session : sessions) {
        world.offload(session);
        world.command("take", session);
    }
    while (world.answer_all(200) != 0) {}
}

}  // namespace lampjack::test
