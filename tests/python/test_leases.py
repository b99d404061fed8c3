"""Leases: handlers that hang, that lose their item, and that need a place before an item is leased for them."""

import asyncio
import contextlib
import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def opened(
    clock: ManualClock | None, store: str = "memory:", *, background: bool = True, **options: object
) -> lj.Hub:
    """A hub with threads of its own, also where the clock is the test's."""
    config = {"store": store, "account": {"shop": sample_settings("certainly")}, **options}
    return lj.Hub(config, clock=clock, background=background)


def receive(hub: lj.Hub, *users: str) -> None:
    for number, user in enumerate(users):
        request = sample("certainly", user=user, number=number)
        assert hub.receive("shop", **request.arguments()).status == 200


def events(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    return [text for text in caplog.messages if text.startswith(f"{name} ")]


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "lampjack")


@pytest.fixture
def without_gc() -> Iterator[None]:
    """What is told of an item must not wait for the garbage collector: no exception may keep it in a cycle."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_coroutine_that_hangs_is_cancelled_while_the_hub_drains():
    clock, ended = ManualClock(), threading.Event()
    begun = threading.Event()
    hub = opened(clock, handler_timeout_ms=120_000)
    hub.start()

    @hub.on(lj.Message, name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    receive(hub, "user-1")
    assert begun.wait(10)
    draining = threading.Thread(target=hub.drain, args=(30,))
    draining.start()
    assert not ended.wait(0.5), "the control: it may work for two minutes"
    clock.advance(121)
    assert ended.wait(10), "its time is over, and nobody waits for it any longer"
    draining.join(10)
    assert not draining.is_alive()
    hub.close()


def test_a_coroutine_that_hangs_is_cancelled_and_its_item_is_handed_out_again(
    caplog: pytest.LogCaptureFixture, without_gc: None
):
    clock, tries, told = ManualClock(), [], []
    begun = threading.Event()

    with opened(clock, handler_timeout_ms=120_000) as hub:

        @hub.on(lj.Message, name="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            tries.append(item.attempt)
            if item.attempt > 1:
                return
            begun.set()
            try:
                await asyncio.sleep(3600)
            finally:
                try:
                    await conv.notify("too late")
                except lj.LampjackError as error:
                    told.append((type(error), error.code))
                    raise

        receive(hub, "user-1")
        assert begun.wait(10)
        clock.advance(119)
        assert hub.stuck()[0].why == ("handler",)
        assert hub.stuck()[0].subscription == "desk"
        assert hub.stuck()[0].since is not None
        assert tries == [1]
        clock.advance(2)
        wait_until(lambda: told, "its command is refused")
        clock.advance(2)
        wait_until(lambda: tries == [1, 2], "it is handed out again")
        wait_until(lambda: not hub.stuck(), "nothing hangs any more")
    assert told == [(lj.LeaseLostError, "lease_lost")]
    (line,) = events(caplog, "handler.hung")
    assert "account=shop" in line
    assert "subscription=desk" in line
    assert "seconds=121" in line


def test_without_a_limit_a_coroutine_may_work_for_an_hour(caplog: pytest.LogCaptureFixture):
    """The control of the test before."""
    clock, tries = ManualClock(), []
    begun, go_on = threading.Event(), threading.Event()

    with opened(clock, background=False, handler_timeout_ms=0) as hub:

        @hub.on(lj.Message, to="bot", name="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            tries.append(item.attempt)
            begun.set()
            await asyncio.get_running_loop().run_in_executor(None, go_on.wait)
            await conv.notify("in time")

        receive(hub, "user-1")
        assert begun.wait(10)
        for _ in range(30):
            clock.advance(120)
            hub.step()
        go_on.set()
        hub.drain()
    assert tries == [1]
    assert not events(caplog, "handler.hung")
    assert not events(caplog, "lease.lost")


def test_a_thread_that_hangs_is_abandoned_and_its_outcome_does_not_count(
    caplog: pytest.LogCaptureFixture,
):
    clock, tries, told = ManualClock(), [], []
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    with opened(clock, handler_timeout_ms=1000) as hub:

        @hub.on(lj.Message, name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            tries.append(item.attempt)
            if item.attempt > 1:
                return
            begun.set()
            go_on.wait(20)
            try:
                conv.notify("too late").result(5)
            except lj.LeaseLostError as error:
                told.append(error)
            ended.set()

        receive(hub, "user-1")
        assert begun.wait(10)
        clock.advance(2)
        wait_until(lambda: events(caplog, "handler.hung"), "it is noticed")
        assert [one.why for one in hub.stuck()] == [("handler",)], "at once, not after a minute"
        clock.advance(2)
        wait_until(lambda: tries == [1, 2], "it is handed out again")
        go_on.set()
        assert ended.wait(10)
        wait_until(lambda: events(caplog, "handler.late"), "it is told")
        transcript = hub["shop:live:user-1"].transcript().result(5)
    assert len(told) == 1
    assert "too late" not in str([lj.as_text(one.event.content) for one in transcript
                                  if isinstance(one.event, lj.Message)])  # fmt: skip


def test_threads_that_hang_are_replaced(caplog: pytest.LogCaptureFixture):
    clock, begun, go_on = ManualClock(), threading.Semaphore(0), threading.Event()
    seen: list[str] = []

    with opened(clock, handler_timeout_ms=1000) as hub:

        @hub.on(lj.Message, name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            seen.append(item.ref)
            begun.release()
            go_on.wait(20)

        receive(hub, *(f"user-{number:02}" for number in range(16)))
        assert all(begun.acquire(timeout=10) for _ in range(16)), "every place is taken"
        clock.advance(2)
        wait_until(lambda: len(events(caplog, "handler.hung")) == 16, "all of them hang")
        assert [one.why for one in hub.stuck()] == [("handler",)] * 16
        wait_until(lambda: len(events(caplog, "thread.abandoned")) == 16, "each is replaced")
        receive(hub, "user-99")
        wait_until(lambda: "shop:live:user-99" in seen, "there is a thread for it")
        clock.advance(60)
        go_on.set()
        wait_until(lambda: len(seen) == 2 * 16 + 1, "and what hung is handed out again")


def test_coroutines_that_ignore_their_cancellation_keep_their_places(
    caplog: pytest.LogCaptureFixture,
):
    clock, begun, go_on = ManualClock(), threading.Semaphore(0), threading.Event()
    seen: list[str] = []

    with opened(clock, handler_timeout_ms=1000) as hub:

        @hub.on(lj.Message, name="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            seen.append(item.ref)
            begun.release()
            while not go_on.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.02)

        receive(hub, *(f"user-{number:02}" for number in range(16)))
        assert all(begun.acquire(timeout=10) for _ in range(16)), "every place is taken"
        clock.advance(2)
        wait_until(lambda: len(events(caplog, "handler.hung")) == 16, "all of them hang")
        assert [one.why for one in hub.stuck()] == [("handler",)] * 16
        assert {one.subscription for one in hub.stuck()} == {"desk"}
        receive(hub, "user-99")
        clock.advance(60)
        assert not begun.acquire(timeout=0.5), "no place is free, though nothing is leased"
        go_on.set()
        wait_until(lambda: "shop:live:user-99" in seen, "the control: a place is free again")
        wait_until(lambda: len(seen) == 2 * 16 + 1, "and what hung is handed out again")


def test_no_more_is_leased_than_threads_can_begin_at_once(tmp_path: Path):
    url = f"sqlite:{tmp_path / 'store.db'}"
    hub, release, begun = opened(None, url), threading.Event(), threading.Semaphore(0)
    seen: list[str] = []

    @hub.on(lj.Message, name="slow")
    def slow(item: lj.Item, conv: lj.Conversation) -> None:
        begun.release()
        release.wait(20)

    @hub.on(lj.Message, name="other")
    def other(item: lj.Item, conv: lj.Conversation) -> None:
        begun.release()
        release.wait(20)

    users = [f"user-{number:02}" for number in range(24)]
    with hub:
        receive(hub, *users)
        assert all(begun.acquire(timeout=10) for _ in range(16)), "every place is taken"
        elsewhere = opened(None, url)
        for name in ("slow", "other"):
            while leased := elsewhere._runtime.native.next(name, 300):
                seen.append(name)
                elsewhere._runtime.native.done(leased, True)
        release.set()
        elsewhere.close()
    assert len(seen) == 2 * len(users) - 16, "what had no place was there for others"


def test_a_blocked_loop_keeps_its_items(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    clock = ManualClock()
    url = f"sqlite:{tmp_path / 'store.db'}"
    hub, other = opened(clock, url), opened(clock, url)
    tries: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    @hub.on(lj.Message, to="bot", name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        tries.append(item.attempt)
        begun.set()
        go_on.wait(20)  # it blocks the loop on purpose
        await conv.notify("in time")

    with hub:
        receive(hub, "user-1")
        assert begun.wait(10)
        for _ in range(20):
            clock.advance(1)
            assert other._runtime.native.next("desk", 200) is None
        go_on.set()
        hub.drain()
    other.close()
    assert tries == [1]
    assert not events(caplog, "holder.dead")


def test_a_handler_may_command_another_hub_of_its_process(caplog: pytest.LogCaptureFixture):
    clock = ManualClock()
    with opened(clock) as hub, opened(clock) as other:
        receive(other, "user-2")
        done = threading.Event()

        @hub.on(lj.Message, to="bot", name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            other["shop:live:user-2"].notify("hello").result(5)
            done.set()

        receive(hub, "user-1")
        assert done.wait(10)
    assert not events(caplog, "handler.failed")
    assert not events(caplog, "lease.lost")
