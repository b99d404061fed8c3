"""Calls that wait when the hub closes end with HubClosedError, whatever they wait for."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

REF = "shop:live:user-1"
ASKED = sample("chatlayer_offloading", "handover_requested").arguments()


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    account = sample_settings("chatlayer_offloading", t_answer=60_000)
    hub = lj.Hub({"store": "memory:", "account": {"shop": account}}, background=False)
    yield hub
    hub.close()


def a_delivery(hub: lj.Hub) -> lj.Delivery:
    """One that never leaves: nothing sends."""
    hub.decide("shop")(lambda request: lj.Accept(mute=True))
    answer = hub.receive("shop", **ASKED)
    assert json.loads(answer.body)["offloadSuccess"] is True
    return hub[REF].reply("Hello", agent="dana").result(5)


def block(hub: lj.Hub, count: int, run: object) -> threading.Event:
    """Keep `count` threads busy until the event is set."""
    release, begun = threading.Event(), threading.Semaphore(0)

    def wait(*_: object) -> None:
        begun.release()
        release.wait(20)

    for _ in range(count):
        run(wait)
    assert all(begun.acquire(timeout=10) for _ in range(count))
    return release


def test_waits_for_deliveries_end(hub: lj.Hub):
    delivery = a_delivery(hub)
    waits = [delivery.sent(timeout=60) for _ in range(40)]  # some have no thread yet
    hub.close()
    for wait in waits:
        with pytest.raises(lj.HubClosedError):
            wait.result(10)


async def test_waits_on_a_loop_end(hub: lj.Hub):
    delivery = await asyncio.get_running_loop().run_in_executor(None, a_delivery, hub)
    waits = [asyncio.ensure_future(_awaited(delivery.sent(timeout=60))) for _ in range(40)]
    await asyncio.sleep(0)
    hub.close()
    ends = await asyncio.gather(*waits, return_exceptions=True)
    assert {type(end) for end in ends} == {lj.HubClosedError}


async def _awaited(outcome: lj.Outcome) -> object:
    return await outcome


def test_commands_and_reads_that_wait_for_a_thread_end(hub: lj.Hub):
    lane = block(hub, 1, lambda wait: hub._runtime.command(REF, wait))
    reads = block(hub, 8, hub._runtime.read)
    calls = [hub[REF].take("dana"), hub[REF].state()]
    hub.close()
    lane.set()
    reads.set()
    for call in calls:
        with pytest.raises(lj.HubClosedError):
            call.result(10)


async def test_a_request_that_waits_for_a_thread_ends(hub: lj.Hub):
    reads = block(hub, 8, hub._runtime.read)
    request = asyncio.create_task(hub.submit("shop", **ASKED))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    hub.close()
    reads.set()
    with pytest.raises(lj.HubClosedError):
        await request


async def test_requests_that_wait_for_their_decision_end(
    hub: lj.Hub, caplog: pytest.LogCaptureFixture
):
    begun, release = threading.Semaphore(0), threading.Event()

    @hub.decide("shop")
    def decide(request: lj.DecisionRequest) -> lj.Accept:
        begun.release()
        release.wait(20)
        return lj.Accept()

    requests = [
        asyncio.create_task(hub.submit("shop", **sample(
            "chatlayer_offloading", "handover_requested", user=f"user-{number}"
        ).arguments()))
        for number in range(20)
    ]  # fmt: skip
    loop = asyncio.get_running_loop()
    for _ in range(8):
        assert await loop.run_in_executor(None, begun.acquire, True, 10)
    while hub.stats().requests < 20:  # noqa: ASYNC110  the core has no event for it
        await asyncio.sleep(0.01)
    hub.close()
    release.set()
    ends = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(end) for end in ends} == {lj.HubClosedError}
    assert "decision." not in caplog.text


def test_a_caller_that_waits_for_its_decision_is_told(hub: lj.Hub):
    begun, release = threading.Event(), threading.Event()

    @hub.decide("shop")
    def decide(request: lj.DecisionRequest) -> lj.Accept:
        begun.set()
        release.wait(20)
        return lj.Accept()

    busy = block(hub, 8, lambda wait: hub._runtime.decide("shop", wait))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(hub.receive, "shop", **ASKED)
        while not hub._runtime._deciders._waiting:
            assert not asked.done()
        hub.close()
        busy.set()
        with pytest.raises(lj.HubClosedError):
            asked.result(10)
    assert not begun.is_set()


async def test_a_caller_that_is_cancelled_itself_is_cancelled(hub: lj.Hub):
    delivery = await asyncio.get_running_loop().run_in_executor(None, a_delivery, hub)
    wait = asyncio.ensure_future(_awaited(delivery.sent(timeout=60)))
    await asyncio.sleep(0)
    wait.cancel()
    hub.close()
    with pytest.raises(asyncio.CancelledError):
        await wait
