#include "given.h"

namespace lampjack::bindings {
namespace {

[[noreturn]] void raise_argument(std::string message) {
    raise(fail(Code::argument, std::move(message)));
}

/// Ends with the error that Python has set, unless it is of that kind.
void expect_error(PyObject* kind) {
    if (PyErr_ExceptionMatches(kind) == 0) throw py::error_already_set();
    PyErr_Clear();
}

/// A new int, or null where the object is no whole number.
py::object whole(py::handle given) {
    if (PyIndex_Check(given.ptr()) == 0) return {};
    PyObject* number = PyNumber_Index(given.ptr());
    if (number == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(number);
}

}  // namespace

void raise_wrong_type(const char* name, const char* expected, py::handle given) {
    raise_argument(std::string(name) + " must be " + expected + ", not " +
                   Py_TYPE(given.ptr())->tp_name);
}

std::string_view utf8_of(py::handle given, const char* name) {
    if (PyUnicode_Check(given.ptr()) == 0) raise_wrong_type(name, "a text (str)", given);
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(given.ptr(), &size);
    if (text != nullptr) return {text, static_cast<std::size_t>(size)};
    expect_error(PyExc_UnicodeEncodeError);
    raise_argument(std::string(name) +
                   " is no valid Unicode: it holds half of a surrogate pair (U+D800 to U+DFFF)");
}

std::string_view bytes_of(py::handle given, const char* name) {
    if (PyBytes_Check(given.ptr()) != 0)
        return {PyBytes_AS_STRING(given.ptr()),
                static_cast<std::size_t>(PyBytes_GET_SIZE(given.ptr()))};
    if (PyByteArray_Check(given.ptr()) != 0)
        return {PyByteArray_AS_STRING(given.ptr()),
                static_cast<std::size_t>(PyByteArray_GET_SIZE(given.ptr()))};
    if (PyUnicode_Check(given.ptr()) == 0) raise_wrong_type(name, "str or bytes", given);
    return utf8_of(given, name);
}

Buffer::Buffer(py::handle given, const char* name) {
    if (PyUnicode_Check(given.ptr()) != 0) {
        view_ = utf8_of(given, name);
        return;
    }
    if (PyObject_CheckBuffer(given.ptr()) == 0) raise_wrong_type(name, "str or bytes", given);
    if (PyObject_GetBuffer(given.ptr(), &buffer_, PyBUF_SIMPLE) != 0) {
        expect_error(PyExc_BufferError);
        raise_argument(std::string(name) +
                       " must be bytes that lie side by side: a view with steps has to be copied, "
                       "with bytes()");
    }
    view_ = {static_cast<const char*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
}

Buffer::~Buffer() {
    if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
}

std::uint64_t unsigned_of(py::handle given, const char* name) {
    const py::object number = whole(given);
    if (!number) raise_wrong_type(name, "a whole number from 0 on", given);
    const unsigned long long value = PyLong_AsUnsignedLongLong(number.ptr());
    if (value != static_cast<unsigned long long>(-1) || PyErr_Occurred() == nullptr) return value;
    expect_error(PyExc_OverflowError);
    raise_argument(std::string(name) + " must be a whole number from 0 on, of 64 bits at most");
}

std::int64_t signed_of(py::handle given, const char* name) {
    const py::object number = whole(given);
    if (!number) raise_wrong_type(name, "a whole number", given);
    const long long value = PyLong_AsLongLong(number.ptr());
    if (value != -1 || PyErr_Occurred() == nullptr) return value;
    expect_error(PyExc_OverflowError);
    raise_argument(std::string(name) + " must be a whole number of 64 bits at most");
}

bool flag_of(py::handle given, const char* name) {
    if (given.is_none()) return false;
    const auto* numbers = Py_TYPE(given.ptr())->tp_as_number;
    if (numbers == nullptr || numbers->nb_bool == nullptr)
        raise_wrong_type(name, "True or False", given);
    const int truth = PyObject_IsTrue(given.ptr());
    if (truth < 0) throw py::error_already_set();
    return truth != 0;
}

}  // namespace lampjack::bindings
