"""What is registered with a hub: unknown accounts and second functions are refused, and a failed start is undone."""

import functools
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

import lampjack as lj
from lampjack import _consumers
from lampjack.testing import sample, sample_settings
from support.finding import comes


def opened(store: str = "memory:") -> lj.Hub:
    accounts = {
        "shop": sample_settings("chatlayer_offloading"),
        "line": sample_settings("omnichannel"),
        "app": sample_settings("chatlayer_app"),
    }
    return lj.Hub({"store": store, "account": accounts})


@pytest.fixture
def hub() -> Any:
    with opened() as hub:
        yield hub


def nothing(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("register", "what"),
    [
        (lambda hub: hub.decide("shpo"), "decide"),
        (lambda hub: hub.decide("shop", "shpo"), "decide"),
        (lambda hub: hub.decide(""), "decide"),
        (lambda hub: hub.sink("shpo"), "sink"),
        (lambda hub: hub.translate("shpo"), "translate"),
        (lambda hub: hub.on(lj.Message, name="desk", accounts=["shpo"]), "subscription desk"),
    ],
)
def test_an_account_that_is_not_configured_is_refused_by_name(
    hub: lj.Hub, register: Callable[[lj.Hub], Any], what: str
):
    with pytest.raises(lj.ConfigError, match=f'^{what}: account "(shpo)?" is not configured$'):
        register(hub)(nothing)
    hub.decide("shop")(lambda request: lj.Accept())  # nothing was registered in part
    hub.on(lj.Message, name="desk")(nothing)


# A mistake, and how what is said of it begins.
MISTAKES: list[tuple[Callable[[lj.Hub], Any], str]] = [
    (lambda hub: hub.decide(["shop"]), "decide: an account is a text, not list"),
    (lambda hub: hub.decide(None), "decide: an account is a text, not NoneType"),
    (lambda hub: hub.decide(nothing), "decide: write @hub.decide(…), with parentheses"),
    (lambda hub: hub.sink(nothing), "sink: write @hub.sink(…), with parentheses"),
    (lambda hub: hub.sink(["line"]), "sink: an account is a text, not list"),
    (lambda hub: hub.translate(nothing), "translate: write @hub.translate(…), with parentheses"),
    (lambda hub: hub.translate(7), "translate: an account is a text, not int"),
    (lambda hub: hub.on(nothing), "on: write @hub.on(…), with parentheses and classes"),
    (lambda hub: hub.on(), "on: needs at least one class of events or facts"),
    (lambda hub: hub.on("message"), "subscribe to classes of events or facts, such as lampjack.M"),
    (lambda hub: hub.on(lj.Text), "subscribe to classes of events or facts, such as lampjack.M"),
    (lambda hub: hub.on(lj.Item), "subscribe to classes of events or facts, such as lampjack.M"),
    (lambda hub: hub.on(lj.Message, to="dsek"), 'on: to is "desk", "bot" or "nobody"'),
    (lambda hub: hub.on(lj.Message, to=""), 'on: to is "desk", "bot" or "nobody"'),
    (lambda hub: hub.on(lj.Message, to=["desk"]), 'on: to is "desk", "bot" or "nobody"'),
    (lambda hub: hub.on(lj.Message, to="both"), 'on: to="both" is no filter: "desk" and "bot" ea'),
    (lambda hub: hub.on(lj.Message, accounts="shop"), "on: accounts is a list of names, not a text"),
    (lambda hub: hub.on(lj.Message, accounts=7), "on: accounts is a list of names, not a text"),
    (lambda hub: hub.on(lj.Message, accounts=[7]), "on: an account is a text, not int"),
    (lambda hub: hub.on(lj.Message, include_bot=True), 'on: include_bot needs to="desk"'),
    (lambda hub: hub.on(lj.Message, include_bot="yes"), "on: include_bot is True or False"),
    (lambda hub: hub.on(lj.Message, start="then"), 'on: start is "oldest" or "now"'),
    (lambda hub: hub.on(lj.Message, name=7), "on: name is a text, not int"),
    (lambda hub: hub.on(lj.Message, name=" "), "on: name must not be blank, and must not begin w"),
    (lambda hub: hub.on(lj.Message, name="~sink:line"), "on: name must not be blank, and must not"),
    (lambda hub: hub.on(lj.Message), "on: a lambda, an inner function or an object has no stable"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", range(len(MISTAKES)))
def test_a_mistake_is_refused_before_anything_is_registered(hub: lj.Hub, mistake: int):
    register, message = MISTAKES[mistake]
    with pytest.raises(lj.ArgumentError) as caught:
        register(hub)(lambda *_: None)
    assert str(caught.value).startswith(message)
    hub.decide("shop")(lambda request: lj.Accept())
    hub.on(lj.Message, name="desk")(nothing)
    hub.sink("line")(nothing)
    hub.translate("app")(nothing)


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (
            lambda hub: hub.sink("shop"),
            (
                'sink: account "shop" is no channel account: its platform shows messages to the'
                " users itself"
            ),
        ),
        (
            lambda hub: hub.translate("line"),
            'translate: account "line" needs none: Lampjack reads all requests of its platform',
        ),
    ],
)
def test_what_would_never_be_called_is_refused(
    hub: lj.Hub, register: Callable[[lj.Hub], Any], message: str
):
    with pytest.raises(lj.ConfigError) as caught:
        register(hub)(nothing)
    assert str(caught.value) == message


REGISTERED: dict[str, tuple[Callable[[lj.Hub], Any], tuple[str, ...]]] = {
    "decide": (lambda hub: hub.decide("shop"), ("request",)),
    "subscription desk": (
        lambda hub: hub.on(lj.Message, name="desk"),
        ("item", "conversation"),
    ),
    "sink": (lambda hub: hub.sink("line"), ("message", "conversation")),
    "translate": (lambda hub: hub.translate("app"), ("request",)),
}


class Object:
    """Functions of an object, right and wrong."""

    def none(self) -> None:
        """Take nothing."""

    def many(self, a: Any, b: Any, c: Any) -> None:
        """Take three."""

    def __call__(self, a: Any, b: Any, c: Any) -> None:
        """Take three."""


def keyword(a: Any = 1, b: Any = 2, *, secret: Any) -> None:
    del a, b, secret


async def late(a: Any, b: Any, c: Any, d: str = "not to be shown", **more: Any) -> None:
    del a, b, c, d, more


WRONG: list[tuple[Any, str, str]] = [
    (lambda: None, "<lambda>", ""),
    (Object().none, "Object.none", ""),
    (Object().many, "Object.many", "a, b, c"),
    (Object(), "Object", "a, b, c"),
    (Object, "Object", ""),
    (keyword, "keyword", "a=…, b=…, *, secret"),
    (late, "late", "a, b, c, d=…, **more"),
    (functools.partial(late, 1, 2, 3, 4), "late", "**more"),
    (functools.partial(keyword, b=1), "keyword", "a=…, *, b=…, secret"),
]


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize("wrong", range(len(WRONG)))
def test_a_function_with_the_wrong_parameters_is_refused_by_name(
    hub: lj.Hub, registered: str, wrong: int
):
    register, takes = REGISTERED[registered]
    function, name, has = WRONG[wrong]
    with pytest.raises(lj.ArgumentError) as caught:
        register(hub)(function)
    assert (
        str(caught.value)
        == f"{registered}: {name} must take ({', '.join(takes)}); it takes ({has})"
    )
    register(hub)(nothing)


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize("value", [None, 7, "nothing", lj.Accept()])
def test_what_is_no_function_is_refused(hub: lj.Hub, registered: str, value: object):
    register, _ = REGISTERED[registered]
    with pytest.raises(lj.ArgumentError) as caught:
        register(hub)(value)
    assert str(caught.value) == f"{registered}: needs a function, not {type(value).__name__}"


class Right:
    """Functions of an object that take one argument, or two."""

    def method(self, a: Any, b: Any = None) -> None:
        """Take one or two."""

    @classmethod
    def of_class(cls, a: Any, b: Any = None) -> None:
        """Take one or two."""

    @staticmethod
    def static(a: Any, b: Any = None) -> None:
        """Take one or two."""

    def __call__(self, a: Any, b: Any = None) -> None:
        """Take one or two."""


def three(a: Any, b: Any, c: Any) -> None:
    del a, b, c


@functools.wraps(three)
def adds_one(*arguments: Any) -> None:
    three(*arguments, *(None,) * (3 - len(arguments)))


async def coroutine(a: Any, b: Any = None, *more: Any, key: str = "", **others: Any) -> None:
    del a, b, more, key, others


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize(
    "function",
    [
        nothing, Right().method, Right.of_class, Right.static, Right(), adds_one, coroutine,
        functools.partial(coroutine, key="k"), Mock(), AsyncMock(), lambda *a, **k: None,
        lambda a, b=None: None, print,
    ],
)  # fmt: skip
def test_a_function_that_can_be_called_so_is_taken(hub: lj.Hub, registered: str, function: Any):
    register, _ = REGISTERED[registered]
    assert register(hub)(function) is function


def generates(*_: Any) -> Iterator[Any]:
    yield


async def generates_late(*_: Any) -> AsyncIterator[Any]:
    yield


@pytest.mark.parametrize("registered", REGISTERED)
def test_a_generator_is_refused_where_nobody_would_run_it(hub: lj.Hub, registered: str):
    register, takes = REGISTERED[registered]
    for function in (generates_late, generates):
        if registered == "translate" and function is generates:
            register(hub)(function)
            continue
        with pytest.raises(lj.ArgumentError) as caught:
            register(hub)(function)
        assert str(caught.value) == (
            f"{registered}: {function.__name__} must take ({', '.join(takes)}) and return, not yield:"
            " nobody would run it"
        )


def test_a_subscription_may_have_every_kind_that_there_is(hub: lj.Hub):
    events = ["message", "handover_requested", "handover", "session", "unknown"]
    for kind in [*events, *lj.Fact.kinds]:
        hub._runtime.native.subscribe("all", json.dumps({"kinds": [kind]}))
    with pytest.raises(lj.ArgumentError, match="did you mean message"):
        hub._runtime.native.subscribe("all", '{"kinds":["mesage"]}')


@pytest.mark.parametrize(
    "register",
    [
        lambda hub: hub.decide("shop"),
        lambda hub: hub.decide(),
        lambda hub: hub.sink("line"),
        lambda hub: hub.translate("app"),
    ],
)
def test_a_second_function_is_refused(hub: lj.Hub, register: Callable[[lj.Hub], Any]):
    register(hub)(nothing)
    with pytest.raises(lj.ArgumentError, match="already"):
        register(hub)(nothing)


class Waited:
    """A handler that tells that it was called."""

    def __init__(self) -> None:
        self.called = threading.Event()

    def __call__(self, item: lj.Item, conv: lj.Conversation) -> None:
        self.called.set()


def consumer_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("lampjack subscr")]


def test_a_start_that_fails_starts_nothing_and_may_be_tried_again(tmp_path: Path):
    url = f"sqlite:{tmp_path / 'store.db'}"
    other, hub = opened(url), opened(url)
    other.on(lj.Message, to="bot", name="second")(nothing)
    other.start()
    handler = Waited()
    hub.on(lj.Message, name="first")(handler)
    hub.on(lj.Message, to="desk", name="second")(nothing)
    before = consumer_threads()
    with pytest.raises(lj.ConfigError, match="subscription second"):
        hub.start()
    assert consumer_threads() == before
    other.close()
    hub.start()
    assert hub.receive("shop", **sample("chatlayer_offloading").arguments()).status == 200
    assert handler.called.wait(10)
    hub.close()


def test_a_start_without_a_thread_is_undone(monkeypatch: pytest.MonkeyPatch):
    hub, handler = opened(), Waited()
    hub.on(lj.Message, name="first")(handler)
    hub.on(lj.Message, name="second")(nothing)
    start = _consumers.Consumer.start

    def fail(self: Any) -> None:
        if self.name == "second":
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(_consumers.Consumer, "start", fail)
    with pytest.raises(RuntimeError, match="thread"):
        hub.start()
    assert consumer_threads() == []
    monkeypatch.undo()
    with hub:
        assert hub.receive("shop", **sample("chatlayer_offloading").arguments()).status == 200
        assert handler.called.wait(10)


def test_a_subscription_that_fails_after_the_start_may_be_registered_again(tmp_path: Path):
    url = f"sqlite:{tmp_path / 'store.db'}"
    other, hub = opened(url), opened(url)
    other.on(lj.Message, to="bot", name="desk")(nothing)
    other.start()
    hub.start()
    with pytest.raises(lj.ConfigError, match="subscription desk"):
        hub.on(lj.Message, to="desk", name="desk")(nothing)
    other.close()
    hub.on(lj.Message, to="desk", name="desk")(nothing)
    hub.close()


class Yields:
    """An object whose call makes a generator: nobody would run it."""

    def __call__(self, *_: object) -> Iterator[int]:
        yield 1


class YieldsLater:
    """The same for a loop."""

    async def __call__(self, *_: object) -> AsyncIterator[int]:
        yield 1


@pytest.mark.parametrize("function", [Yields(), YieldsLater()])
def test_an_object_that_yields_is_refused_as_a_function_is(hub: lj.Hub, function: Any):
    with pytest.raises(lj.ArgumentError, match="return, not yield"):
        hub.on(lj.Message, name="desk")(function)


def test_a_start_that_fails_serves_no_sink(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    store = f"sqlite:{tmp_path / 'handover.db'}"
    hub = opened(store)
    with opened(store) as other:
        other.on(lj.Message, name="desk")(nothing)
        hub.sink("line")(nothing)
        hub.on(lj.HandoverRequested, name="desk")(nothing)
        with pytest.raises(lj.ConfigError):
            hub.start()
        assert other.receive("line", **sample("omnichannel").arguments()).status == 200
        assert comes(lambda: "sink.missing account=line" in caplog.text)
    hub.close()
