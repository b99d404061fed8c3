"""What is registered with a hub: unknown accounts and second functions are refused, and a failed start is undone."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack import _consumers
from lampjack.testing import sample, sample_settings


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
