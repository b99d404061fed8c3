#include "postgres_fixture.h"

#include "store/postgres/sql_error.h"

#include <array>
#include <thread>

namespace lampjack::store::postgres {
namespace {

constexpr Statement kEcho{"echo", "SELECT $1::bytea, $2::bigint, $3::text[], $4::boolean"};
constexpr Statement kMine{"mine", "SELECT pg_backend_pid()::bigint"};
constexpr Statement kOne{"one", "SELECT 1::bigint"};
constexpr Statement kWrong{"wrong", "SELECT 1 / $1"};

TEST(LibPq, names_the_package_where_the_library_is_missing) {
    const std::array names{"libpq_of_another_planet.so.5"};
    const auto loaded = load_libpq(names.data(), names.size());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::config);
    EXPECT_NE(loaded.error().message.find("libpq.so.5) is missing: install"), std::string::npos);
}

TEST(LibPq, refuses_a_library_that_is_something_else) {
    const std::array names{"libm.so.6"};
    EXPECT_EQ(load_libpq(names.data(), names.size()).error().code, Code::config);
}

TEST(SqlError, tells_what_may_be_run_again) {
    for (const char* state : {"40001", "40P01", "55P03", "08006", "57P01", "57014", "25P03"})
        EXPECT_EQ(error_of(state, "x").code, Code::conflict) << state;
    for (const char* state : {"53300", "53100", "57P03", "25006", "XX000", "58030"})
        EXPECT_EQ(error_of(state, "x").code, Code::store) << state;
    for (const char* state : {"28P01", "28000", "3D000", "42501", "42P01"})
        EXPECT_EQ(error_of(state, "x").code, Code::config) << state;
}

TEST(SqlError, quotes_no_value_and_keeps_to_one_line) {
    const Error refused = error_of("22P02", "invalid input syntax for type bigint: \"secret\"");
    EXPECT_EQ(refused.message.find("secret"), std::string::npos);
    EXPECT_EQ(error_of("XX000", "a\nb").message.find('\n'), std::string::npos);
}

using PostgresConnection = PostgresTest;

TEST_F(PostgresConnection, passes_every_byte_both_ways) {
    const auto connection = connect();
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const std::vector<std::string> words{"", "with \"quotes\"", "{,}", "h\xC3\xA9"};
    const auto rows = connection->run(
        kEcho, std::move(Params().bytes(all).integer(-5).texts(words).boolean(true)));
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->bytes(0, 0), all);
    EXPECT_EQ(rows->integer(0, 1), -5);
    EXPECT_TRUE(rows->boolean(0, 3));
}

TEST_F(PostgresConnection, answers_many_statements_in_one_round_trip) {
    const auto connection = connect();
    const std::vector<Call> calls(2000, Call{&kOne});
    const auto answers = connection->run(calls);
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->size(), calls.size());
}

TEST_F(PostgresConnection, leaves_out_what_stands_behind_a_failure_and_goes_on) {
    const auto connection = connect();
    const Call calls[] = {{&kOne}, {&kWrong, Params().integer(0)}, {&kMine}};
    const auto answers = connection->run(calls);
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().code, Code::argument);
    EXPECT_FALSE(connection->is_broken());
    EXPECT_TRUE(connection->run(kMine)) << "also the one that was never prepared";
    EXPECT_TRUE(connection->run(kWrong, Params().integer(2)));
}

TEST_F(PostgresConnection, says_that_the_change_may_run_again_when_its_session_is_ended) {
    const auto connection = connect();
    const auto pid = connection->run(kMine)->integer(0, 0);
    sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    const auto after = connection->run(kOne);
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().code, Code::conflict);
    EXPECT_TRUE(connection->is_broken());
    EXPECT_EQ(connection->run(kOne).error().code, Code::conflict);
}

TEST_F(PostgresConnection, never_commits_without_the_disk) {
    const auto connection = connect("options=-c%20synchronous_commit%3Doff");
    const Statement show{"show", "SHOW synchronous_commit"};
    EXPECT_EQ(connection->run(show)->text(0, 0), "on");
}

Error refusal(const std::string& url) {
    const auto opened = Connection::open(url);
    return opened ? Error{Code::ok, "connected"} : opened.error();
}

TEST_F(PostgresConnection, names_the_next_step_where_the_url_is_wrong) {
    const Error missing = refusal(server().url("no_such_database"));
    EXPECT_EQ(missing.code, Code::config);
    EXPECT_NE(missing.message.find("create it"), std::string::npos) << missing.message;
    const Error nobody = refusal(server().url(database_, {}, "nobody_at_all"));
    EXPECT_EQ(nobody.code, Code::config);
    const Error away = refusal("postgresql://postgres@127.0.0.1:1/x");
    EXPECT_EQ(away.code, Code::store);
    EXPECT_NE(away.message.find("is the server running"), std::string::npos) << away.message;
}

TEST_F(PostgresConnection, never_shows_a_password) {
    const std::string host = "@127.0.0.1:" + std::to_string(server().port()) + "/" + database_;
    EXPECT_EQ(refusal("postgresql://locked:open%20sesame" + host).message, "connected");
    const std::array<std::string, 5> urls{
        "postgresql://locked:hunter2" + host, "postgresql://locked:hunter2%zz" + host,
        "postgresql://locked:hunter2@127.0.0.1:1/x", "postgresql://locked:hunter2" + host + "?no=1",
        "postgresql://locked:hunter2@[::1/x"};
    for (const std::string& url : urls) {
        const Error error = refusal(url);
        EXPECT_NE(error.code, Code::ok);
        EXPECT_EQ(error.message.find("hunter"), std::string::npos) << error.message;
    }
    EXPECT_EQ(refusal("postgresql://locked:hunter2" + host).code, Code::config);
    EXPECT_EQ(refusal("postgresql://locked" + host).code, Code::config);
}

}  // namespace
}  // namespace lampjack::store::postgres
