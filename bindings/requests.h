#pragma once
// A request as Python code gives it, as the core's model::Request.

#include "given.h"
#include "model/http_message.h"
#include "pybind.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::bindings {

using HeaderTexts = std::vector<std::pair<std::string, std::string>>;

/// Names and values: a mapping (a web framework's, too) gives its items, anything else is pairs already.
HeaderTexts header_texts(const py::object& headers);

/// HTTP's texts are bytes in ASGI and str elsewhere. A sender chooses them, so that half of a surrogate pair is no fault of
/// the caller's: it is passed on as bytes that are no UTF-8, as any other sender's are.
std::string http_text(py::handle value, const char* name);
/// The same of a str alone: the account stands in the address that was asked for.
std::string account_text(py::handle account);

/// Copies what it is given; texts may be str or bytes, the body anything with a buffer. Hidden, as pybind11's types are.
class [[gnu::visibility("hidden")]] RequestArguments {
public:
    RequestArguments(const py::object& method, const py::object& path, const py::object& query,
                     const py::object& headers, const py::object& body,
                     const py::object& peer = py::none());
    RequestArguments(const RequestArguments&) = delete;
    RequestArguments& operator=(const RequestArguments&) = delete;

    /// Valid while this lives; needs no GIL.
    const model::Request& view() const noexcept { return request_; }

private:
    std::string method_, path_, query_;
    HeaderTexts headers_;
    std::string peer_;
    std::vector<model::HeaderView> views_;
    std::string text_;              ///< a body that was a str
    std::optional<Buffer> buffer_;  ///< any other
    model::Request request_;
};

/// (status, [(name, value)], body).
py::tuple to_python(const model::Answer& answer);

}  // namespace lampjack::bindings
