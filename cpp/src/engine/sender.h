#pragma once
// Sender: takes the heads of the lanes, asks the destination's breaker and budget, checks the epoch, renders, sends,
// records. One request at a time in a conversation, many conversations at a time.

#include "engine/bulkhead.h"
#include "engine/destinations.h"
#include "engine/heartbeat.h"
#include "engine/mailbox.h"
#include "engine/pauses.h"
#include "engine/unsettled.h"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace lampjack::engine {

class Sender {
public:
    explicit Sender(Core& core)
        : core_(core),
          destinations_(core),
          pauses_(core),
          unsettled_(core),
          mailbox_(std::make_shared<Mailbox>(core.changed)) {}
    ~Sender();

    void start();
    /// One look: records what came back, takes and sends what is due. Another thread's look ends first.
    void step();
    /// Waits for what is in flight; what is not back by then ends with the HTTP client.
    void stop();
    std::size_t in_flight() const noexcept { return in_flight_.load(); }
    /// Whether anything is in flight, about to be, or not written down yet.
    bool is_busy() const noexcept { return looking_ || in_flight_ != 0 || !unsettled_.empty(); }

private:
    void run() noexcept;
    void finish();
    void settle_the_rest();
    void take_new();
    void set_up();
    Millis lease_end() const;
    enum class Served { all, some, stopped };
    Served serve_asked(int looks);
    Result<std::vector<store::LeasedDelivery>> lease(const Bulkhead::Group& group);
    /// False when the store fails: no use to take more now.
    bool begin(const store::LeasedDelivery& lease);
    bool begin_or_give_back(const store::LeasedDelivery& lease);
    bool check_and_send(const store::LeasedDelivery& lease, model::HttpRequest request);
    std::optional<std::chrono::milliseconds> call_time() const;
    void send(const store::LeasedDelivery& lease, const Destinations::Ticket& ticket,
              model::HttpRequest request, std::chrono::milliseconds time);
    bool hand_over(transport::Call call) noexcept;
    void record_all();
    void record(const Mailbox::Letter& letter);
    void record_refusal(const platforms::Account& account, const Mailbox::Letter& letter);
    void note_credentials(const platforms::Account& account, const Mailbox::Letter& letter);
    void look_for_woken(bool adopt);
    void wake_accounts();
    void probe_paused();
    void probe(const platforms::Account& account);
    void wait_for_address(const store::LeasedDelivery& lease);
    bool waits_for_credentials(const store::LeasedDelivery& lease);
    void give_up(const store::LeasedDelivery& lease, const Error& error);
    std::chrono::steady_clock::time_point next_look() const;

    Core& core_;
    Destinations destinations_;
    Pauses pauses_;
    Unsettled unsettled_;
    std::shared_ptr<const transport::AddressPolicy> addresses_;
    Bulkhead bulkhead_;  ///< without places until the first look, when the configuration is there
    std::vector<std::string> asked_;  ///< accounts that may have more to send in this look
    std::set<std::string> closed_;    ///< accounts whose breaker was open when last asked
    std::set<std::string> to_wake_;   ///< accounts whose waiting rows are to be due now
    std::set<std::string> paused_;    ///< accounts whose credentials were refused when last asked
    bool probing_ = false;            ///< what is begun now is the probe of a paused account
    bool more_to_put_off_ = false;
    std::thread thread_;
    mutable std::mutex looks_;  ///< one thread looks at a time: the sender's, or one that steps
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<bool> looking_{false};
    Millis looked_at_ = 0;      ///< what was due then and still is there is not for us, or not now
    Heartbeat::Moment leased_;  ///< just before what is begun now was leased
    std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace lampjack::engine
