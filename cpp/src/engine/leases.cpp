#include "engine/leases.h"

namespace lampjack::engine {
namespace {

/// A call begins after its lease (sender.cpp), its timer may be late, and the clocks of two machines differ.
constexpr Millis kCallMargin = 2'000;
constexpr std::chrono::milliseconds kBeatLook(500), kLook(250), kRetry(1'000);

std::string labels(const std::vector<store::Holder>& holders) {
    std::string text;
    for (const store::Holder& one : holders) text += (text.empty() ? "" : ",") + one.label;
    return text;
}

}  // namespace

void Leases::set_up(std::function<Millis()> steady, unsigned runs, bool threads) {
    threads_ = threads;
    retry_ = threads ? kRetry : std::chrono::milliseconds(0);
    heart_.set_up(std::move(steady), runs);
}

Result<std::optional<std::uint64_t>> Leases::holder() {
    if (!begun_) begin();
    // Said once: from then on the thread tries.
    if (threads_ && heart_.is_failing()) return std::optional<std::uint64_t>{};
    // The thread keeps the row younger than that, unless this process stood still.
    LJK_CHECK(heart_.beat_if_older((threads_ ? 2 : 1) * Heartbeat::kEvery, retry_));
    return heart_.can_lease() ? std::optional(heart_.id()) : std::nullopt;
}

Result<std::optional<std::uint64_t>> Leases::sender() {
    LJK_TRY(id, holder());
    const Millis call = core_.config.timeouts.total.count() + kCallMargin;
    return heart_.was_set_forward_within(call) ? std::nullopt : id;
}

void Leases::begin() {
    if (begun_.exchange(true) || !threads_) return;
    std::lock_guard lock(mutex_);
    if (ends_) return;
    beats_ = std::thread([this] {
        repeat(kBeatLook, [this] { (void)heart_.beat_if_older(Heartbeat::kEvery, retry_); });
    });
    looks_ = std::thread([this] { repeat(kLook, [this] { look(); }); });
}

template <class Work>
void Leases::repeat(std::chrono::milliseconds every, Work work) noexcept {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        lock.unlock();
        core_.survives(work);
        lock.lock();
        ending_.wait_for(lock, every, [this] { return ends_; });
    }
}

bool Leases::heart_fails() {
    if (begun_) {
        heart_.wait_for_beat();  // it may have begun before the store failed
        (void)heart_.beat_if_older(0, retry_);
        heart_.wait_for_beat();  // unless another thread began one first
    }
    return heart_.is_failing();
}

void Leases::step() {
    if (!begun_) return;
    (void)heart_.beat_if_older(Heartbeat::kEvery, retry_);
    if (!threads_) look();
}

void Leases::look() {
    for (const LogLine& line : heart_.news()) core_.say(line);
    reclaim();
    holds_.look();
}

void Leases::reclaim() {
    const auto now = heart_.now();
    if (reclaimed_ && now.apart(*reclaimed_) < Heartbeat::kEvery) return;
    if (!heart_.is_fresh() || !heart_.can_judge()) return;
    reclaimed_ = now;
    const Millis call = core_.config.timeouts.total.count() + kCallMargin;
    const auto found = core_.lane->repeat([&] { return core_.store->reclaim(now.wall, call); });
    if (!found) return core_.faults.failed({"reclaim"}, found.error());
    core_.faults.works({"reclaim"});
    if (found->holders.empty()) return;
    core_.say(LogLine(LogEvent::holder_dead)
                  .add("holder", labels(found->holders))
                  .add("items", found->items)
                  .add("deliveries", found->deliveries));
    core_.changed.notify();
}

void Leases::end_threads() {
    {
        std::lock_guard lock(mutex_);
        ends_ = true;
    }
    ending_.notify_all();
    if (beats_.joinable()) beats_.join();
    if (looks_.joinable()) looks_.join();
}

void Leases::stop(bool holds_more) {
    end_threads();
    if (!holds_more && !holds_.any()) heart_.leave();
}

}  // namespace lampjack::engine
