// What the hub hands out to handlers and sinks, in two parts that need no splitting: the head, and the event's own JSON.

#include "engine/hub.h"
#include "engine/views.h"
#include "given.h"
#include "register.h"

namespace lampjack::bindings {

void register_items(py::module_& m) {
    py::class_<engine::Item, std::shared_ptr<engine::Item>>(m, "Item",
                                                            "A leased item of a subscription.")
        .def_readonly("subscription", &engine::Item::subscription)
        .def_property_readonly("is_lost",
                               [](const engine::Item& item) { return item.hold.is_lost(); })
        .def_property_readonly("is_hung",
                               [](const engine::Item& item) { return item.hold.is_hung(); })
        .def_property_readonly("account",
                               [](const engine::Item& item) { return item.lease.account; })
        .def_property_readonly(
            "head", [](const engine::Item& item) { return engine::item_head_json(item.lease); })
        .def_property_readonly("is_fact",
                               [](const engine::Item& item) { return item.lease.item.is_fact; })
        .def_property_readonly("body",
                               [](const engine::Item& item) { return item.lease.item.body; });
    py::class_<engine::SinkDelivery, std::shared_ptr<engine::SinkDelivery>>(
        m, "SinkDelivery", "A message the host shows itself.")
        .def_readonly("account", &engine::SinkDelivery::account)
        .def_property_readonly(
            "is_lost", [](const engine::SinkDelivery& delivery) { return delivery.hold.is_lost(); })
        .def_property_readonly(
            "is_hung", [](const engine::SinkDelivery& delivery) { return delivery.hold.is_hung(); })
        .def_property_readonly("head",
                               [](const engine::SinkDelivery& delivery) {
                                   return engine::sink_head_json(delivery.lease);
                               })
        .def_property_readonly("event", [](const engine::SinkDelivery& delivery) {
            return delivery.lease.row.content;
        });
    py::class_<ManualClock, std::shared_ptr<ManualClock>>(m, "ManualClock",
                                                          "A clock that moves only when told to.")
        .def(py::init([](Number<"start", Millis> start) {
                 return std::make_shared<ManualClock>(start);
             }),
             py::arg("start"))
        .def("now", &ManualClock::now)
        .def(
            "advance", [](ManualClock& self, Number<"by", Millis> by) { self.advance(by); },
            py::arg("milliseconds"))
        .def(
            "set", [](ManualClock& self, Number<"start", Millis> to) { self.set(to); },
            py::arg("milliseconds"));
}

}  // namespace lampjack::bindings
