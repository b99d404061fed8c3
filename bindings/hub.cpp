// The engine's Hub. Every call that may block or take a lock releases the GIL first; the one callback, the log, takes it.
// size: every call of the hub in one place; each is a few lines of conversion.

#include "engine/hub.h"
#include "errors.h"
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

py::tuple to_python(const model::Answer& answer) {
    py::list headers;
    for (const auto& [name, value] : answer.headers) headers.append(py::make_tuple(name, value));
    return py::make_tuple(answer.status, headers, py::bytes(answer.body));
}

/// A request that waits for its host: for a decision, or for a translation.
struct Pending {
    std::shared_ptr<engine::Reception> reception;
    std::optional<std::string> untranslated;
};

/// The answer as (status, headers, body), or a Pending. One call for the usual request.
py::object receive(Hub& hub, const std::string& account, const py::object& method,
                   const py::object& path, const py::object& query, const py::object& headers,
                   const py::object& body) {
    const RequestArguments arguments(method, path, query, headers, body);
    Pending pending;
    std::optional<model::Answer> answer;
    {
        const py::gil_scoped_release released;
        pending.reception = hub.begin(account, arguments.view());
        if (const std::string* raw = hub.untranslated(*pending.reception))
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

/// `decision` is None (there was no question, or no answer in time) or (accepted, mute, reason).
py::tuple finish(Hub& hub, const Pending& pending,
                 const std::optional<std::tuple<bool, bool, std::string>>& decision) {
    model::Answer answer;
    {
        const py::gil_scoped_release released;
        engine::Decision made;
        if (decision)
            made = {std::get<0>(*decision), std::get<1>(*decision), std::get<2>(*decision)};
        answer = hub.finish(*pending.reception, decision ? &made : nullptr);
    }
    return to_python(answer);
}

// ---- Commands ----

[[noreturn]] void raise_refusal(const engine::CommandResult& result) {
    raise(result.error, Refused{result.owner, result.owner_agent, result.epoch, result.json});
}

std::string checked(const engine::CommandResult& result) {
    if (result.error.code != Code::ok) raise_refusal(result);
    return result.json;
}

std::string command(Hub& hub, const std::string& ref, const std::string& name,
                    const std::string& content, const std::string& agent,
                    std::optional<std::uint64_t> epoch, const std::string& key, bool force,
                    bool supervisor, const std::string& by, const std::string& target_kind,
                    const std::string& target, std::int64_t number, const engine::Item* item,
                    const std::string& handler) {
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

std::string say(Hub& hub, const std::string& account, const std::string& user,
                const std::string& content, const std::string& key, const engine::Item* item,
                const std::string& handler) {
    engine::CommandResult result;
    {
        const py::gil_scoped_release released;
        result = hub.say(account, user, content, key, item, handler);
    }
    return checked(result);
}

// ---- Calls that return a Result ----

/// Runs the call without the GIL and gives its value, or raises its error.
template <class Call>
auto unlocked(Call call) {
    using Value = typename decltype(call())::value_type;
    std::optional<Result<Value>> result;
    {
        const py::gil_scoped_release released;
        result.emplace(call());
    }
    return unwrap(std::move(*result));
}

/// The same for waits: None when the time ran out.
template <class Call>
py::object waited(Call call) {
    auto result = [&] {
        const py::gil_scoped_release released;
        return call();
    }();
    if (result) return py::cast(std::move(*result));
    if (result.error().code == Code::timeout) return py::none();
    raise(result.error());
}

std::unique_ptr<Hub> open(const std::string& config, bool background, const py::object& log,
                          std::shared_ptr<ManualClock> clock, std::optional<std::uint64_t> seed) {
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
            py::arg("query"), py::arg("headers"), py::arg("body"));
    hub.def("question", question, py::arg("pending"));
    hub.def("finish", finish, py::arg("pending"), py::arg("decision"));
    hub.def(
        "translate",
        [](Hub& self, const Pending& pending, const std::string& events) {
            unlocked([&] { return self.translate(*pending.reception, events); });
        },
        py::arg("pending"), py::arg("events"));
}

void register_subscriptions(py::class_<Hub>& hub) {
    hub.def(
        "subscribe",
        [](Hub& self, const std::string& name, const std::string& filter) {
            unlocked([&] { return self.subscribe(name, filter); });
        },
        py::arg("name"), py::arg("filter"));
    hub.def(
        "next",
        [](Hub& self, const std::string& name, std::int64_t timeout_ms) {
            return waited(
                [&] { return self.next(name, milliseconds(timeout_ms), engine::Keeper::handler); });
        },
        py::arg("subscription"), py::arg("timeout_ms"));
    hub.def("wait_for_change", &Hub::wait_for_change, py::arg("seen"), Release());
    hub.def(
        "done",
        [](Hub& self, const engine::Item& item, bool success, const std::string& reason) {
            unlocked([&] { return self.done(item, success, reason); });
        },
        py::arg("item"), py::arg("success"), py::arg("reason") = "");
    hub.def("subscriptions",
            [](Hub& self) { return unlocked([&] { return self.subscriptions(); }); });
    hub.def(
        "drop_subscription",
        [](Hub& self, const std::string& name) {
            unlocked([&] { return self.drop_subscription(name); });
        },
        py::arg("name"));
    hub.def(
        "give_back",
        [](Hub& self, const engine::Item& item) { unlocked([&] { return self.give_back(item); }); },
        py::arg("item"));
    hub.def(
        "dead_items",
        [](Hub& self, const std::string& name, std::size_t limit) {
            return unlocked([&] { return self.dead_items(name, limit); });
        },
        py::arg("subscription"), py::arg("limit"));
    hub.def(
        "settle_dead_item",
        [](Hub& self, const std::string& name, const std::string& ref, std::uint64_t seq,
           bool again) { unlocked([&] { return self.settle_dead_item(name, ref, seq, again); }); },
        py::arg("subscription"), py::arg("ref"), py::arg("seq"), py::arg("again"));
    hub.def(
        "next_sink",
        [](Hub& self, const std::string& account, std::int64_t timeout_ms) {
            return waited([&] {
                return self.next_sink(account, milliseconds(timeout_ms), engine::Keeper::handler);
            });
        },
        py::arg("account"), py::arg("timeout_ms"));
    hub.def(
        "may_leave",
        [](Hub& self, const engine::SinkDelivery& delivery) {
            return unlocked([&] { return self.may_leave(delivery); });
        },
        py::arg("delivery"));
    hub.def(
        "sink_done",
        [](Hub& self, const engine::SinkDelivery& delivery, bool success,
           const std::string& error) {
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

void register_commands(py::class_<Hub>& hub) {
    hub.def("command", command, py::arg("ref"), py::arg("name"), py::arg("content"),
            py::arg("agent"), py::arg("epoch"), py::arg("key"), py::arg("force"),
            py::arg("supervisor"), py::arg("by"), py::arg("target_kind"), py::arg("target"),
            py::arg("number"), py::arg("item") = nullptr, py::arg("handler") = "");
    hub.def("say", say, py::arg("account"), py::arg("user"), py::arg("content"), py::arg("key"),
            py::arg("item") = nullptr, py::arg("handler") = "");
    hub.def(
        "delivery",
        [](Hub& self, const std::string& id) {
            return unlocked([&] { return self.delivery(id); });
        },
        py::arg("id"));
    hub.def(
        "deliveries",
        [](Hub& self, const std::string& ref) {
            return unlocked([&] { return self.deliveries(ref); });
        },
        py::arg("ref"));
    hub.def(
        "wait_delivery",
        [](Hub& self, const std::string& id, std::int64_t timeout_ms) {
            return waited([&] { return self.wait_delivery(id, milliseconds(timeout_ms)); });
        },
        py::arg("id"), py::arg("timeout_ms"));
}

void register_dead_letters(py::class_<Hub>& hub) {
    hub.def(
        "dead_letters",
        [](Hub& self, std::size_t limit) {
            return unlocked([&] { return self.dead_letters(limit); });
        },
        py::arg("limit"));
    hub.def(
        "export_dead_letters",
        [](Hub& self, std::size_t limit) {
            return unlocked([&] { return self.export_dead_letters(limit); });
        },
        py::arg("limit"));
    hub.def(
        "retry_delivery",
        [](Hub& self, const std::string& id) { unlocked([&] { return self.retry_delivery(id); }); },
        py::arg("id"));
    hub.def(
        "discard_delivery",
        [](Hub& self, const std::string& id) {
            unlocked([&] { return self.discard_delivery(id); });
        },
        py::arg("id"));
    hub.def(
        "resume",
        [](Hub& self, const std::string& account) {
            unlocked([&] { return self.resume(account); });
        },
        py::arg("account"));
}

void register_reads(py::class_<Hub>& hub) {
    hub.def(
        "conversation",
        [](Hub& self, const std::string& ref) {
            return unlocked([&] { return self.conversation(ref); });
        },
        py::arg("ref"));
    hub.def(
        "conversations",
        [](Hub& self, const std::string& state, std::size_t limit) {
            return unlocked([&] { return self.conversations(state, limit); });
        },
        py::arg("state"), py::arg("limit"));
    hub.def(
        "transcript",
        [](Hub& self, const std::string& ref, std::uint64_t after, std::size_t limit,
           std::optional<std::uint64_t> up_to) {
            return unlocked(
                [&] { return self.transcript(ref, after, limit, up_to.value_or(UINT64_MAX)); });
        },
        py::arg("ref"), py::arg("after"), py::arg("limit"), py::arg("up_to") = py::none());
    hub.def(
        "explain",
        [](Hub& self, const std::string& ref, const std::string& command_name,
           const std::string& agent) {
            return unlocked([&] { return self.explain(ref, command_name, agent); });
        },
        py::arg("ref"), py::arg("command"), py::arg("agent"));
    hub.def(
        "erase",
        [](Hub& self, const std::string& account, const std::string& user, bool force,
           std::int64_t timeout_ms) {
            return unlocked(
                [&] { return self.erase(account, user, force, milliseconds(timeout_ms)); });
        },
        py::arg("account"), py::arg("user"), py::arg("force"), py::arg("timeout_ms"));
    hub.def(
        "why",
        [](Hub& self, const std::string& ref, std::uint64_t seq, std::size_t limit) {
            return unlocked([&] { return self.why(ref, seq, limit); });
        },
        py::arg("ref"), py::arg("seq"), py::arg("limit"));
    hub.def("stuck", [](Hub& self) { return unlocked([&] { return self.stuck(); }); });
    hub.def(
        "urls", [](Hub& self, const std::string& base) { return self.urls(base); }, py::arg("base"),
        Release());
    hub.def(
        "stats", [](Hub& self) { return self.stats(); }, Release());
}

}  // namespace

void register_hub(py::module_& m) {
    py::class_<Pending>(m, "Pending", "A request that waits for a decision or a translation.")
        .def_property_readonly("untranslated",
                               [](const Pending& pending) { return pending.untranslated; });
    // The destructor joins threads that may be waiting for the GIL to log.
    py::class_<Hub> hub(m, "Hub", "The engine.", py::release_gil_before_calling_cpp_dtor());
    hub.def(py::init(&open), py::arg("config"), py::arg("background"), py::arg("log"),
            py::arg("clock") = nullptr, py::arg("seed") = py::none());
    register_requests(hub);
    register_subscriptions(hub);
    register_commands(hub);
    register_dead_letters(hub);
    register_reads(hub);
    hub.def("step", &Hub::step, Release());
    hub.def(
        "drain",
        [](Hub& self, std::int64_t timeout_ms) {
            unlocked([&] { return self.drain(milliseconds(timeout_ms)); });
        },
        py::arg("timeout_ms"));
    hub.def("close", &Hub::close, Release());
}

}  // namespace lampjack::bindings
