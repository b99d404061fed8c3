#include "requests.h"

#include "given.h"

namespace lampjack::bindings {
namespace {

/// Whether an error of Python's says that something has not the shape of headers.
bool is_about_shape(const py::error_already_set& error) {
    return error.matches(PyExc_TypeError) || error.matches(PyExc_LookupError);
}

HeaderTexts read_pairs(const py::object& headers) {
    HeaderTexts texts;
    const py::object pairs =
        py::hasattr(headers, "items") ? py::object(headers.attr("items")()) : headers;
    for (const py::handle pair : pairs) {
        const auto two = py::reinterpret_borrow<py::sequence>(pair);
        const py::object name = two[0], value = two[1];
        texts.emplace_back(http_text(name, "headers"), http_text(value, "headers"));
    }
    return texts;
}

}  // namespace

std::string http_text(py::handle value, const char* name) {
    if (PyUnicode_Check(value.ptr()) == 0) return std::string(bytes_of(value, name));
    Py_ssize_t size = 0;
    if (const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size))
        return {text, static_cast<std::size_t>(size)};
    PyErr_Clear();
    PyObject* made = PyUnicode_AsEncodedString(value.ptr(), "utf-8", "surrogatepass");
    if (made == nullptr) throw py::error_already_set();
    return std::string(py::reinterpret_steal<py::bytes>(made));
}

std::string account_text(py::handle account) {
    if (PyUnicode_Check(account.ptr()) == 0) raise_wrong_type("account", "a text (str)", account);
    return http_text(account, "account");
}

HeaderTexts header_texts(const py::object& headers) {
    try {
        return read_pairs(headers);
    } catch (const py::error_already_set& error) {
        if (!is_about_shape(error)) throw;
    }
    raise_wrong_type("headers", "a mapping or pairs of texts", headers);
}

RequestArguments::RequestArguments(const py::object& method, const py::object& path,
                                   const py::object& query, const py::object& headers,
                                   const py::object& body, const py::object& peer)
    : method_(http_text(method, "method")),
      path_(http_text(path, "path")),
      query_(http_text(query, "query")),
      headers_(header_texts(headers)),
      peer_(peer.is_none() ? std::string{} : http_text(peer, "peer")) {
    for (const auto& [name, value] : headers_) views_.push_back({name, value});
    std::string_view bytes;
    if (PyUnicode_Check(body.ptr()) != 0) {
        text_ = http_text(body, "body");
        bytes = text_;
    } else {
        bytes = buffer_.emplace(body, "body").view();
    }
    request_ = {.method = method_,
                .path = path_,
                .query = query_,
                .headers = views_,
                .body = bytes,
                .peer = peer_};
}

py::tuple to_python(const model::Answer& answer) {
    py::list headers;
    for (const auto& [name, value] : answer.headers) headers.append(py::make_tuple(name, value));
    return py::make_tuple(answer.status, headers, py::bytes(answer.body));
}

}  // namespace lampjack::bindings
