// The Hub's items of subscriptions, and the messages of sinks.

#include "given.h"
#include "hub_calls.h"

#include <chrono>
#include <string>
#include <vector>

namespace lampjack::bindings {

using engine::Hub;
using std::chrono::milliseconds;

void register_subscriptions(py::class_<Hub>& hub) {
    hub.def(
        "subscribe",
        [](Hub& self, const Text<"subscription">& name, const Text<"filter">& filter) {
            unlocked([&] { return self.subscribe(name, filter); });
        },
        py::arg("name"), py::arg("filter"));
    hub.def(
        "next",
        [](Hub& self, const Text<"subscription">& name, Number<"timeout", std::int64_t> timeout_ms,
           const std::vector<std::string>& without) {
            return waited([&] {
                return self.next(name, milliseconds(timeout_ms), engine::Keeper::handler, without);
            });
        },
        py::arg("subscription"), py::arg("timeout_ms"),
        py::arg("without") = std::vector<std::string>{});
    hub.def("wait_for_change", &Hub::wait_for_change, py::arg("seen"),
            py::call_guard<py::gil_scoped_release>());
    hub.def("wake", &Hub::wake, py::call_guard<py::gil_scoped_release>());
    hub.def_property_readonly("handler_timeout_ms", &Hub::handler_timeout);
    hub.def(
        "done",
        [](Hub& self, const engine::Item& item, Flag<"success"> success,
           const Text<"reason">& reason) {
            unlocked([&] { return self.done(item, success, reason); });
        },
        py::arg("item"), py::arg("success"), py::arg("reason") = "");
    hub.def(
        "subscriptions",
        [](Hub& self, const Text<"accounts">& accounts) {
            return unlocked([&] { return self.subscriptions(accounts); });
        },
        py::arg("accounts") = "");
    hub.def(
        "drop_subscription",
        [](Hub& self, const Text<"subscription">& name) {
            unlocked([&] { return self.drop_subscription(name); });
        },
        py::arg("name"));
    hub.def(
        "give_back",
        [](Hub& self, const engine::Item& item) { unlocked([&] { return self.give_back(item); }); },
        py::arg("item"));
    hub.def(
        "dead_items",
        [](Hub& self, const Text<"subscription">& name, Number<"limit", std::size_t> limit,
           const Text<"accounts">& accounts) {
            return unlocked([&] { return self.dead_items(name, limit, accounts); });
        },
        py::arg("subscription"), py::arg("limit"), py::arg("accounts") = "");
    hub.def(
        "settle_dead_item",
        [](Hub& self, const Text<"subscription">& name, const Text<"ref">& ref,
           Number<"seq", std::uint64_t> seq, Flag<"again"> again) {
            unlocked([&] { return self.settle_dead_item(name, ref, seq, again); });
        },
        py::arg("subscription"), py::arg("ref"), py::arg("seq"), py::arg("again"));
}

void register_sinks(py::class_<Hub>& hub) {
    hub.def(
        "next_sink",
        [](Hub& self, const Text<"account">& account, Number<"timeout", std::int64_t> timeout_ms) {
            return waited([&] {
                return self.next_sink(account, milliseconds(timeout_ms), engine::Keeper::handler);
            });
        },
        py::arg("account"), py::arg("timeout_ms"));
    hub.def(
        "check_sink",
        [](Hub& self, const std::string& account) {
            unlocked([&] { return self.check_sink(account); });
        },
        py::arg("account"));
    hub.def(
        "serve_sink",
        [](Hub& self, const std::string& account) {
            unlocked([&] { return self.serve_sink(account); });
        },
        py::arg("account"));
    hub.def(
        "may_leave",
        [](Hub& self, const engine::SinkDelivery& delivery) {
            return unlocked([&] { return self.may_leave(delivery); });
        },
        py::arg("delivery"));
    hub.def(
        "sink_done",
        [](Hub& self, const engine::SinkDelivery& delivery, Flag<"success"> success,
           const Text<"error">& error) {
            unlocked([&] { return self.sink_done(delivery, success, error); });
        },
        py::arg("delivery"), py::arg("success"), py::arg("error"));
    hub.def(
        "give_back_sink",
        [](Hub& self, const engine::SinkDelivery& delivery) {
            unlocked([&] { return self.give_back(delivery); });
        },
        py::arg("delivery"));
}

}  // namespace lampjack::bindings
