#include "network.h"

#include <utility>

namespace lampjack::simulation {

class Network::Client final : public transport::HttpClient {
public:
    Client(Network& network, std::size_t hub) : network_(network), hub_(hub) {}
    ~Client() override { close(); }

    Result<transport::CallId> send(transport::Call call) override {
        if (closed_) return fail(Code::closed, "the HTTP client is closed");
        const transport::CallId id = ++network_.last_;
        const auto [at, fresh] = network_.pending_.emplace(
            id, Pending{hub_, network_.clock->now(), call.timeouts.total.count(),
                        std::move(call.request), std::move(call.done), false});
        if (network_.on_send) network_.on_send(at->second);
        return id;
    }
    void cancel(transport::CallId id) override {
        if (network_.pending_.contains(id))
            network_.finish(
                id, transport::Failure{transport::FailureKind::cancelled, "cancelled", {}, true});
    }
    void close() noexcept override { closed_ = true; }

private:
    Network& network_;
    std::size_t hub_;
    bool closed_ = false;
};

std::shared_ptr<transport::HttpClient> Network::client(std::size_t hub) {
    return std::make_shared<Client>(*this, hub);
}

std::vector<transport::CallId> Network::pending() const {
    std::vector<transport::CallId> ids;
    for (const auto& [id, call] : pending_) ids.push_back(id);
    return ids;
}

void Network::overtake(Millis by) {
    for (auto& [id, call] : pending_) {
        call.begun += by;
        call.is_overtaken = true;
    }
}

void Network::finish(transport::CallId id, transport::HttpOutcome outcome) {
    auto call = pending_.extract(id);
    if (call && call.mapped().done) call.mapped().done(std::move(outcome));
}

std::vector<Network::Pending> Network::abandon(std::size_t hub) {
    std::vector<Pending> taken;
    for (auto at = pending_.begin(); at != pending_.end();) {
        if (at->second.hub != hub) {
            ++at;
            continue;
        }
        at->second.done = nullptr;
        taken.push_back(std::move(at->second));
        at = pending_.erase(at);
    }
    return taken;
}

}  // namespace lampjack::simulation
