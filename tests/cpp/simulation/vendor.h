#pragma once
// Vendor: the platform's side of one account. It speaks the Chatlayer offloading webhook: makes webhook requests, repeats each
// until it is acknowledged, carries out what our requests ask for, and remembers everything that could be checked.

#include "dice.h"

#include "base/clock.h"
#include "model/http_message.h"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::simulation {

/// A webhook request that has not been acknowledged yet.
struct Post {
    std::string account;
    std::string session;
    std::string body;
    std::vector<std::string> texts;  ///< the texts of its items, each unique in the whole run
    bool is_offload = false;
    unsigned copies = 1;  ///< deliveries left; each must be acknowledged
};

/// One effect of a request of ours at the vendor.
struct Effect {
    std::string delivery;  ///< the Idempotency-Key
    std::string text;      ///< of a message; empty for pause and resume
};

class Vendor {
public:
    Vendor(std::string account, std::size_t sessions);

    /// A user or the bot says something, or a handover is asked for. Bots that are paused say nothing, mostly.
    Post speak(Dice& dice, Millis now);

    /// The answer to a post: an accepted offload may pause the bot.
    void acknowledged(const Post& post, std::string_view answer);

    /// What a request of ours does when it gets through. The session it was for; empty when it cannot be told.
    std::string carry_out(const model::HttpRequest& request);

    /// The status with which it refuses our token; 0: it does not.
    std::int32_t refuses_credentials() const noexcept { return refuses_; }
    void refuse_credentials(std::int32_t status) noexcept { refuses_ = status; }

    const std::string& account() const noexcept { return account_; }
    std::string token() const { return "vt-" + account_ + "-made-up"; }
    std::string settings() const;
    std::string ref(const std::string& session) const { return account_ + ":live:" + session; }
    const std::vector<std::string>& sessions() const noexcept { return sessions_; }
    const std::vector<Effect>& effects(const std::string& session) const;
    bool is_paused(const std::string& session) const { return paused_.contains(session); }

    static std::string session_of(const model::HttpRequest& request);
    static std::string text_of(const model::HttpRequest& request);

private:
    struct Line {
        std::string text;
        bool from_user = false;
        std::string id;
        Millis at = 0;
    };
    std::string item(const Line& line, const std::string& session, bool live) const;
    Post message(Dice& dice, const std::string& session, Millis now);
    Post offload(Dice& dice, const std::string& session, Millis now);
    std::string envelope(std::string_view event, std::string_view array, const std::string& session,
                         const std::string& items, Millis at) const;

    std::string account_;
    std::vector<std::string> sessions_;
    std::map<std::string, std::deque<Line>> lines_;
    std::map<std::string, std::vector<Effect>> effects_;
    std::set<std::string> paused_;
    std::uint64_t last_ = 0;
    std::int32_t refuses_ = 0;
};

}  // namespace lampjack::simulation
