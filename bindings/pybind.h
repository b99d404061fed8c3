#pragma once
// The only include of pybind11. Rules of this folder: convert, release the GIL, call one core function, convert back. The
// GIL is never taken while a C++ mutex is held, and no Python object is touched without it.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;
