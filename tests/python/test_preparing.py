"""Items and messages that cannot be prepared for their handler: they come again after a wait, as after a failing handler."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack import _items, _sinks
from lampjack.testing import sample, sample_settings

FAILURES = [lj.StoreError("the store is busy"), KeyError("what somebody wrote")]


class FailsOnce:
    """Stands in for a function that raises at its first call."""

    def __init__(self, function: Callable[..., Any], error: Exception) -> None:
        self.function = function
        self.error: Exception | None = error

    def __call__(self, *arguments: Any) -> Any:
        error, self.error = self.error, None
        if error is not None:
            raise error
        return self.function(*arguments)


class Seen:
    def __init__(self) -> None:
        self.attempts: list[int] = []
        self.called = threading.Event()

    def plain(self, leased: Any, conv: lj.Conversation) -> None:
        self.attempts.append(leased.attempt)
        self.called.set()

    async def on_loop(self, leased: Any, conv: lj.Conversation) -> None:
        self.plain(leased, conv)


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    config = {
        "store": "memory:",
        "item_base_ms": 10,
        "retry_base_ms": 10,
        "account": {"line": sample_settings("omnichannel")},
    }
    with lj.Hub(config) as hub:
        yield hub


@pytest.mark.parametrize("error", FAILURES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("kind", ["plain", "on_loop"])
def test_a_sinks_message_is_given_back_with_an_error(
    hub: lj.Hub,
    kind: str,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    fails = FailsOnce(_sinks.SinkMessage.from_core, error)
    monkeypatch.setattr(_sinks.SinkMessage, "from_core", fails)
    hub.user("line", "user-1").say("Hi").result(5)
    request = sample("omnichannel", "handover_requested", user="user-1")
    assert hub.receive("line", **request.arguments()).status == 200
    seen = Seen()
    hub.sink("line")(getattr(seen, kind))
    hub["line:live:user-1"].reply("Dana here", agent="dana").result(5)
    assert seen.called.wait(20)
    assert seen.attempts == [2], "the failed one counts as an attempt"
    assert "lease.failed account=line work=prepare" in caplog.text
    assert "somebody" not in caplog.text


@pytest.mark.parametrize("error", FAILURES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("kind", ["plain", "on_loop"])
def test_an_item_is_given_back_with_an_error(
    hub: lj.Hub,
    kind: str,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(_items.Item, "from_core", FailsOnce(_items.Item.from_core, error))
    seen = Seen()
    hub.on(lj.Message, name="desk")(getattr(seen, kind))
    hub.user("line", "user-1").say("Hi").result(5)
    assert seen.called.wait(20)
    assert seen.attempts == [2], "the failed one counts as an attempt"
    assert "lease.failed subscription=desk work=prepare" in caplog.text
    assert "somebody" not in caplog.text
