"""A decision that cannot be used is a missing one: the platform's default applies, and the request is answered and kept."""

import asyncio
import json
import threading
from contextlib import suppress
from typing import Any

import pytest

import lampjack as lj
from lampjack._shares import Shares
from lampjack.testing import sample, sample_settings

REF = "shop:live:user-1"


@pytest.fixture
def hub() -> Any:
    config = {"store": "memory:", "account": {"shop": sample_settings("chatlayer_offloading")}}
    with lj.Hub(config) as hub:
        yield hub


def answer_of(hub: lj.Hub, in_loop: bool) -> dict[str, Any]:
    asked = sample("chatlayer_offloading", "handover_requested").arguments()
    answer = asyncio.run(hub.submit("shop", **asked)) if in_loop else hub.receive("shop", **asked)
    assert answer.status == 200
    assert hub[REF].state().result(5).state == "bot", "the request is stored, and declined"
    return json.loads(answer.body)


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize(
    "made", [lj.Decline(None), lj.Accept(mute="yes"), "yes", None, lj.Decline("half \udc80")]
)
def test_a_decision_of_a_wrong_type_is_the_default(
    hub: lj.Hub, made: Any, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    hub.decide("shop")(lambda request: made)
    assert answer_of(hub, in_loop)["offloadSuccess"] is False
    told = "decision.failed account=shop" in caplog.text
    assert told == (not isinstance(made, lj.Decline) or made.reason is None)


@pytest.mark.parametrize("in_loop", [False, True])
def test_what_a_decision_waits_for_may_be_cancelled(
    hub: lj.Hub, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    @hub.decide("shop")
    async def decide(request: lj.DecisionRequest) -> lj.Accept:
        inner = asyncio.ensure_future(asyncio.sleep(60))
        inner.cancel()
        await inner
        return lj.Accept()

    assert answer_of(hub, in_loop)["offloadSuccess"] is False
    assert "decision.failed account=shop" in caplog.text
    assert "reason=CancelledError" in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize("plain", [False, True])
def test_a_timeout_of_the_decide_function_itself_is_not_late(
    hub: lj.Hub, plain: bool, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    def fail(request: lj.DecisionRequest) -> lj.Accept:
        raise TimeoutError("secret")

    async def fail_on_loop(request: lj.DecisionRequest) -> lj.Accept:
        raise TimeoutError("secret")

    hub.decide("shop")(fail if plain else fail_on_loop)
    assert answer_of(hub, in_loop)["offloadSuccess"] is False
    assert "decision.failed account=shop reason=TimeoutError" in caplog.text
    assert "decision.late" not in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize("how", ["plain", "async", "stubborn"])
def test_a_decision_after_its_deadline_is_late(
    how: str, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    account = sample_settings("chatlayer_offloading", t_answer=50)
    go_on = threading.Event()

    def plain(request: lj.DecisionRequest) -> lj.Accept:
        go_on.wait(20)
        return lj.Accept()

    async def on_loop(request: lj.DecisionRequest) -> lj.Accept:
        await asyncio.sleep(20)
        return lj.Accept()

    async def stubborn(request: lj.DecisionRequest) -> lj.Accept:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(20)
        return lj.Accept()

    with lj.Hub({"store": "memory:", "account": {"shop": account}}) as hub:
        hub.decide("shop")({"plain": plain, "async": on_loop, "stubborn": stubborn}[how])
        assert answer_of(hub, in_loop)["offloadSuccess"] is False
        go_on.set()
    lines = [line for line in caplog.messages if line.startswith("decision.")]
    assert lines == ["decision.late account=shop deadline_ms=50"]


async def test_a_web_client_that_goes_away_takes_no_decision_back():
    account = sample_settings("chatlayer_offloading", t_answer=60_000)
    asked = sample("chatlayer_offloading", "handover_requested").arguments()
    with lj.Hub({"store": "memory:", "account": {"shop": account}}) as hub:
        begun, go_on = asyncio.Event(), asyncio.Event()

        @hub.decide("shop")
        async def decide(request: lj.DecisionRequest) -> lj.Accept:
            begun.set()
            await go_on.wait()
            return lj.Accept()

        first = asyncio.create_task(hub.submit("shop", **asked))
        await begun.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go_on.set()
        await asyncio.wait(hub._reception._tasks)
        assert len(hub.conversations("requested")) == 1, "the decision holds"
        again = await hub.submit("shop", **asked)
        assert json.loads(again.body)["offloadSuccess"] is True, "the stored answer"


@pytest.mark.parametrize("own_threads", [True, False], ids=["own", "control"])
def test_decisions_that_hang_keep_no_handler_from_its_end(own_threads: bool):
    """Decisions have threads of their own. The control: on the handlers' threads they keep them from ending."""
    account = sample_settings("chatlayer_offloading", t_answer=60_000)
    go_on, handled, begun = threading.Event(), threading.Event(), threading.Semaphore(0)
    with lj.Hub({"store": "memory:", "account": {"shop": account}}) as hub:

        @hub.decide("shop")
        def decide(request: lj.DecisionRequest) -> lj.Accept:
            begun.release()
            go_on.wait(30)
            return lj.Accept()

        @hub.on(lj.Message, name="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            handled.set()

        if not own_threads:
            hub._runtime._deciders._pool = hub._runtime.workers
            hub._runtime._deciders._shares = Shares(16, 16)

        def ask(number: int) -> None:
            hub.receive("shop", **sample(
                "chatlayer_offloading", "handover_requested", user=f"asks-{number}"
            ).arguments())  # fmt: skip

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        try:
            assert all(begun.acquire(timeout=10) for _ in range(8 if own_threads else 16))
            assert hub.receive("shop", **sample("chatlayer_offloading").arguments()).status == 200
            assert handled.wait(10 if own_threads else 1) == own_threads
        finally:
            go_on.set()
            for thread in threads:
                thread.join(20)


def test_a_request_of_the_host_comes_to_the_desk_and_nobody_decides(hub: lj.Hub):
    asked, told = [], threading.Event()
    seen: list[lj.Item] = []
    hub.decide("shop")(asked.append)

    @hub.on(lj.HandoverRequested, to="desk", name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> None:
        seen.append(item)
        told.set()

    assert hub.receive("shop", **sample("chatlayer_offloading").arguments()).status == 200
    receipt = hub[REF].request(by="user").result(10).receipt
    assert receipt.state == "requested"
    assert told.wait(20)
    [item] = seen
    assert (item.ref, item.to, item.seq) == (REF, "desk", receipt.seq)
    assert isinstance(item.event, lj.HandoverRequested)
    assert item.event.actor.role == "user"
    assert asked == []
