#include "postgres_fixture.h"

#include "store/postgres/schema.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace lampjack::store::postgres {
namespace {

using PostgresSchema = PostgresTest;

TEST_F(PostgresSchema, is_made_in_an_empty_database_and_then_left_alone) {
    ASSERT_TRUE(open_store()->put_meta("a", "1"));
    EXPECT_EQ(*open_store()->meta("a"), "1");
    EXPECT_TRUE(migrate(url()));
    EXPECT_EQ(*open_store()->meta("a"), "1");
    EXPECT_EQ(sql("SELECT version FROM lampjack_schema"), "2");
}

TEST_F(PostgresSchema, is_made_once_by_many_at_the_same_time) {
    std::vector<std::thread> threads;
    std::atomic<int> fine{0};
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&, i] {
            const bool done =
                i % 2 == 0 ? migrate(url(), true).has_value() : open(url()).has_value();
            if (done) ++fine;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(fine, 6);
    EXPECT_EQ(sql("SELECT count(*) FROM lampjack_schema"), "1");
}

TEST_F(PostgresSchema, a_migration_makes_no_tables_unless_it_is_asked_to) {
    const auto refused = migrate(url());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::config);
    EXPECT_NE(refused.error().message.find("--create"), std::string::npos);
    EXPECT_EQ(sql("SELECT count(*) FROM pg_class WHERE relname = 'lampjack_schema'"), "0");
    EXPECT_TRUE(migrate(url(), true));
    EXPECT_TRUE(migrate(url()));
    EXPECT_TRUE(open(url()));
}

TEST_F(PostgresSchema, refuses_one_that_a_later_release_made) {
    open_store().reset();
    sql("UPDATE lampjack_schema SET version = 4, usable_from = 3");
    for (const auto& error : {open(url()).error(), migrate(url()).error()}) {
        EXPECT_EQ(error.code, Code::config);
        EXPECT_NE(error.message.find("version 4"), std::string::npos) << error.message;
        EXPECT_NE(error.message.find("install"), std::string::npos) << error.message;
    }
}

TEST_F(PostgresSchema, works_on_a_later_one_that_says_it_may) {
    open_store().reset();
    sql("UPDATE lampjack_schema SET version = 3, usable_from = 1");
    EXPECT_TRUE(open(url()));
    EXPECT_TRUE(migrate(url()));
    EXPECT_EQ(sql("SELECT version FROM lampjack_schema"), "3") << "and never goes back";
}

TEST_F(PostgresSchema, asks_for_a_migration_of_an_older_one) {
    open_store().reset();
    sql("UPDATE lampjack_schema SET version = 0, usable_from = 0");
    const auto opened = open(url());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("lampjack migrate"), std::string::npos);
}

TEST_F(PostgresSchema, names_the_missing_right) {
    sql("CREATE ROLE reader_" + database_ + " LOGIN; REVOKE CREATE ON SCHEMA public FROM public");
    const auto opened = open(server().url(database_, {}, "reader_" + database_));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::config);
    EXPECT_NE(opened.error().message.find("grant"), std::string::npos) << opened.error().message;
}

using PostgresFork = PostgresTest;

TEST_F(PostgresFork, works_in_both_processes_at_the_same_time) {
    const auto store = open_store();
    ASSERT_TRUE(store->subscribe("desk", {}));
    ASSERT_TRUE(store->put_meta("before", "done"));
    auto open_in_parent = store->begin();  // is taken along, and left alone, by the child
    ConversationRow row;
    ASSERT_TRUE((*open_in_parent)->lock(key_of("shop:live:1"), row));
    const pid_t child = fork();
    if (child == 0) {
        bool fine = true;
        for (int i = 0; i < 20; ++i)
            fine = store->put_meta("child" + std::to_string(i), "done").has_value() && fine;
        (*open_in_parent).reset();
        fine = store->lease_items("desk", 0, 1, 1).has_value() && fine;
        _exit(fine ? 0 : 1);
    }
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(store->put_meta("parent" + std::to_string(i), "done"));
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    row.key = key_of("shop:live:1");
    row.ref = "shop:live:1";
    row.state.epoch = 1;
    ASSERT_TRUE((*open_in_parent)->put(row));
    ASSERT_TRUE((*open_in_parent)->commit()) << "its transaction lived through all that";
    EXPECT_EQ(sql("SELECT count(*) FROM lampjack_meta"), "41");
    EXPECT_TRUE(store->conversation(row.key));
}

/// Without the child's copy of its socket the server sees at once that a killed parent is gone.
TEST_F(PostgresFork, leaves_the_child_no_hold_on_what_a_killed_parent_had_locked) {
    const auto store = open_store();
    const auto key = key_of("shop:live:1");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        const auto own = open_store();
        auto tx = own->begin();
        ConversationRow row;
        if (!tx || !(*tx)->lock(key, row)) _exit(1);
        const pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        if (write(ends[1], &child, sizeof child) != sizeof child) _exit(2);
        pause();
    }
    pid_t child = 0;
    ASSERT_EQ(read(ends[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
    kill(parent, SIGKILL);
    ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
    auto tx = store->begin();
    ConversationRow row;
    const auto locked = (*tx)->lock(key, row);
    EXPECT_TRUE(locked) << locked.error().message;
    EXPECT_EQ(kill(child, SIGKILL), 0) << "it was there all the time";
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace lampjack::store::postgres
