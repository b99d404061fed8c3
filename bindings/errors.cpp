#include "errors.h"

#include "base/utf8.h"
#include "register.h"

namespace lampjack::bindings {
namespace {

const char* class_name(Code code) noexcept {
    switch (code) {
        case Code::ok: break;
#define LJK_ERROR(name, number, retryable, python, meaning) \
    case Code::name:                                        \
        return #python;
#include "base/errors.def"
#undef LJK_ERROR
    }
    return "InternalError";
}

py::object make(const Error& error, const Refused* refused) {
    const py::object cls = py::module_::import("lampjack._errors").attr(class_name(error.code));
    py::dict details;
    details["code"] = py::str(name_of(error.code).data(), name_of(error.code).size());
    details["retryable"] = py::bool_(is_retryable(error.code));
    if (refused != nullptr) {
        details["owner"] = py::str(refused->owner.data(), refused->owner.size());
        details["agent"] = py::str(refused->agent.data(), refused->agent.size());
        details["epoch"] = py::int_(refused->epoch);
        details["result"] = py::str(refused->json.data(), refused->json.size());
    }
    return cls(py::str(readable_utf8(error.message, std::string::npos)), **details);
}

[[noreturn]] void raise(const Error& error, const Refused* refused) {
    const py::object exception = make(error, refused);
    PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
    throw py::error_already_set();
}

}  // namespace

void set_error(const Error& error) {
    try {
        const py::object exception = make(error, nullptr);
        PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
    } catch (py::error_already_set& failed) {
        failed.restore();
    }
}

void raise(const Error& error) { raise(error, nullptr); }
void raise(const Error& error, const Refused& refused) { raise(error, &refused); }

void register_errors(py::module_& m) {
    py::list codes;
#define LJK_ERROR(name, number, retryable, python, meaning) \
    codes.append(py::make_tuple(#name, number, retryable, #python, meaning));
#include "base/errors.def"
#undef LJK_ERROR
    m.attr("ERRORS") = py::tuple(codes);
}

}  // namespace lampjack::bindings
