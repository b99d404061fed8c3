"""close() with handlers in flight: no noise, and what they did not finish is handed out again at once."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _hub
from lampjack.testing import ManualClock, sample, sample_settings

PROGRAM = """
import asyncio, gc, sys, threading
import lampjack as lj
from lampjack.testing import sample, sample_settings

if "without" in sys.argv:  # the control: as it was
    from lampjack import _runtime
    def run_loop(loop):
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()
    _runtime._run_loop = run_loop
    lj.Hub._cancel_handlers = lambda self: None

hub = lj.Hub({"store": "memory:", "account": {"shop": sample_settings("certainly")}})
begun = [threading.Event() for _ in range(40)]

@hub.on(lj.Message, name="slow")
async def slow(item, conv):
    begun[int(item.event.content[0].text)].set()
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0)

@hub.on(lj.Message, name="blocked")
def blocked(item, conv):
    if int(item.event.content[0].text) < 4:
        release.wait(10)

release = threading.Event()
hub.start()
for number in range(40):
    request = sample("certainly", user=f"user-{number}", text=str(number), number=number)
    assert hub.receive("shop", **request.arguments()).status == 200
assert all(one.wait(20) for one in begun[:8]), "handlers run"
loop = hub._runtime.loop()
hub.close()
release.set()
for thread in threading.enumerate():
    if thread.name.startswith("lampjack subscription"):
        thread.join(10)
hub._consumers.by_key.clear()
gc.collect()
print("closed, tasks left:", len(asyncio.all_tasks(loop)))
"""


def run(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", str(program), *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONASYNCIODEBUG": "0"},
    )


def test_close_with_handlers_in_flight_says_nothing(tmp_path: Path):
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "closed, tasks left: 0\n", "")


def test_without_the_cancellation_tasks_are_left(tmp_path: Path):
    """The control of the test before."""
    assert run(tmp_path, "without").stdout == "closed, tasks left: 16\n"


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


class Desk:
    """A hub on a store file, and the handlers that a test needs."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        account = sample_settings("certainly")
        self.hub = lj.Hub(
            {"store": f"sqlite:{path}", "account": {"shop": account}},
            clock=clock,
            background=False,
        )

    def receive(self, *users: str) -> None:
        for number, user in enumerate(users):
            request = sample("certainly", user=user, number=number)
            assert self.hub.receive("shop", **request.arguments()).status == 200


def seen_after(path: Path, clock: ManualClock, count: int, timeout: float) -> list[str]:
    """The items that the next process gets, with the clock where it was."""
    seen: list[str] = []
    desk = Desk(path, clock)

    @desk.hub.on(lj.Message, name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> None:
        seen.append(item.ref)

    with desk.hub:
        wait_until(lambda: len(seen) >= count, "the items come again", timeout)
    return sorted(seen)


def test_a_cancelled_handler_leaves_its_item_to_the_next_process_at_once(tmp_path: Path):
    clock = ManualClock()
    desk = Desk(tmp_path / "store.db", clock)
    begun = threading.Event()
    ended: list[str] = []

    @desk.hub.on(lj.Message, name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(item.ref)

    desk.hub.start()
    desk.receive("user-1")
    assert begun.wait(10)
    desk.hub.close()
    assert ended == ["shop:live:user-1"], "the coroutine ran its finally before close() returned"
    assert seen_after(tmp_path / "store.db", clock, 1, 10) == ["shop:live:user-1"]


def test_without_the_cancellation_the_item_waits_for_its_lease_to_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The control of the test before."""
    monkeypatch.setattr(lj.Hub, "_cancel_handlers", lambda self: None)
    clock = ManualClock()
    desk = Desk(tmp_path / "store.db", clock)
    begun = threading.Event()

    @desk.hub.on(lj.Message, name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        await asyncio.sleep(3600)

    desk.hub.start()
    desk.receive("user-1")
    assert begun.wait(10)
    desk.hub.close()
    with pytest.raises(AssertionError):
        seen_after(tmp_path / "store.db", clock, 1, 1)


def test_what_no_handler_on_a_thread_has_begun_comes_to_the_next_process_at_once(tmp_path: Path):
    clock = ManualClock()
    desk = Desk(tmp_path / "store.db", clock)
    release, begun = threading.Event(), threading.Semaphore(0)

    @desk.hub.on(lj.HandoverRequested, lj.Message, name="busy")
    def busy(item: lj.Item, conv: lj.Conversation) -> None:
        begun.release()
        release.wait(20)

    desk.hub.start()
    users = [f"user-{number:02}" for number in range(16)]
    desk.receive(*users)
    assert all(begun.acquire(timeout=10) for _ in users), "every worker is taken"
    more: list[str] = []

    @desk.hub.on(lj.Message, name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> None:
        more.append(item.ref)

    with pytest.raises(AssertionError):  # a moment in which it could lease what it cannot begin
        wait_until(lambda: more, "a worker is free", 1)
    desk.hub.close()
    release.set()
    assert more == []
    assert seen_after(tmp_path / "store.db", clock, 16, 10) == [
        f"shop:live:{user}" for user in users
    ]


def test_a_handler_whose_own_task_was_cancelled_has_failed(tmp_path: Path):
    clock = ManualClock()
    desk = Desk(tmp_path / "store.db", clock)
    tries: list[int] = []

    @desk.hub.on(lj.Message, name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        tries.append(item.attempt)
        inner = asyncio.ensure_future(asyncio.sleep(3600))
        inner.cancel()
        await inner

    with desk.hub:
        desk.receive("user-1")
        wait_until(lambda: tries, "it is tried")
        with pytest.raises(AssertionError):
            wait_until(lambda: len(tries) > 1, "it is tried again at once", 0.5)

        def is_tried_again() -> bool:  # its wait begins when its outcome is recorded
            clock.advance(60)
            return len(tries) > 1

        wait_until(is_tried_again, "it is tried again after its wait")
    assert tries[:2] == [1, 2]


def test_a_handler_may_close_its_hub(tmp_path: Path):
    desk = Desk(tmp_path / "store.db", ManualClock())
    closed = threading.Event()

    @desk.hub.on(lj.Message, name="desk")
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        desk.hub.close()
        closed.set()

    desk.hub.start()
    desk.receive("user-1")
    assert closed.wait(10)
    with pytest.raises(lj.HubClosedError):
        desk.hub.stats()


def test_a_message_that_a_cancelled_sink_did_not_show_is_shown_by_the_next_process(tmp_path: Path):
    clock = ManualClock()

    def opened() -> lj.Hub:
        config = {
            "store": f"sqlite:{tmp_path / 'store.db'}",
            "account": {"line": sample_settings("omnichannel")},
        }
        return lj.Hub(config, clock=clock, background=False)

    hub, begun = opened(), threading.Event()

    @hub.sink("line")
    async def hang(message: lj.SinkMessage, conv: lj.Conversation) -> None:
        begun.set()
        await asyncio.sleep(3600)

    hub.start()
    hub.user("line", "user-1").say("Hi").result(5)
    request = sample("omnichannel", "handover_requested", user="user-1")
    assert hub.receive("line", **request.arguments()).status == 200
    hub["line:live:user-1"].reply("Dana here", agent="dana").result(5)
    assert begun.wait(10)
    hub.close()

    hub, shown = opened(), []

    @hub.sink("line")
    def show(message: lj.SinkMessage, conv: lj.Conversation) -> None:
        shown.append((message.attempt, lj.as_text(message.content)))

    with hub:
        wait_until(lambda: shown, "it is shown")
    assert shown == [(1, "Dana here")], "no attempt was counted"


def test_an_end_that_cannot_wait_any_longer_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(_hub, "_DRAIN_WITHIN", 0.1)
    desk = Desk(tmp_path / "store.db", ManualClock())
    begun, release = threading.Semaphore(0), threading.Event()

    @desk.hub.on(lj.Message, name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> None:
        begun.release()
        release.wait(20)

    with desk.hub:
        desk.receive("user-1", "user-2")
        assert all(begun.acquire(timeout=10) for _ in range(2))
    release.set()
    lines = [line for line in caplog.messages if line.startswith("drain.")]
    assert lines == ["drain.timeout handlers=2 deliveries=0"]


def test_an_end_in_time_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """The control of the test before."""
    desk = Desk(tmp_path / "store.db", ManualClock())
    handled = threading.Semaphore(0)
    desk.hub.on(lj.Message, name="desk")(lambda item, conv: handled.release())
    with desk.hub:
        desk.receive("user-1", "user-2")
        assert all(handled.acquire(timeout=10) for _ in range(2))
    assert "drain." not in caplog.text


def opened() -> lj.Hub:
    return lj.Hub({"store": "memory:", "account": {"shop": sample_settings("certainly")}})


def test_close_ends_a_drain_that_waits():
    hub, begun, go_on = opened(), threading.Event(), threading.Event()

    @hub.on(lj.Message, name="desk")
    def handle(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        go_on.wait(30)

    told: list[lj.LampjackError] = []

    def drain() -> None:
        try:
            hub.drain(30)
        except lj.LampjackError as error:
            told.append(error)

    hub.start()
    assert hub.receive("shop", **sample("certainly").arguments()).status == 200
    assert begun.wait(10)
    draining = threading.Thread(target=drain)
    draining.start()
    draining.join(0.5)
    assert draining.is_alive(), "the control: it waits for the handler"
    hub.close()
    draining.join(10)
    assert not draining.is_alive()
    assert [type(one) for one in told] == [lj.HubClosedError]
    go_on.set()
