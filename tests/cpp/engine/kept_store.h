#pragma once
// KeptStore: one store of each kind there is, for tests that are told on all of them. It may be opened several times, as
// several processes do.

#include "../support/postgres_server.h"
#include "../support/temporary_folder.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

namespace lampjack::test {

enum class Kind { memory, sqlite, postgresql };

inline std::string name_of(Kind kind) {
    return kind == Kind::memory ? "memory" : kind == Kind::sqlite ? "sqlite" : "postgresql";
}
inline void PrintTo(Kind kind, std::ostream* out) { *out << name_of(kind); }

class KeptStore {
public:
    explicit KeptStore(Kind kind) : kind_(kind) {
        if (kind == Kind::sqlite) url_ = "sqlite:" + folder_.path("shared.db");
        if (kind != Kind::postgresql || !why_not().empty()) return;
        auto& server = support::PostgresServer::shared();
        url_ = server.url(server.make_database());
    }
    /// Why there is none of that kind on this machine; empty when there is.
    std::string why_not() const {
        return kind_ == Kind::postgresql ? support::PostgresServer::why_not() : std::string{};
    }
    /// The memory store is the same each time; the others are opened anew.
    std::shared_ptr<store::Store> open() {
        if (kind_ == Kind::memory && memory_) return memory_;
        auto opened = store::open(url_);
        EXPECT_TRUE(opened) << opened.error().message;
        if (!opened) return nullptr;
        std::shared_ptr<store::Store> kept = std::move(*opened);
        if (kind_ == Kind::memory) memory_ = kept;
        return kept;
    }

private:
    Kind kind_;
    lampjack::testing::TemporaryFolder folder_{lampjack::testing::TemporaryFolder::in_memory()};
    std::string url_ = "memory:";
    std::shared_ptr<store::Store> memory_;
};

/// A test on each kind of store; it is skipped where one cannot be had.
class OnEveryStore : public ::testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        if (const auto why = kept_.why_not(); !why.empty()) GTEST_SKIP() << why;
    }
    KeptStore kept_{GetParam()};
};

/// The stores of a suite that is an OnEveryStore.
#define LJK_ON_EVERY_STORE(suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(Stores, suite,                                                   \
                             ::testing::Values(Kind::memory, Kind::sqlite, Kind::postgresql), \
                             [](const auto& one) { return name_of(one.param); })

}  // namespace lampjack::test
