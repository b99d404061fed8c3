// What a URL must say before anything is sent to another machine. Nothing listens here, and nothing is opened.

#include "store/postgres/encryption.h"

#include "store/store.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace lampjack::store::postgres {
namespace {

/// What libpq reads of the environment is that of the test alone.
class LibPqEncryption : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : kNames) ::unsetenv(name);
        const auto library = libpq();
        if (!library) GTEST_SKIP() << library.error().message;
        pq_ = *library;
    }
    void TearDown() override {
        for (const char* name : kNames) ::unsetenv(name);
    }

    /// The error, or nothing.
    std::string refusal(const std::string& url) const {
        const auto target = Target::read(*pq_, url);
        if (!target) return "not read: " + target.error().message;
        const Result<void> checked = check_encryption(*pq_, *target);
        if (checked) return {};
        EXPECT_EQ(checked.error().code, Code::config);
        return checked.error().message;
    }
    bool refuses(const std::string& url) const { return !refusal(url).empty(); }

    static constexpr const char* kNames[] = {"PGHOST",    "PGHOSTADDR",    "PGSSLMODE",
                                             "PGSERVICE", "PGSERVICEFILE", "PGREQUIRESSL"};

private:
    const LibPq* pq_ = nullptr;
};

TEST_F(LibPqEncryption, must_be_chosen_for_another_machine) {
    const std::string why = refusal("postgresql://svc:hunter2@db.example/chats");
    EXPECT_NE(why.find("sslmode=verify-full"), std::string::npos) << why;
    EXPECT_NE(why.find("sslmode=disable"), std::string::npos) << why;
    EXPECT_EQ(why.find("hunter2"), std::string::npos);
    for (const char* mode : {"disable", "require", "verify-ca", "verify-full"})
        EXPECT_FALSE(refuses(std::string("postgresql://db.example/chats?sslmode=") + mode)) << mode;
    EXPECT_FALSE(refuses("postgresql://db.example/chats?gssencmode=require"));
}

TEST_F(LibPqEncryption, comes_before_a_connection) {
    const auto opened = open("postgresql://db.invalid/chats");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::config);
    EXPECT_NE(opened.error().message.find("sslmode=verify-full"), std::string::npos)
        << opened.error().message;
}

TEST_F(LibPqEncryption, need_not_be_chosen_for_this_machine) {
    for (const char* host : {"localhost", "LOCALHOST:5433", "127.0.0.1", "127.8.9.10", "[::1]:5432",
                             "", "%2Fvar%2Frun%2Fpostgresql", "%40abstract"})
        EXPECT_FALSE(refuses("postgresql://svc@" + std::string(host) + "/chats")) << host;
    EXPECT_FALSE(refuses("postgresql:///chats?host=/tmp"));
    EXPECT_FALSE(refuses("postgresql:///chats?host=db.example&hostaddr=127.0.0.1"));
}

TEST_F(LibPqEncryption, is_not_taken_for_given_by_a_name_that_looks_like_home) {
    for (const char* host : {"127.0.0.1.example", "localhost.example", "128.0.0.1", "10.0.0.1",
                             "[::2]", "0.0.0.0", "[::ffff:10.0.0.1]"})
        EXPECT_TRUE(refuses("postgresql://svc@" + std::string(host) + "/chats")) << host;
    EXPECT_TRUE(refuses("postgresql:///chats?host=localhost&hostaddr=10.0.0.1"));
}

TEST_F(LibPqEncryption, counts_every_host_of_a_list) {
    EXPECT_TRUE(refuses("postgresql://localhost,db.example/chats"));
    EXPECT_TRUE(refuses("postgresql://db.example:5432,localhost:5433/chats"));
    EXPECT_TRUE(refuses("postgresql:///chats?host=/tmp,db.example"));
    EXPECT_FALSE(refuses("postgresql://localhost,127.0.0.1:5433,[::1]/chats"));
    EXPECT_FALSE(refuses("postgresql://db-1,db-2/chats?sslmode=verify-full"));
}

TEST_F(LibPqEncryption, may_be_chosen_by_the_environment) {
    ::setenv("PGHOST", "db.example", 1);
    EXPECT_TRUE(refuses("postgresql:///chats"));
    EXPECT_FALSE(refuses("postgresql://localhost/chats"));
    ::setenv("PGSSLMODE", "verify-full", 1);
    EXPECT_FALSE(refuses("postgresql:///chats"));
}

TEST_F(LibPqEncryption, may_be_chosen_by_a_service) {
    const testing::TemporaryFolder folder;
    std::ofstream(folder.path("services")) << "[bare]\nhost=db.example\n"
                                              "[chosen]\nhost=db.example\nsslmode=verify-full\n";
    ::setenv("PGSERVICEFILE", folder.path("services").c_str(), 1);
    EXPECT_TRUE(refuses("postgresql:///chats?service=bare"));
    EXPECT_FALSE(refuses("postgresql:///chats?service=chosen"));
    ::setenv("PGSERVICE", "bare", 1);
    EXPECT_TRUE(refuses("postgresql:///chats"));
    ::setenv("PGSERVICE", "chosen", 1);
    EXPECT_FALSE(refuses("postgresql:///chats"));
}

}  // namespace
}  // namespace lampjack::store::postgres
