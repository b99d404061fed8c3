#pragma once
// What the files that register the Hub's calls share. Every call that may block or take a lock releases the GIL first.

#include "engine/hub.h"
#include "errors.h"
#include "pybind.h"

#include <optional>
#include <utility>

namespace lampjack::bindings {

/// Runs the call without the GIL and gives its value, or raises its error.
template <class Call>
auto unlocked(Call call) {
    using Value = typename decltype(call())::value_type;
    std::optional<Result<Value>> result;
    {
        const py::gil_scoped_release released;
        result.emplace(call());
    }
    return unwrap(std::move(*result));
}

/// The same for waits: None when the time ran out.
template <class Call>
py::object waited(Call call) {
    auto result = [&] {
        const py::gil_scoped_release released;
        return call();
    }();
    if (result) return py::cast(std::move(*result));
    if (result.error().code == Code::timeout) return py::none();
    raise(result.error());
}

// Each registers a group of calls, in a file of its own.
void register_subscriptions(py::class_<engine::Hub>& hub);
void register_sinks(py::class_<engine::Hub>& hub);
void register_commands(py::class_<engine::Hub>& hub);
void register_heads(py::module_& m, py::class_<engine::Hub>& hub);

}  // namespace lampjack::bindings
