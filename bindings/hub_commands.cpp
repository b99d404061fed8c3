// The Hub's commands, and what became of the deliveries they made.

#include "given.h"
#include "hub_calls.h"

#include <chrono>
#include <string>

namespace lampjack::bindings {

using engine::Hub;
using std::chrono::milliseconds;

namespace {

[[noreturn]] void raise_refusal(const engine::CommandResult& result) {
    raise(result.error, Refused{result.owner, result.owner_agent, result.epoch, result.json});
}

std::string checked(const engine::CommandResult& result) {
    if (result.error.code != Code::ok) raise_refusal(result);
    return result.json;
}

std::string command(Hub& hub, const Text<"ref">& ref, const Text<"command">& name,
                    const Text<"content">& content, const Text<"agent">& agent,
                    std::optional<Number<"epoch", std::uint64_t>> epoch, const Text<"key">& key,
                    Flag<"force"> force, Flag<"supervisor"> supervisor, const Text<"by">& by,
                    const Text<"target_kind">& target_kind, const Text<"target">& target,
                    Number<"number", std::int64_t> number, const engine::Item* item,
                    const Text<"handler">& handler) {
    engine::CommandResult result;
    {
        const py::gil_scoped_release released;
        result = hub.command(ref, {.name = name,
                                   .content = content,
                                   .agent = agent,
                                   .epoch = epoch,
                                   .key = key,
                                   .handler = handler,
                                   .force = force,
                                   .supervisor = supervisor,
                                   .by = by,
                                   .target_kind = target_kind,
                                   .target = target,
                                   .number = number,
                                   .item = item});
    }
    return checked(result);
}

std::string say(Hub& hub, const Text<"account">& account, const Text<"user">& user,
                const Text<"content">& content, const Text<"key">& key, const engine::Item* item,
                const Text<"handler">& handler, const Text<"conversation">& conversation) {
    engine::CommandResult result;
    {
        const py::gil_scoped_release released;
        result = hub.say(account, user, content, key, item, handler, conversation);
    }
    return checked(result);
}

void register_dead_letters(py::class_<Hub>& hub) {
    hub.def(
        "dead_letters",
        [](Hub& self, Number<"limit", std::size_t> limit, const Text<"accounts">& accounts) {
            return unlocked([&] { return self.dead_letters(limit, accounts); });
        },
        py::arg("limit"), py::arg("accounts") = "");
    hub.def(
        "export_dead_letters",
        [](Hub& self, Number<"limit", std::size_t> limit, const Text<"accounts">& accounts) {
            return unlocked([&] { return self.export_dead_letters(limit, accounts); });
        },
        py::arg("limit"), py::arg("accounts") = "");
    hub.def(
        "retry_delivery",
        [](Hub& self, const Text<"delivery">& id) {
            unlocked([&] { return self.retry_delivery(id); });
        },
        py::arg("id"));
    hub.def(
        "discard_delivery",
        [](Hub& self, const Text<"delivery">& id) {
            unlocked([&] { return self.discard_delivery(id); });
        },
        py::arg("id"));
    hub.def(
        "resume",
        [](Hub& self, const Text<"account">& account) {
            unlocked([&] { return self.resume(account); });
        },
        py::arg("account"));
}

}  // namespace

void register_commands(py::class_<Hub>& hub) {
    hub.def("command", command, py::arg("ref"), py::arg("name"), py::arg("content"),
            py::arg("agent"), py::arg("epoch"), py::arg("key"), py::arg("force"),
            py::arg("supervisor"), py::arg("by"), py::arg("target_kind"), py::arg("target"),
            py::arg("number"), py::arg("item") = nullptr, py::arg("handler") = "");
    hub.def("say", say, py::arg("account"), py::arg("user"), py::arg("content"), py::arg("key"),
            py::arg("item") = nullptr, py::arg("handler") = "", py::arg("conversation") = "");
    hub.def(
        "delivery",
        [](Hub& self, const Text<"delivery">& id) {
            return unlocked([&] { return self.delivery(id); });
        },
        py::arg("id"));
    hub.def(
        "deliveries",
        [](Hub& self, const Text<"ref">& ref) {
            return unlocked([&] { return self.deliveries(ref); });
        },
        py::arg("ref"));
    hub.def(
        "wait_delivery",
        [](Hub& self, const std::string& id, Number<"timeout", std::int64_t> timeout_ms) {
            return waited([&] { return self.wait_delivery(id, milliseconds(timeout_ms)); });
        },
        py::arg("id"), py::arg("timeout_ms"));
    register_dead_letters(hub);
}

}  // namespace lampjack::bindings
