#pragma once
// What module.cpp calls, one function per file of this folder.

#include "pybind.h"

namespace lampjack::bindings {

void register_errors(py::module_& m);
void register_batch(py::module_& m);
void register_functions(py::module_& m);
void register_items(py::module_& m);
void register_hub(py::module_& m);
void register_upkeep(py::module_& m);
void register_log(py::module_& m);

}  // namespace lampjack::bindings
