"""Functions of the host that raise what ends a thread or a program: an attempt that failed, and nothing else ends."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

EXITS = [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError]


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def opened() -> lj.Hub:
    accounts = {"shop": sample_settings("certainly"), "line": sample_settings("omnichannel")}
    return lj.Hub({"store": "memory:", "item_base_ms": 10, "account": accounts})


@pytest.mark.parametrize("error", EXITS)
def test_it_is_a_failed_attempt_of_a_plain_handler(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
):
    tries: list[int] = []
    with opened() as hub:

        @hub.on(lj.Message, name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            tries.append(item.attempt)
            if item.attempt == 1:
                raise error

        hub.start()
        assert hub.receive("shop", **sample("certainly").arguments()).status == 200
        wait_until(lambda: tries == [1, 2], "it comes again")
    assert f"reason={error.__name__}" in caplog.text
    assert "handler.failed" in caplog.text


@pytest.mark.parametrize("error", EXITS)
def test_it_is_a_failed_attempt_of_a_plain_sink(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
):
    tries: list[int] = []
    with opened() as hub:

        @hub.sink("line")
        def show(message: lj.SinkMessage, conv: lj.Conversation) -> None:
            tries.append(message.attempt)
            if message.attempt == 1:
                raise error

        hub.start()
        assert hub.receive("line", **sample("omnichannel").arguments()).status == 200
        wait_until(lambda: len(tries) == 2, "it comes again", 30)  # the sender waits longer
    assert "sink.failed" in caplog.text


def test_a_coroutine_that_exits_does_not_end_the_loop(caplog: pytest.LogCaptureFixture):
    tries: list[int] = []
    with opened() as hub:

        @hub.on(lj.Message, name="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            tries.append(item.attempt)
            if item.attempt == 1:
                sys.exit()

        hub.start()
        assert hub.receive("shop", **sample("certainly").arguments()).status == 200
        wait_until(lambda: tries == [1, 2], "it comes again")
    assert "handler.failed" in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_it_is_a_missing_decision(
    error: type[BaseException], is_async: bool, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    if is_async and in_loop and error is not SystemExit:
        pytest.skip("on the host's own loop the others are the loop's")

    def decide(request: lj.DecisionRequest) -> lj.Accept:
        raise error("secret")

    async def decide_on_loop(request: lj.DecisionRequest) -> lj.Accept:
        raise error("secret")

    config = {"store": "memory:", "account": {"shop": sample_settings("chatlayer_offloading")}}
    asked = sample("chatlayer_offloading", "handover_requested").arguments()
    with lj.Hub(config) as hub:
        hub.decide("shop")(decide_on_loop if is_async else decide)
        taken = hub.submit("shop", **asked) if in_loop else None
        answer = asyncio.run(taken) if taken else hub.receive("shop", **asked)
        assert json.loads(answer.body)["offloadSuccess"] is False
    assert f"decision.failed account=shop reason={error.__name__} at=test_exits.py" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
def test_a_translation_that_exits_keeps_the_request(
    in_loop: bool, caplog: pytest.LogCaptureFixture
):
    def translate(request: Any) -> Any:
        sys.exit("secret")

    relayed = {
        "path": "/receive",
        "headers": sample("chatlayer_app").headers,
        "body": b'{"request":{"who":"u-1"}}',
    }
    config = {"store": "memory:", "account": {"app": sample_settings("chatlayer_app")}}
    with lj.Hub(config) as hub:
        hub.translate("app")(translate)
        taken = hub.submit("app", **relayed) if in_loop else None
        answer = asyncio.run(taken) if taken else hub.receive("app", **relayed)
        assert (answer.status, answer.body) == (200, b"[]")
        [kept] = hub["app:live:~unattributed"].transcript().result(5)
        assert isinstance(kept.event, lj.UnknownEvent)
    assert "translate.failed account=app reason=SystemExit at=test_exits.py" in caplog.text
