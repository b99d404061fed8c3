#pragma once
// CalledVendor: the platform's side of an account whose bot is muted by a call: Certainly (GET handover and takeover), or a
// Chatlayer app (a POST to the app's address, whose performReceive asks us for the action). It knows what its bot does in
// each conversation.

#include "dice.h"

#include "base/clock.h"
#include "model/http_message.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::simulation {

/// A request to us that has not been answered with 200 yet.
struct Errand {
    std::string account;
    std::string session;
    std::string path;
    std::string body;
    std::string translation;  ///< what the host makes of the body; empty: it needs none
    bool is_command = false;  ///< performReceive passes a command of ours on
    unsigned copies = 1;
};

class CalledVendor {
public:
    enum class Kind : std::uint8_t { certainly, app };

    CalledVendor(std::string account, Kind kind, std::string_view mute);

    std::string settings() const;
    const std::string& account() const noexcept { return account_; }
    const std::vector<std::string>& sessions() const noexcept { return sessions_; }
    std::string ref(const std::string& session) const { return account_ + ":live:" + session; }
    bool is_app() const noexcept { return kind_ == Kind::app; }
    bool is_muted(const std::string& session) const { return muted_.contains(session); }

    /// A user or the bot says something, or a human is asked for. A bot that is muted says nothing, mostly.
    Errand speak(Dice& dice, Millis now);
    /// Our answer: what it says about the bot holds from now on.
    void answered(const Errand& errand, std::string_view answer);
    /// What a call of ours does when it gets through. The app runs its performReceive, now or later.
    std::optional<Errand> carry_out(const model::HttpRequest& request);
    /// For a control: the app does what the command says without asking us whether it still holds.
    void obey(const Errand& errand) { answered(errand, errand.body); }

    std::int32_t refuses_credentials() const noexcept { return refuses_; }
    void refuse_credentials(std::int32_t status) noexcept { refuses_ = status; }

    /// Which conversation a call is about.
    std::string session_of(const model::HttpRequest& request) const;

private:
    Errand user_message(const std::string& session, Millis now);
    Errand bot_message(const std::string& session, Millis now);
    Errand handover_request(Dice& dice, const std::string& session);

    std::string account_;
    Kind kind_;
    std::string mute_;  ///< the account's setting
    std::vector<std::string> sessions_{"s-0", "s-1", "s-2"};
    std::set<std::string> muted_;
    std::uint64_t last_ = 0;
    std::int32_t refuses_ = 0;
};

}  // namespace lampjack::simulation
