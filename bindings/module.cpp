// lampjack._core: the core as a Python module. Everything public is re-exported, with docstrings and types, by the package.

#include "register.h"

// No state besides what is made here, once, under the import lock; hence free threading is safe.
PYBIND11_MODULE(_core, m, py::mod_gil_not_used()) {
    m.doc() = "The native core of lampjack. Private: use the package.";
    m.attr("__version__") = LJK_VERSION_TEXT;
    lampjack::bindings::register_errors(m);
    lampjack::bindings::register_batch(m);
    lampjack::bindings::register_functions(m);
    lampjack::bindings::register_items(m);
    lampjack::bindings::register_hub(m);
    lampjack::bindings::register_upkeep(m);
    lampjack::bindings::register_log(m);
}
