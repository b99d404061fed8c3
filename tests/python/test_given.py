"""What callers give: every function and method takes it, or refuses it by an error that quotes nothing.

The functions and methods are found by introspection: a new one is tested as it is, or fails here until it is.
"""

import asyncio
import inspect
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings

MARKER = "SECRET4711"
REF = "shop:live:user-1"
PART = {"type": "text", "text": "hello"}
EVENT = {"v": 1, "kind": "message", "actor": {"role": "user", "id": "u"}, "content": [PART]}


class Odd:
    """Something of no use to anybody, whose texts hold the marker."""

    def __repr__(self) -> str:
        return MARKER


@dataclass
class Wrong:
    """A value that is given in the place of a right one, the errors that may refuse it, and where it may be told."""

    name: str
    value: Any
    errors: tuple[type[Exception], ...]
    spared: frozenset[str] = field(default_factory=frozenset)


ARGUMENT = (lj.ArgumentError,)
# These are told: names of the configuration, and of files.
TOLD = frozenset(
    {"account", "accounts", "backup", "base", "config", "path", "platform", "settings", "store"}
    | {"to"}
)
WRONG = [
    Wrong("half a character", MARKER + "\ud800", ARGUMENT),
    Wrong("bytes", MARKER.encode(), ARGUMENT),
    Wrong("an object", Odd(), ARGUMENT),
    Wrong("a dict of objects", {"text": Odd()}, ARGUMENT),
    Wrong("a text", MARKER, (lj.LampjackError,), TOLD),
]
# What is read may also be refused as what it is, and a configuration as one.
READ = {"from_json", "from_dict", "parse"}
CONFIGURED = {"config", "settings", "path"}
# A sender chooses them: they are taken, and then the request is refused.
SENT = {"method", "path", "query", "headers", "body"}

RIGHT: dict[str, Any] = {
    "account": "shop",
    "agent": "dana",
    "backup": "none.db",
    "body": b"{}",
    "command": "take",
    "config": {"store": "memory:"},
    "content": "hello",
    "data": EVENT,
    "delivery": "d-1",
    "direction": "in",
    "id": "7",
    "latitude": 1.5,
    "longitude": 1.5,
    "name": "desk",
    "path": "none.toml",
    "platform": "omnichannel",
    "position": 1,
    "ref": REF,
    "settings": {
        "webhook_token": "made-up",
        "channel_token": "made-up",
        "transfer_token": "made-up",
    },
    "store": "memory:",
    "subscription": "desk",
    "text": "hello",
    "user": "user-1",
}

LEFT_OUT = {
    "from_core",  # what the core hands out
    "get",  # a dict's, with a dict's errors
    "lifespan",  # it takes an application of any kind
}
# Other classes are records: their constructors keep what they are given.
CONSTRUCTED = {
    "Accept", "Card", "Cards", "Choice", "Decline", "File", "Hub", "Location", "Option",
    "Postback", "Start", "Text", "UnknownPart",
}  # fmt: skip


@pytest.fixture(scope="module")
def hub() -> Iterator[lj.Hub]:
    accounts = {
        "shop": sample_settings("chatlayer_offloading"),
        "line": sample_settings("omnichannel"),
        "app": sample_settings("chatlayer_app"),
    }
    hub = lj.Hub({"store": "memory:", "account": accounts}, background=False)
    hub.decide("shop")(lambda request: lj.Accept())
    for kind in ("message", "handover_requested"):
        arguments = sample("chatlayer_offloading", kind, user="user-1").arguments()
        assert hub.receive("shop", **arguments).status == 200
    yield hub
    hub.close()


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def right(parameter: str, call: str) -> Any:
    if call in {"convert", "script_view"} and parameter == "event":
        return lj.Event.from_dict(EVENT)
    if call == "write" and parameter == "events":
        return [lj.Event.from_dict(EVENT)]
    if parameter == "dead":
        return None
    if call == "from_json":
        return '{"type":"text","text":"hello"}'
    if call == "on" and parameter == "types":
        return lj.Message
    if call in {"backup", "export"} and parameter == "to":
        return "none.db"
    return RIGHT[parameter]


def instances(hub: lj.Hub) -> dict[str, Any]:
    """The objects whose methods are called."""
    conversation = hub[REF]
    command = conversation.take("dana", force=True)
    values: list[Any] = [hub, conversation, hub.user("line", "7"), conversation.state()]
    values += [command, command.result(10)]
    values += [lj.Text("a"), lj.Choice("a", ["b"]), lj.Cards([lj.Card("a")]), lj.Option("a")]
    values += [lj.File("https://f.example/a"), lj.Location(1, 2), lj.Postback("a"), lj.Start()]
    values += [lj.UnknownPart(1), lj.Card("a"), hub.check_head("shop")]
    return {type(value).__name__: value for value in values}


def methods(owner: type) -> Iterator[str]:
    """The public methods that the package wrote: a FrozenDict also has dict's."""
    for name in dir(owner):
        public = name == "__getitem__" if name.startswith("_") else name not in LEFT_OUT
        place = next(cls for cls in owner.__mro__ if name in vars(cls))
        own = place.__module__.startswith("lampjack") and place.__name__ != "Result"
        if public and (own or name in READ) and callable(getattr(owner, name)):
            yield name


def calls(hub: lj.Hub) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every public function, method and constructor, by its class ("" for none) and its name."""
    there = instances(hub)
    for name in lj.__all__:
        found = getattr(lj, name)
        if inspect.isroutine(found):
            yield "", name, found
        if not isinstance(found, type) or issubclass(found, Exception):
            continue
        if name in CONSTRUCTED:
            yield "", name, found
        for method in methods(found):
            yield name, method, getattr(there.get(name, found), method)
    yield "ManualClock", "advance", ManualClock().advance


def parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    named = [one for one in inspect.signature(call).parameters.values() if one.name != "self"]
    variable = {inspect.Parameter.VAR_KEYWORD}
    if not any(one.name in {"accounts", "types"} for one in named):
        variable.add(inspect.Parameter.VAR_POSITIONAL)
    return [one for one in named if one.kind not in variable]


def finish(made: Any) -> None:
    """Wait for what a call began; give a decorator its function."""
    if isinstance(made, lj.Outcome):
        made.result(10)
    elif inspect.iscoroutine(made):
        asyncio.run(made)
    elif inspect.isfunction(made) and made.__name__ == "register":
        made(lambda *_: None)


def attempt(call: Callable[..., Any], name: str, wrong: inspect.Parameter, value: Any) -> None:
    """Call with right arguments and one wrong one."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for one in parameters(call):
        if one.name == wrong.name:
            given = value
        elif one.default is inspect.Parameter.empty:
            given = right(one.name, name)
        else:
            continue
        needed = one.default is inspect.Parameter.empty
        if needed and one.kind is not one.KEYWORD_ONLY:
            positional.append(given)
        else:
            named[one.name] = given
    finish(call(*positional, **named))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error with everything that it carries."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def told(error: BaseException, *, refused: bool = True) -> str:
    """All that an error says, without the lines of source of a traceback.

    A command that was understood, and refused, tells the owner of now as attributes.
    """
    texts = []
    for one in chain(error):
        texts += [str(one), repr(one.args), *traceback.format_exception_only(type(one), one)]
        texts += [repr(vars(one))] if refused else []
    return "\n".join(texts)


def refusal(call: Callable[..., Any], name: str, parameter: inspect.Parameter, wrong: Wrong) -> str:
    """What is wrong with the refusal of an argument; "" where nothing is."""
    try:
        attempt(call, name, parameter, wrong.value)
    except Exception as error:  # noqa: BLE001  which one it is, is the question
        allowed = wrong.errors
        allowed += (lj.PayloadError,) if name in READ else ()
        allowed += (lj.ConfigError,) if parameter.name in CONFIGURED else ()
        allowed += (lj.AuthError, lj.NotFoundError) if parameter.name in SENT else ()
        if not isinstance(error, allowed):
            return f"{type(error).__name__}: {error}"
        if MARKER in told(error, refused=not isinstance(error, lj.RefusedError)):
            return f"quotes: {error}"
    return ""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_everything_is_taken_or_refused_without_a_word_of_it(
    hub: lj.Hub, wrong: Wrong, in_folder: Path, caplog: pytest.LogCaptureFixture
):
    tried, faults = 0, []
    for owner, name, call in calls(hub):
        for parameter in parameters(call):
            if parameter.name in wrong.spared or parameter.name == "types":
                continue
            tried += 1
            if fault := refusal(call, name, parameter, wrong):
                faults.append(f"{owner}.{name}({parameter.name}) {fault}")
    assert not faults, "\n".join(faults)
    assert tried > 100, "the control: there is something to call"
    assert MARKER not in caplog.text
    assert in_folder.exists()


def test_a_request_of_a_sender_is_answered_whatever_it_holds(hub: lj.Hub):
    half = MARKER + "\ud800"
    assert hub.receive("shop", path=half).status == 404
    assert hub.receive(half).status == 404, "the account stands in the address, too"
    head = hub.check_head(half)
    assert head.answer
    assert head.answer.status == 404
    assert hub.receive("shop", method=half).status == 405
    assert hub.receive("shop", query=half, body="{}").status == 401
    assert hub.receive("shop", headers=[(half, half)]).status == 401
    good = sample("chatlayer_offloading").arguments()
    body = good["body"].decode().replace("Hello", "\ud800")
    assert hub.receive("shop", **{**good, "body": body}).status == 400
    escaped = good["body"].replace(b"Hello", rb"\ud800")
    assert hub.receive("shop", **{**good, "body": escaped}).status == 400
    assert hub.receive("shop", **good).status == 200, "the control"


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda hub: hub[REF].reply("hello", agent="dana", epoch=-1), "epoch"),
        (lambda hub: hub[REF].extend("x" * 1000, agent="dana"), "by"),
        (lambda hub: hub[REF].extend(float("nan"), agent="dana"), "by"),
        (lambda hub: hub[REF].queue(-1), "position"),
        (lambda hub: hub[REF].transcript(limit=-1), "limit"),
        (lambda hub: hub.conversations(limit=-1), "limit"),
        (lambda hub: hub.conversations("open"), "bot, requested, agent, returning, closed"),
        (lambda hub: hub[REF].explain("fly"), "take, reply, notify"),
        (lambda hub: hub[REF].request(by="nobody"), "agent, user, bot, rule, desk"),
        (lambda hub: hub[REF].pass_("", agent="dana"), "target"),
        (lambda hub: hub[REF].take(""), "agent"),
        (lambda hub: hub[REF].reply("hello", agent=" "), "agent"),
        (lambda hub: hub.user("line", "7", extra={"a": 1}).say("hello"), "extra"),
        (lambda hub: hub.user("line", "7", phone=None).say("hello"), "phone"),
        (lambda hub: hub.drain(timeout="x" * 1000), "timeout"),
        (lambda hub: hub.drain(timeout=10**400), "timeout"),
        (lambda hub: hub[REF].queue(10**30), "position"),
        (lambda hub: ManualClock("xxx"), "start"),  # type: ignore[arg-type]
        (lambda hub: lj.Choice("Which?", "xxx"), "options"),
        (lambda hub: lj.Choice("Which?", {"title": "xxx"}), "options"),  # type: ignore[arg-type]
        (lambda hub: lj.Cards({"title": "xxx"}), "cards"),  # type: ignore[arg-type]
        (lambda hub: hub[REF].reply(lj.Text("hello", extra={1: "x"}), agent="d"), "content cannot"),
        (
            lambda hub: hub[REF].reply({"type": "text", "text": "a", 1: "x"}, agent="d"),
            "content cannot",
        ),
        (lambda hub: lj.Item.from_json('{"a":' + "[" * 100_000), "the JSON form of an Item"),
        (lambda hub: lj.ConversationState.from_json("[" * 100_000), "ConversationState"),
        (
            lambda hub: lj.Hub({"store": "memory:", "account": {"xxx\ud800": {}}}),
            "a name in account",
        ),
    ],
)
def test_an_error_names_the_argument_and_what_is_allowed(
    hub: lj.Hub, call: Callable[[lj.Hub], Any], what: str
):
    before = len(hub[REF].transcript().result(5))
    with pytest.raises(lj.ArgumentError, match=what) as caught:
        finish(call(hub))
    assert "xxx" not in told(caught.value)
    assert len(hub[REF].transcript().result(5)) == before, "nothing was stored"


def test_a_configuration_that_contains_itself_is_refused():
    config: dict[str, Any] = {"store": "memory:"}
    config["account"] = config
    with pytest.raises(lj.ConfigError, match="contains itself"):
        lj.Hub(config)


def test_a_wrong_option_of_a_hub_tells_nothing_of_its_configuration():
    with pytest.raises(lj.ArgumentError, match="seed") as caught:
        lj.Hub({"store": "memory:", "account": {"shop": sample_settings("certainly")}}, seed="x")
    assert "made-up" not in told(caught.value)
