// Requests of which the head alone is known. Its calls take a lock and may log, so they release the GIL.

#include "engine/head.h"

#include "given.h"
#include "hub_calls.h"
#include "requests.h"

#include <string>

namespace lampjack::bindings {
namespace {

using engine::Head;
using Release = py::call_guard<py::gil_scoped_release>;

std::shared_ptr<Head> check_head(engine::Hub& hub, const py::object& account,
                                 const py::object& method, const py::object& path,
                                 const py::object& query, const py::object& headers,
                                 const py::object& peer) {
    const RequestArguments arguments(method, path, query, headers, py::bytes(), peer);
    const std::string name = account_text(account);
    const py::gil_scoped_release released;
    return hub.check_head(name, arguments.view());
}

py::object answer_of(const Head& head) {
    const model::Answer* answer = head.answer();
    if (answer == nullptr) return py::none();
    return to_python(*answer);
}

}  // namespace

void register_heads(py::module_& m, py::class_<engine::Hub>& hub) {
    py::class_<Head, std::shared_ptr<Head>>(m, "Head", "A request whose head alone is known.",
                                            py::release_gil_before_calling_cpp_dtor())
        .def_property_readonly("answer", answer_of)
        .def_property_readonly("max_body", &Head::max_body)
        .def_property_readonly("timeout_ms", &Head::timeout)
        .def(
            "take", [](Head& head, Number<"size", std::uint64_t> size) { return head.take(size); },
            py::arg("size"), Release())
        .def("late", &Head::late, Release())
        .def("close", &Head::close, Release());
    hub.def("check_head", check_head, py::arg("account"), py::arg("method"), py::arg("path"),
            py::arg("query"), py::arg("headers"), py::arg("peer") = py::none(),
            py::keep_alive<0, 1>());
}

}  // namespace lampjack::bindings
