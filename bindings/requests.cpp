#include "requests.h"

namespace lampjack::bindings {
namespace {

/// HTTP's texts are bytes in ASGI and str elsewhere.
std::string text_of(const py::object& value) {
    if (py::isinstance<py::str>(value)) return value.cast<std::string>();
    return std::string(py::bytes(value));
}

}  // namespace

py::object pairs_of(const py::object& headers) {
    return py::hasattr(headers, "items") ? headers.attr("items")() : headers;
}

RequestArguments::RequestArguments(const py::object& method, const py::object& path,
                                   const py::object& query, const py::object& headers,
                                   const py::object& body)
    : method_(text_of(method)),
      path_(text_of(path)),
      query_(text_of(query)),
      body_(body) {
    for (const py::handle pair : pairs_of(headers)) {
        const auto two = py::reinterpret_borrow<py::sequence>(pair);
        headers_.emplace_back(text_of(two[0]), text_of(two[1]));
    }
    for (const auto& [name, value] : headers_) views_.push_back({name, value});
    if (py::isinstance<py::str>(body_)) body_ = body_.attr("encode")();
    buffer_ = py::buffer(body_).request();
    request_ = {
        .method = method_,
        .path = path_,
        .query = query_,
        .headers = views_,
        .body = {static_cast<const char*>(buffer_.ptr), static_cast<std::size_t>(buffer_.size)}};
}

}  // namespace lampjack::bindings
