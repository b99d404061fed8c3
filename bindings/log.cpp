// The events of the log, and one line of it, for the package's own lines.

#include "engine/log_line.h"

#include "register.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace lampjack::bindings {
namespace {

std::vector<std::string> keys_of(const engine::LogEventRow& row) {
    std::istringstream words{std::string(row.keys)};
    return {std::istream_iterator<std::string>(words), {}};
}

py::tuple log_events() {
    py::list rows;
    for (const engine::LogEventRow& row : engine::log_events())
        rows.append(py::make_tuple(row.name, name_of(row.level), py::tuple(py::cast(keys_of(row))),
                                   row.meaning));
    return py::tuple(rows);
}

/// Level and text. The keys come in the table's order; what is None or empty is left out.
py::tuple log_line(const std::string& name, const py::dict& values) {
    const auto rows = engine::log_events();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& event) { return event.name == name; });
    if (row == rows.end()) throw py::value_error("no event of the log: " + name);
    engine::LogLine line(static_cast<engine::LogEvent>(row - rows.begin()));
    std::size_t used = 0;
    for (const std::string& key : keys_of(*row)) {
        if (!values.contains(key)) continue;
        ++used;
        const py::object value = values[py::str(key)];
        if (!value.is_none()) line.add(key, std::string(py::str(value)));
    }
    if (used != values.size()) throw py::value_error(name + " has no such key in the table");
    return py::make_tuple(name_of(line.level()), line.text());
}

}  // namespace

void register_log(py::module_& m) {
    m.def("log_events", log_events);
    m.def("log_line", log_line);
}

}  // namespace lampjack::bindings
