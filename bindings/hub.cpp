// The engine's Hub. Every call that may block or take a lock releases the GIL first; the one callback, the log, takes it.
// Subscriptions and commands have files of their own: see hub_calls.h.

#include "given.h"
#include "hub_calls.h"
#include "register.h"
#include "requests.h"

#include <optional>

namespace lampjack::bindings {
namespace {

using engine::Hub;
using std::chrono::milliseconds;
using Release = py::call_guard<py::gil_scoped_release>;

// ---- The log trampoline ----

/// A Python callable that C++ threads may call, copy and drop without holding the GIL.
class PythonLog {
public:
    explicit PythonLog(py::function function)
        : function_(new py::function(std::move(function)), [](py::function* last) {
              if (Py_IsInitialized() == 0) return;  // the interpreter took it along
              const py::gil_scoped_acquire gil;
              delete last;
          }) {}

    void operator()(std::string_view level, std::string_view text) const {
        if (Py_IsInitialized() == 0) return;
        const py::gil_scoped_acquire gil;
        try {
            (*function_)(py::str(level.data(), level.size()), py::str(text.data(), text.size()));
        } catch (py::error_already_set& error) {
            error.discard_as_unraisable("lampjack's log");
        }
    }

private:
    std::shared_ptr<py::function> function_;
};

// ---- Requests ----

/// A request that waits for its host: for a decision, or for a translation.
struct Pending {
    std::shared_ptr<engine::Reception> reception;
    std::optional<engine::Untranslated> untranslated;
};

/// The answer as (status, headers, body), or a Pending. One call for the usual request.
py::object receive(Hub& hub, const py::object& account, const py::object& method,
                   const py::object& path, const py::object& query, const py::object& headers,
                   const py::object& body, const py::object& peer) {
    const RequestArguments arguments(method, path, query, headers, body, peer);
    const std::string name = account_text(account);
    Pending pending;
    std::optional<model::Answer> answer;
    {
        const py::gil_scoped_release released;
        pending.reception = hub.begin(name, arguments.view());
        if (const engine::Untranslated* raw = hub.untranslated(*pending.reception))
            pending.untranslated = *raw;
        else if (hub.question(*pending.reception) == nullptr)
            answer = hub.finish(*pending.reception, nullptr);
    }
    if (answer) return to_python(*answer);
    return py::cast(std::move(pending));
}

py::object question(Hub& hub, const Pending& pending) {
    const engine::Question* asked = hub.question(*pending.reception);
    if (asked == nullptr) return py::none();
    return py::make_tuple(asked->ref, asked->item_json, asked->deadline_ms);
}

/// None (no decision in time) or (accepted, mute, reason).
using GivenDecision = std::optional<std::tuple<bool, bool, std::string>>;

/// Decides about the question; the next one, or None.
py::object decide(Hub& hub, const Pending& pending, const GivenDecision& decision) {
    engine::Decision made;
    if (decision) made = {std::get<0>(*decision), std::get<1>(*decision), std::get<2>(*decision)};
    {
        const py::gil_scoped_release released;
        hub.decide(*pending.reception, decision ? &made : nullptr);
    }
    return question(hub, pending);
}

py::tuple finish(Hub& hub, const Pending& pending) {
    model::Answer answer;
    {
        const py::gil_scoped_release released;
        answer = hub.finish(*pending.reception, nullptr);
    }
    return to_python(answer);
}

std::unique_ptr<Hub> open(const Text<"config">& config, Flag<"background"> background,
                          const py::object& log, std::shared_ptr<ManualClock> clock,
                          std::optional<Number<"seed", std::uint64_t>> seed) {
    engine::World world;
    world.clock = std::move(clock);
    if (seed) world.random = std::make_shared<SeededRandom>(*seed);
    if (!log.is_none()) world.log = PythonLog(py::reinterpret_borrow<py::function>(log));
    const unsigned run = background ? engine::run_sender | engine::run_timers : engine::run_nothing;
    const py::gil_scoped_release released;
    auto hub = Hub::open(config, run, std::move(world));
    if (hub) return std::move(*hub);
    const py::gil_scoped_acquire gil;
    raise(hub.error());
}

void register_requests(py::class_<Hub>& hub) {
    hub.def("receive", receive, py::arg("account"), py::arg("method"), py::arg("path"),
            py::arg("query"), py::arg("headers"), py::arg("body"), py::arg("peer") = py::none());
    hub.def("question", question, py::arg("pending"));
    hub.def(
        "nobody_decides",
        [](Hub& self, const Pending& pending) { self.nobody_decides(*pending.reception); },
        py::arg("pending"), Release());
    hub.def(
        "check_translate",
        [](Hub& self, const std::string& account) {
            unlocked([&] { return self.check_translate(account); });
        },
        py::arg("account"));
    hub.def("decide", decide, py::arg("pending"), py::arg("decision"));
    hub.def("finish", finish, py::arg("pending"));
    hub.def(
        "translate",
        [](Hub& self, const Pending& pending, const Text<"events">& events) {
            unlocked([&] { return self.translate(*pending.reception, events); });
        },
        py::arg("pending"), py::arg("events"));
}

void register_reads(py::class_<Hub>& hub) {
    hub.def(
        "conversation",
        [](Hub& self, const Text<"ref">& ref) {
            return unlocked([&] { return self.conversation(ref); });
        },
        py::arg("ref"));
    hub.def(
        "conversations",
        [](Hub& self, const Text<"state">& state, Number<"limit", std::size_t> limit,
           const Text<"accounts">& accounts) {
            return unlocked([&] { return self.conversations(state, limit, accounts); });
        },
        py::arg("state"), py::arg("limit"), py::arg("accounts") = "");
    hub.def(
        "unattributed",
        [](Hub& self, const Text<"accounts">& accounts) {
            return unlocked([&] { return self.unattributed(accounts); });
        },
        py::arg("accounts") = "");
    hub.def(
        "transcript",
        [](Hub& self, const Text<"ref">& ref, Number<"after", std::uint64_t> after,
           Number<"limit", std::size_t> limit,
           std::optional<Number<"up_to", std::uint64_t>> up_to) {
            const std::uint64_t last = up_to ? up_to->value : UINT64_MAX;
            return unlocked([&] { return self.transcript(ref, after, limit, last); });
        },
        py::arg("ref"), py::arg("after"), py::arg("limit"), py::arg("up_to") = py::none());
    hub.def(
        "explain",
        [](Hub& self, const Text<"ref">& ref, const Text<"command">& command_name,
           const Text<"agent">& agent) {
            return unlocked([&] { return self.explain(ref, command_name, agent); });
        },
        py::arg("ref"), py::arg("command"), py::arg("agent"));
    hub.def(
        "erase",
        [](Hub& self, const Text<"account">& account, const Text<"user">& user, Flag<"force"> force,
           Number<"timeout", std::int64_t> timeout_ms) {
            return unlocked(
                [&] { return self.erase(account, user, force, milliseconds(timeout_ms)); });
        },
        py::arg("account"), py::arg("user"), py::arg("force"), py::arg("timeout_ms"));
    hub.def(
        "export",
        [](Hub& self, const Text<"account">& account, const Text<"user">& user) {
            return unlocked([&] { return self.export_user(account, user); });
        },
        py::arg("account"), py::arg("user"));
    hub.def(
        "why",
        [](Hub& self, const Text<"ref">& ref, Number<"seq", std::uint64_t> seq,
           Number<"limit", std::size_t> limit) {
            return unlocked([&] { return self.why(ref, seq, limit); });
        },
        py::arg("ref"), py::arg("seq"), py::arg("limit"));
    hub.def(
        "stuck",
        [](Hub& self, const Text<"accounts">& accounts) {
            return unlocked([&] { return self.stuck(accounts); });
        },
        py::arg("accounts") = "");
    hub.def(
        "urls", [](Hub& self, const Text<"base">& base) { return self.urls(base); },
        py::arg("base"), Release());
    hub.def(
        "stats", [](Hub& self) { return self.stats(); }, Release());
}

}  // namespace

void register_hub(py::module_& m) {
    py::class_<Pending>(m, "Pending", "A request that waits for a decision or a translation.")
        .def_property_readonly("untranslated", [](const Pending& pending) -> py::object {
            const auto& raw = pending.untranslated;
            if (!raw) return py::none();
            return py::make_tuple(raw->request, raw->deadline_ms);
        });
    // The destructor joins threads that may be waiting for the GIL to log.
    py::class_<Hub> hub(m, "Hub", "The engine.", py::release_gil_before_calling_cpp_dtor());
    hub.def(py::init(&open), py::arg("config"), py::arg("background"), py::arg("log"),
            py::arg("clock") = nullptr, py::arg("seed") = py::none());
    register_requests(hub);
    register_heads(m, hub);
    register_subscriptions(hub);
    register_sinks(hub);
    register_commands(hub);
    register_reads(hub);
    hub.def("step", &Hub::step, Release());
    hub.def(
        "drain",
        [](Hub& self, Number<"timeout", std::int64_t> timeout_ms) {
            unlocked([&] { return self.drain(milliseconds(timeout_ms)); });
        },
        py::arg("timeout_ms"));
    hub.def("close", &Hub::close, Release());
}

}  // namespace lampjack::bindings
