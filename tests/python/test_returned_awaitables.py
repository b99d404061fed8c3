"""Plain handlers that return an awaitable: it is awaited on the loop before the item is handled."""

import asyncio
import functools
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings

REF = "shop:live:user-1"


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def opened(clock: ManualClock | None = None, store: str = "memory:") -> lj.Hub:
    account = sample_settings("certainly")
    config = {"store": store, "item_base_ms": 10, "account": {"shop": account}}
    return lj.Hub(config, clock=clock, background=clock is None)


def receive(hub: lj.Hub) -> None:
    assert hub.receive("shop", **sample("certainly").arguments()).status == 200


class Handler:
    def __init__(self) -> None:
        self.tries: list[int] = []

    async def run(self, item: lj.Item, conv: lj.Conversation) -> None:
        await asyncio.sleep(0)
        self.tries.append(item.attempt)
        if item.attempt == 1:
            raise ValueError("the first time")

    async def __call__(self, item: lj.Item, conv: lj.Conversation) -> None:
        await self.run(item, conv)


@pytest.mark.parametrize(
    "made",
    [
        lambda handler: lambda item, conv: handler.run(item, conv=conv),
        lambda handler: functools.partial(handler.run),
        lambda handler: handler,
    ],
    ids=["lambda", "partial", "callable"],
)
def test_it_is_run_and_its_exception_is_the_handlers(made: Callable[[Handler], Any]):
    hub, handler = opened(), Handler()
    hub.on(lj.Message, name="desk")(made(handler))
    with hub:
        receive(hub)
        wait_until(lambda: handler.tries == [1, 2], "it is run, and tried again")


def test_its_commands_keep_the_order_of_their_keys():
    hub, tries = opened(), []

    @hub.on(lj.Message, to="bot", name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> Any:
        conv.notify("one").result(10)

        async def rest() -> None:
            await conv.notify("two")
            tries.append(item.attempt)
            if item.attempt == 1:
                raise ValueError("the first time")

        return rest()

    with hub:
        receive(hub)
        wait_until(lambda: tries == [1, 2], "it is run, and tried again")
        items = hub[REF].transcript().result(5)
    said = [lj.as_text(i.event.content) for i in items if isinstance(i.event, lj.Message)]
    assert said == ["Hello", "one", "two"]


def test_a_close_cancels_it_and_its_item_is_handed_out_again(tmp_path: Any):
    url, clock, begun = f"sqlite:{tmp_path / 'store.db'}", ManualClock(), threading.Event()
    hub, ended = opened(clock, url), []

    async def hang(item: lj.Item) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(item.ref)

    hub.on(lj.Message, name="desk")(lambda item, conv: hang(item))
    hub.start()
    receive(hub)
    assert begun.wait(10)
    hub.close()
    assert ended == [REF]
    again = opened(clock, url)
    seen: list[str] = []
    again.on(lj.Message, name="desk")(lambda item, conv: seen.append(item.ref))
    with again:
        wait_until(lambda: seen == [REF], "it comes at once")


@pytest.mark.filterwarnings("error")
def test_what_a_close_comes_before_is_not_run_and_python_warns_of_nothing():
    hub, ran, begun, go_on = opened(), [], threading.Event(), threading.Event()

    async def run(item: lj.Item) -> None:
        ran.append(item.ref)

    async def occupy(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        go_on.wait(20)  # on the loop: nothing else begins there

    def return_it(item: lj.Item, conv: lj.Conversation) -> Any:
        assert begun.wait(20)
        returned.release()
        return run(item)

    returned = threading.Semaphore(0)
    hub.on(lj.Message, name="first")(occupy)
    hub.on(lj.Message, name="desk")(return_it)
    hub.start()
    receive(hub)
    assert returned.acquire(timeout=20)
    closing = threading.Thread(target=hub.close)
    closing.start()
    wait_until(lambda: hub._runtime.closed or _is_cancelled(hub), "it is being closed")
    go_on.set()
    closing.join(20)
    gc.collect()  # what was never awaited is told of here
    assert ran == []


def _is_cancelled(hub: lj.Hub) -> bool:
    return all(one._cancelled for one in hub._consumers.by_key.values())
