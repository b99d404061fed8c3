#pragma once
// Sender: takes the heads of the lanes, checks the epoch, renders, sends, records. One request at a time in a
// conversation, many conversations at a time.

#include "engine/core.h"

#include <deque>
#include <memory>
#include <thread>

namespace lampjack::engine {

/// Writes down what became of an attempt and what follows from it for the conversation.
/// `finished` rows are sent, dead, refused or held; a pending one is tried again at its `ready_at`.
Result<void> record_attempt(Core& core, const store::LeasedDelivery& lease,
                            const store::OutboxRow& after);
/// Whether the row may leave now: the state is read again.
Result<bool> may_leave(Core& core, const store::LeasedDelivery& lease);

class Sender {
public:
    explicit Sender(Core& core) : core_(core) { mailbox_->bell = &core.changed; }
    ~Sender();

    void start();
    /// One look: records what came back, takes and sends what is due.
    void step();
    /// Waits for what is in flight; what is not back by then ends with the HTTP client.
    void stop();
    std::size_t in_flight() const noexcept { return in_flight_.load(); }
    /// Whether anything is in flight or about to be.
    bool is_busy() const noexcept { return looking_ || in_flight_ != 0; }

private:
    struct Done {
        store::LeasedDelivery lease;
        transport::HttpOutcome outcome;
    };
    /// Where the client leaves outcomes. A client of the host's own may still hold it when the hub is gone.
    struct Mailbox {
        std::mutex mutex;
        std::deque<Done> done;
        Notifier* bell = nullptr;  ///< null when nobody reads any more
    };

    void run();
    void take_new();
    void begin(store::LeasedDelivery lease);
    void send(store::LeasedDelivery lease, model::HttpRequest request);
    Result<model::HttpRequest> render(const store::LeasedDelivery& lease);
    void record_all();
    void record(const Done& done);
    void give_up(const store::LeasedDelivery& lease, const Error& error);
    std::chrono::steady_clock::time_point next_look() const;

    Core& core_;
    std::shared_ptr<const transport::AddressPolicy> addresses_;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<bool> looking_{false};
    Millis looked_at_ = 0;  ///< what was due then and is still there is not for us, or not now
    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
};

}  // namespace lampjack::engine
