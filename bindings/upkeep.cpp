// Stores as a whole: schema, backup, restore, export.

#include "engine/upkeep.h"

#include "errors.h"
#include "given.h"
#include "register.h"

namespace lampjack::bindings {
namespace {

void migrate(const Text<"store">& url, Flag<"create"> create) {
    const auto done = [&] {
        const py::gil_scoped_release released;
        return engine::migrate_store(url, create);
    }();
    unwrap(done);
}

void check_store(const Text<"store">& url) {
    const auto done = [&] {
        const py::gil_scoped_release released;
        return engine::check_store(url);
    }();
    unwrap(done);
}

void backup(const Text<"store">& url, const Text<"to">& to) {
    const auto done = [&] {
        const py::gil_scoped_release released;
        return engine::backup_store(url, to);
    }();
    unwrap(done);
}

void restore(const Text<"store">& url, const Text<"backup">& from) {
    const auto done = [&] {
        const py::gil_scoped_release released;
        return engine::restore_store(url, from);
    }();
    unwrap(done);
}

/// `write` gets each line as bytes; what it raises ends the export and passes through.
std::size_t export_store(const Text<"store">& url, const py::function& write) {
    const auto line = [&](std::string_view text) -> Result<void> {
        const py::gil_scoped_acquire held;
        write(py::bytes(text.data(), text.size()));
        return {};
    };
    const auto lines = [&] {
        const py::gil_scoped_release released;
        return engine::export_store(url, line);
    }();
    return unwrap(lines);
}

}  // namespace

void register_upkeep(py::module_& m) {
    m.def("migrate", &migrate, py::arg("url"), py::arg("create"));
    m.def("check_store", &check_store, py::arg("url"));
    m.def("backup", &backup, py::arg("url"), py::arg("to"));
    m.def("restore", &restore, py::arg("url"), py::arg("from_"));
    m.def("export_store", &export_store, py::arg("url"), py::arg("write"));
}

}  // namespace lampjack::bindings
