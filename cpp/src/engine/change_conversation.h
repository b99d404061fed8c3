#pragma once
// The one way a conversation is changed: open it inside a transaction of the commit lane, run a function over it, store
// it, commit, and report. What belongs between an input and its effects goes through Change::take().

#include "engine/change.h"

namespace lampjack::engine {

/// Runs `f`, a Result<T>(store::Tx&, Report&), through the commit lane and reports after the commit. `f` may run more than
/// once, on any caller's thread; its report is empty each time.
template <class F>
auto commit_and_report(Core& core, F f) -> std::invoke_result_t<F&, store::Tx&, Report&> {
    Report report;
    auto done = core.lane->run([&](store::Tx& tx) {
        report = {};
        return f(tx, report);
    });
    if (done) core.committed(report);
    return done;
}

/// Changes one conversation: `f`, a Result<T>(Change&), runs between opening and storing it. A conversation that does not
/// exist is new unless `f` calls Change::must_exist(). After Change::leave() nothing is stored. When `f` fails, nothing is kept.
template <class F>
auto change_conversation(Core& core, const platforms::Account& account, std::string_view ref, F f)
    -> std::invoke_result_t<F&, Change&> {
    using Outcome = std::invoke_result_t<F&, Change&>;
    return commit_and_report(core, [&](store::Tx& tx, Report& report) -> Outcome {
        Change change(core, tx, account);
        LJK_CHECK(change.open(ref));
        Outcome done = f(change);
        if (!done) return done;
        LJK_CHECK(change.finish());
        report = change.take_report();
        return done;
    });
}

}  // namespace lampjack::engine
