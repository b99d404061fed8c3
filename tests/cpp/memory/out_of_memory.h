#pragma once
// OutOfMemory: a test that lets each allocation of a way through the library fail in turn, once and for good, and asks
// afterwards what that left behind.

#include "memory/failing_memory.h"
#include "support/from_environment.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace lampjack::testing {

/// One way through the library. It is made and ended with plenty of memory.
class Way {
public:
    virtual ~Way() = default;
    /// With failing memory: false when the call said that it failed. Checks nothing, for that needs memory.
    virtual bool attempt() = 0;
    /// Afterwards, with plenty: what is wrong with what the attempt left behind and with a second one.
    virtual std::string judge(bool succeeded) = 0;
};

class OutOfMemory : public ::testing::Test {
protected:
    using Make = std::function<std::unique_ptr<Way>()>;

    /// The address of a store of its own.
    std::string sqlite() {
        return "sqlite:" + folder_.path("store-" + std::to_string(++stores_) + ".db");
    }
    /// Fails each allocation of the way in turn, or one of `every` where it takes long; the first thing that is wrong.
    std::string torture(const Make& make, bool for_good, std::size_t every = 1) {
        one(make, 0, for_good);  // what is made once and kept
        if (allocations_wanted() > 500) every = 1;
        for (std::size_t number = 1; number <= allocations_wanted(); number += every) {
            const std::string wrong = one(make, number, for_good);
            if (!wrong.empty()) return wrong + ", allocation " + std::to_string(number);
            if (failures_ == 0) return number > 5 ? "" : "hardly anything was allocated";
        }
        return "";
    }

private:
    /// How many allocations fail; a long run takes all there are.
    static std::size_t allocations_wanted() {
        return support::from_environment<std::size_t>("LJK_ALLOCATIONS", 500);
    }

    std::string one(const Make& make, std::size_t number, bool for_good) {
        const std::ptrdiff_t before = FailingMemory::blocks();
        std::string wrong;
        {
            const std::unique_ptr<Way> way = make();
            FailingMemory::fail_at(number, for_good);
            const bool succeeded = way->attempt();
            failures_ = FailingMemory::plenty().failures;
            wrong = way->judge(succeeded);
        }
        if (!wrong.empty()) return wrong;
        const std::ptrdiff_t left = FailingMemory::blocks() - before;
        return left == 0 || number == 0 ? "" : "leaked blocks: " + std::to_string(left);
    }

    lampjack::testing::TemporaryFolder folder_{lampjack::testing::TemporaryFolder::in_memory()};
    std::size_t stores_ = 0;
    std::size_t failures_ = 0;
};

}  // namespace lampjack::testing
