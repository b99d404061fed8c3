// What may happen beside refused credentials, on every store: pauses that cannot be read, a clock that is set back, a token
// that is rolled while two processes run. And what the platform said goes with the user.
#include "../support/forward_store.h"
#include "credentials_world.h"
#include "kept_store.h"

#include <set>

namespace lampjack::test {
namespace {

/// A store whose pauses cannot be read, that knows their names, and that finds nobody to wake.
class BrokenPauses : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    bool unreadable = false;
    bool wakes_nobody = false;
    bool lists_nothing = false;
    std::set<std::string> names;
    Result<std::string> meta(std::string_view name) override {
        if (is_pause(name) && unreadable) return fail(Code::store, "the disk cannot be read");
        return ForwardStore::meta(name);
    }
    Result<bool> swap_meta(std::string_view name, std::string_view expected,
                           std::string_view value) override {
        if (is_pause(name)) names.emplace(name);
        return ForwardStore::swap_meta(name, expected, value);
    }
    Result<std::vector<store::Delivery>>
    deliveries_by(store::DeliveryStatus status, std::size_t limit, store::OfAccounts of) override {
        if (wakes_nobody) return std::vector<store::Delivery>{};
        if (lists_nothing) return fail(Code::store, "the disk cannot be read");
        return ForwardStore::deliveries_by(status, limit, of);
    }

private:
    static bool is_pause(std::string_view name) { return name.starts_with("pause:"); }
};

class CredentialsFaults : public OnEveryStore {
protected:
    /// A world in which the account, or with 403 one conversation, is paused, and its one process was killed.
    void pause(KeptStore& kept, std::int32_t status) {
        store_ = std::make_shared<BrokenPauses>(kept.open());
        world_ = std::make_unique<SenderWorld>(SenderWorld::account("shop"), "", store_);
        take(*world_, {"a"});
        id_ = world_->reply("a", "hello");
        EXPECT_EQ(world_->answer_all(status), 1U);
        EXPECT_EQ(world_->status(id_), "paused");
        world_->kill();
        ASSERT_EQ(store_->names.size(), 1U);
    }
    /// Whether the message leaves with the first step of a new process.
    bool leaves_at_once() {
        world_->restart();
        return world_->answer_all(200) == 1 && world_->status(id_) == "sent";
    }

    std::shared_ptr<BrokenPauses> store_;
    std::unique_ptr<SenderWorld> world_;
    std::string id_;
};
LJK_ON_EVERY_STORE(CredentialsFaults);

TEST_P(CredentialsFaults, a_pause_that_cannot_be_read_stops_nothing) {
    for (const int status : {401, 403}) {
        KeptStore kept(GetParam());
        pause(kept, status);
        EXPECT_FALSE(leaves_at_once()) << "the control: it can be read";
        world_->kill();
        store_->unreadable = true;
        EXPECT_EQ(leaves_at_once(), status == 401) << "one conversation waits in its row, too";
        world_->pass_time(kMinute, kSecond, 200);
        EXPECT_EQ(world_->status(id_), "sent") << status;
        world_->kill();
    }
}

TEST_P(CredentialsFaults, a_pause_that_is_nonsense_stops_nothing_for_longer_than_one_lasts) {
    for (const char* text : {"nonsense", "7 not a pause", "7 0 9223372036854775807 0 0 -"}) {
        KeptStore kept(GetParam());
        pause(kept, 401);
        EXPECT_FALSE(leaves_at_once()) << "the control: it is none";
        world_->kill();
        for (const std::string& name : store_->names)
            ASSERT_TRUE(kept.open()->put_meta(name, text));
        world_->restart();
        world_->pass_time(6 * kMinute, 10 * kSecond, 200);
        EXPECT_EQ(world_->status(id_), "sent") << text;
        world_->kill();
    }
}

TEST_P(CredentialsFaults, a_clock_that_is_set_back_while_paused_makes_the_pause_no_longer) {
    for (const bool restarts : {false, true}) {
        for (const int status : {401, 403}) {
            KeptStore kept(GetParam());
            SenderWorld world(SenderWorld::account("shop"), "", kept.open());
            take(world, {"a"});
            const auto id = world.reply("a", "hello");
            world.pass_time(3 * kHour, 10 * kSecond, status);
            EXPECT_EQ(world.status(id), "paused");
            world.clock->advance(-10 * kHour);
            if (restarts) {
                world.kill();
                world.restart();
            }
            world.pass_time(status == 401 ? 6 * kMinute : kHour, 10 * kSecond, 200);
            EXPECT_EQ(world.status(id), "sent") << status << restarts;
        }
    }
}

TEST_P(CredentialsFaults, control_where_nobody_is_woken_a_clock_set_back_makes_the_pause_longer) {
    KeptStore kept(GetParam());
    const auto store = std::make_shared<BrokenPauses>(kept.open());
    SenderWorld world(SenderWorld::account("shop"), "", store);
    take(world, {"a"});
    const auto id = world.reply("a", "hello");
    world.pass_time(3 * kHour, 10 * kSecond, 403);
    world.clock->advance(-10 * kHour);
    store->wakes_nobody = true;
    world.pass_time(2 * kHour, 10 * kSecond, 200);
    EXPECT_EQ(world.status(id), "paused");
}

TEST_P(CredentialsFaults, a_clock_set_back_is_looked_at_again_where_the_store_could_not_be_read) {
    KeptStore kept(GetParam());
    const auto store = std::make_shared<BrokenPauses>(kept.open());
    SenderWorld world(SenderWorld::account("shop"), "", store);
    take(world, {"a"});
    const auto id = world.reply("a", "hello");
    world.pass_time(3 * kHour, 10 * kSecond, 403);
    world.clock->advance(-10 * kHour);
    store->lists_nothing = true;
    world.pass_time(10 * kSecond, 10 * kSecond, 200);
    store->lists_nothing = false;
    world.pass_time(kHour, 10 * kSecond, 200);
    EXPECT_EQ(world.status(id), "sent");
}

/// A token is rolled at the platform while the process with the old one still runs beside that with the new one.
class RolledToken : public CredentialsFaults {
protected:
    void open(const std::string& second_token) {
        world_ = std::make_unique<SenderWorld>(SenderWorld::account("shop"), "", kept_.open());
        take(*world_, {"a", "b"});
        world_->config.replace(world_->config.find("at-made-up"), 10, second_token);
        world_->store = kept_.open();
        second_ = world_->start();
    }
    /// Both processes work; the platform accepts requests with that token only.
    void pass(Millis time, std::string_view accepted) {
        for (Millis gone = 0; gone < time; gone += kSecond) {
            for (int times = 0; times < 3; ++times) {
                turn(*world_->first, accepted);
                turn(*second_, accepted);
            }
            world_->clock->advance(kSecond);
        }
    }
    void turn(Process& process, std::string_view accepted) {
        process.hub->step();
        for (const auto id : process.http->in_flight()) {
            const auto& request = process.http->call(id).request;
            const bool good = model::header(request.headers, "authorization") ==
                              "Bearer " + std::string(accepted);
            ++(good ? good_ : bad_);
            if (good) texts_.push_back(received(*process.http, id - 1).front());
            process.http->answer(id, good ? 200 : 401, "{}");
        }
        process.http->deliver();
        process.hub->step();
    }
    void say(int count) {
        for (int i = 0; i < count; ++i) ids_.push_back(world_->reply("a", std::to_string(++said_)));
    }
    std::vector<std::string> expected() const {
        std::vector<std::string> all;
        for (int i = 1; i <= said_; ++i) all.push_back(std::to_string(i));
        return all;
    }
    std::size_t count_of_status(const std::string& status) const {
        return static_cast<std::size_t>(
            std::count_if(ids_.begin(), ids_.end(),
                          [&](const auto& id) { return world_->status(id) == status; }));
    }

    std::unique_ptr<Process> second_;
    std::vector<std::string> ids_, texts_;
    int said_ = 0;
    std::size_t good_ = 0, bad_ = 0;
};
LJK_ON_EVERY_STORE(RolledToken);

TEST_P(RolledToken, in_the_process_that_has_it_costs_no_reply_and_no_order) {
    open("at-new-one");
    for (int round = 0; round < 10; ++round) {
        say(3);
        pass(kMinute, "at-new-one");
    }
    EXPECT_EQ(count_of_status("sent"), ids_.size());
    EXPECT_EQ(texts_, expected()) << "in order, each once";
    EXPECT_GE(bad_, 1U) << "the old one was tried";
    EXPECT_LE(bad_, 8U) << "and not at each message";
    EXPECT_TRUE(world_->dead_letters().empty());
}

TEST_P(RolledToken, too_early_stops_the_process_that_has_it_and_not_the_other) {
    open("at-new-one");
    for (int round = 0; round < 10; ++round) {
        say(3);
        pass(kMinute, "at-made-up");
    }
    EXPECT_EQ(count_of_status("sent"), ids_.size());
    EXPECT_EQ(texts_, expected());
    EXPECT_TRUE(world_->dead_letters().empty());
}

TEST_P(RolledToken, control_that_neither_process_has_sends_nothing_and_loses_nothing) {
    open("at-new-one");
    say(3);
    pass(10 * kMinute, "at-third-one");
    EXPECT_EQ(count_of_status("paused"), ids_.size());
    EXPECT_EQ(good_, 0U);
    EXPECT_TRUE(world_->dead_letters().empty());
}

class VendorAnswers : public OnEveryStore {};
LJK_ON_EVERY_STORE(VendorAnswers);

TEST_P(VendorAnswers, are_kept_with_the_row_read_by_another_process_and_erased_with_the_user) {
    const auto store = kept_.open();
    SenderWorld world(SenderWorld::account("shop"), "", kept_.open());
    take(world, {"a"});
    const auto id = world.reply("a", "a");
    const std::string body = R"({"error":"conversation is closed","requestId":"abc-1"})";
    world.answer_all(422, body);
    const auto key = store::key_of(SenderWorld::ref("a"));
    const auto rows = store->deliveries(key);
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->back().vendor_answer, body);
    EXPECT_EQ(json::text_of(world.dead_letters()[0].as_object(), "vendor_answer"), body);
    EXPECT_EQ(world.log.find("abc-1"), std::string::npos);
    world.command("release", "a");
    while (world.answer_all(200) != 0) {}
    ASSERT_TRUE(world.hub().erase("shop", "a", false, std::chrono::milliseconds(0)));
    const auto left = store->deliveries(key);
    EXPECT_TRUE(!left || left->empty());
    EXPECT_EQ(*world.hub().dead_letters(9), "[]");
    EXPECT_EQ(world.hub().delivery(id).error().code, Code::not_found);
}

}  // namespace
}  // namespace lampjack::test
