// The pure functions over platforms: write, convert, verify, and content in its canonical form.

#include "batch.h"
#include "engine/command_words.h"
#include "engine/config_keys.h"
#include "errors.h"
#include "given.h"
#include "model/canonical.h"
#include "platforms/registry.h"
#include "register.h"
#include "requests.h"

namespace lampjack::bindings {
namespace {

using platforms::Direction;

Direction direction_from(std::string_view word) {
    if (word == "in") return Direction::in;
    if (word == "out") return Direction::out;
    raise(fail(Code::argument, "the direction is \"in\" (the platform to us) or \"out\""));
}

/// The events as one batch. Events of one request in their order are that request's batch itself.
model::BatchPtr gather(const py::sequence& events, const platforms::Adapter& adapter) {
    if (py::len(events) == 0) {  // an envelope without items
        model::BatchPtr empty = model::BatchPtr::make();
        empty.mutate().text.assign({});
        empty.mutate().reader = adapter.name;
        return empty;
    }
    const EventPlace first = place_of(py::object(events[0]));
    bool whole = first.batch->size() == py::len(events) && first.batch->platform() == adapter.name;
    for (std::size_t i = 0; whole && i < py::len(events); ++i) {
        const EventPlace place = place_of(py::object(events[i]));
        whole = place.batch.get() == first.batch.get() && place.index == first.batch->roots[i];
    }
    if (whole) return first.batch;
    std::string text = "[";
    for (const py::handle event : events) {
        unwrap(platforms::check_own(adapter, *place_of(event).batch));
        if (text.size() > 1) text += ',';
        text += json_of(event);
    }
    return unwrap(model::read_events(text + "]"));
}

py::bytes write(const Text<"platform">& platform, const py::sequence& events,
                const Text<"direction">& direction) {
    const platforms::Adapter* adapter = unwrap(platforms::require(platform));
    return py::bytes(unwrap(adapter->write(*gather(events, *adapter), direction_from(direction))));
}

py::tuple convert(const py::object& event, const Text<"platform">& platform) {
    const platforms::Adapter* adapter = unwrap(platforms::require(platform));
    const EventPlace place = place_of(event);
    const auto converted = unwrap(platforms::convert(*place.batch, place.index, *adapter));
    return py::make_tuple(py::bytes(converted.body),
                          py::str(platforms::write_losses(converted.losses)));
}

std::string script_view(const py::object& event) {
    const EventPlace place = place_of(event);
    return unwrap(platforms::script_view(*place.batch, place.index));
}

std::string part_of_script(const Text<"platform">& platform, const Text<"text">& text) {
    return unwrap(platforms::part_of_script(*unwrap(platforms::require(platform)), text));
}

/// Verifies the sender of a raw request; the word says how far it may go.
py::str verify(std::string_view account_json, const RequestArguments& request) {
    const auto trust = unwrap(platforms::verify(account_json, request.view()));
    return trust == platforms::Trust::full ? "full" : "handover_only";
}

std::string normalise_content(Source<"content"> content) {
    const auto batch = unwrap(engine::read_given(content, model::Role::agent));
    std::string text;
    json::Writer out(text);
    model::write_content(*batch, batch->root(0), out);
    return text;
}

std::string as_text(Source<"content"> content) {
    const auto batch = unwrap(engine::read_given(content, model::Role::agent));
    return platforms::as_text(*batch, batch->roots[0]);
}

py::tuple row_of(std::string_view scope, const platforms::Setting& row) {
    const bool confidential = row.confidential || row.kind == platforms::Setting::Kind::secret;
    return py::make_tuple(scope, row.name, word(row.kind), row.fallback, row.required, row.choices,
                          row.least, row.most, row.unit, confidential, row.meaning);
}

/// The rows of the hub, of every account, and of one platform or of all.
py::list settings(const Text<"platform">& platform) {
    const platforms::Adapter* only = nullptr;
    if (!platform.empty()) only = unwrap(platforms::require(platform));
    py::list out;
    for (const engine::HubKey& key : engine::hub_keys()) out.append(row_of("hub", key.row));
    for (const auto& row : platforms::common_settings()) out.append(row_of("account", row));
    for (const platforms::Adapter* adapter : platforms::all())
        if (only == nullptr || only == adapter)
            for (const auto& row : adapter->settings) out.append(row_of(adapter->name, row));
    return out;
}

/// (name, title, side, [(side, method, path, max_body, meaning)], whether a request for a human is accepted when nobody
/// decides) for each platform.
py::list describe_platforms() {
    py::list out;
    for (const platforms::Adapter* adapter : platforms::all()) {
        py::list endpoints;
        for (const auto& endpoint : adapter->endpoints)
            endpoints.append(py::make_tuple(word(endpoint.side), endpoint.method, endpoint.path,
                                            endpoint.max_body, endpoint.meaning));
        out.append(py::make_tuple(adapter->name, adapter->title, word(adapter->sides[0]), endpoints,
                                  adapter->handover.accepts_undecided()));
    }
    return out;
}

}  // namespace

void register_functions(py::module_& m) {
    m.def("write", write, py::arg("platform"), py::arg("events"), py::arg("direction"));
    m.def("script_view", script_view, py::arg("event"));
    m.def("part_of_script", part_of_script, py::arg("platform"), py::arg("text"));
    m.def("convert", convert, py::arg("event"), py::arg("platform"));
    m.def(
        "verify",
        [](const Text<"account">& account, const py::object& method, const py::object& path,
           const py::object& query, const py::object& headers, const py::object& body) {
            return verify(account, RequestArguments(method, path, query, headers, body));
        },
        py::arg("account"), py::arg("method"), py::arg("path"), py::arg("query"),
        py::arg("headers"), py::arg("body"));
    m.def("normalise_content", normalise_content, py::arg("content"));
    m.def("as_text", as_text, py::arg("content"));
    m.def(
        "read_parts",
        [](Source<"content"> content) {
            return parts_of(unwrap(model::read_content(content, model::Role::agent)));
        },
        py::arg("content"));
    m.def(
        "read_events",
        [](Source<"text"> text) { return event_list(unwrap(model::read_events(text)), {}); },
        py::arg("text"));
    m.def("describe_platforms", describe_platforms);
    m.def("settings", settings, py::arg("platform"));
    m.def(
        "store_of", [](Source<"config"> config) { return unwrap(engine::read_store(config)); },
        py::arg("config"));
    // For what must not be destroyed: a forked child has the hub's memory, but not its threads.
    m.def(
        "leak", [](const py::object& object) { object.inc_ref(); }, py::arg("object"));
}

}  // namespace lampjack::bindings
