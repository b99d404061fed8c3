"""A process with a hub at work makes children, in each of multiprocessing's ways: correct work or a clear error, never silence."""

import asyncio
import faulthandler
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Self

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

METHODS = [
    name
    for name in ("fork", "spawn", "forkserver")
    if name in multiprocessing.get_all_start_methods()
]
CHILDREN = int(os.environ.get("LJK_CHILDREN", "2"))
EACH = 10
PATIENCE = 120

pytestmark = [
    pytest.mark.timeout(300 + 10 * CHILDREN),
    # Python's own word about threads and fork: that it goes well all the same is what is tested here.
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]


def config(store: str) -> dict[str, Any]:
    settings = sample_settings("chatlayer_offloading")
    limits = {"events_per_second": 1_000_000, "account_events_limit": 1_000_000}
    return {"store": store, **limits, "account": {"shop": settings}}


def texts_of(writer: int, count: int) -> list[str]:
    return [f"{writer}/{number}" for number in range(count)]


def take(hub: lj.Hub, text: str) -> None:
    writer, _, number = text.partition("/")
    request = sample(
        "chatlayer_offloading", user=writer, text=text, number=int(number) + 1_000_000 * int(writer)
    )
    answer = hub.receive("shop", **request.arguments())
    assert answer.status == 200, answer.body


def work(store: str, writer: int, out: Connection) -> None:
    """What a child does with a hub of its own."""
    with lj.Hub(config(store)) as hub:
        for text in texts_of(writer, EACH):
            take(hub, text)
    out.send("done")


class Parent:
    """A hub that sends, watches its timers, handles items and receives without a pause."""

    def __init__(self, store: str) -> None:
        self.hub = lj.Hub(config(store))
        self.handled: list[str] = []
        self.taken = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._receive)
        self.hub.on(lj.Message, name="desk")(self._handle)

    def _handle(self, item: lj.Item, conv: lj.Conversation) -> None:
        self.handled.append(lj.as_text(item.event.content))

    def _receive(self) -> None:
        while not self._stop.is_set():
            take(self.hub, f"0/{self.taken}")
            self.taken += 1
            self._stop.wait(0.002)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def __enter__(self) -> Self:
        self.hub.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.hub.drain(PATIENCE)
        self.hub.close()


def watched(function: Callable[..., None], *arguments: Any) -> None:
    """Run it; where it hangs, the stacks of its threads go to standard error."""
    faulthandler.dump_traceback_later(PATIENCE / 2, file=sys.__stderr__)
    function(*arguments)
    faulthandler.cancel_dump_traceback_later()


def run_child(method: str, function: Callable[..., None], *arguments: Any) -> Any:
    """What the child sent; it must end by itself, and well."""
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        child = context.Process(target=watched, args=(function, *arguments, sender))
        child.start()
        sender.close()  # a child that dies ends the pipe
        try:
            assert receiver.poll(PATIENCE), "the child hangs"
            told = receiver.recv()
            child.join(PATIENCE)
            assert child.exitcode == 0
        finally:
            child.kill()
            child.join()
            child.close()
    return told


@pytest.mark.parametrize("method", METHODS)
def test_children_work_beside_their_parent(method: str, durable_store: str):
    with Parent(durable_store) as parent:
        for writer in range(1, CHILDREN + 1):
            assert run_child(method, work, durable_store, writer) == "done"
        parent.stop()
        wanted = texts_of(0, parent.taken)
        wanted += [text for writer in range(1, CHILDREN + 1) for text in texts_of(writer, EACH)]
        wait_for(lambda: len(parent.handled) >= len(wanted))
        stored = [text for writer in range(CHILDREN + 1) for text in log_of(parent.hub, writer)]
    assert stored == wanted
    assert sorted(parent.handled) == sorted(wanted)


def wait_for(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(PATIENCE * 50):
        if condition():
            return
        tick.wait(0.02)
    raise AssertionError("it did not happen")


def log_of(hub: lj.Hub, user: int) -> list[str]:
    texts: list[str] = []
    after = 0
    while items := hub[f"shop:live:{user}"].transcript(after=after).result(60):
        after = items[-1].seq
        texts += [lj.as_text(i.event.content) for i in items if isinstance(i.event, lj.Message)]
    return texts


INHERITED: lj.Hub | None = None  # what a forked child finds in its memory


def uses(hub: lj.Hub) -> dict[str, Callable[[], Any]]:
    """Every way to ask a hub for something."""
    conv = hub["shop:live:1"]
    request = sample("chatlayer_offloading").arguments()

    async def in_lifespan() -> None:
        async with hub.lifespan():
            pass

    return {
        "receive": lambda: hub.receive("shop", **request),
        "submit": lambda: asyncio.run(hub.submit("shop", **request)),
        "reply": lambda: conv.reply("words", agent="dana").result(10),
        "state": lambda: conv.state().result(10),
        "transcript": lambda: conv.transcript().result(10),
        "tag": lambda: conv.tag,
        "say": lambda: hub.user("shop", "1").say("words").result(10),
        "conversations": hub.conversations,
        "stats": hub.stats,
        "stuck": hub.stuck,
        "dead_letters": hub.dead_letters,
        "step": hub.step,
        "start": hub.start,
        "with": hub.__enter__,
        "lifespan": lambda: asyncio.run(in_lifespan()),
        "drain": hub.drain,
    }


def try_all(out: Connection) -> None:
    assert INHERITED is not None
    told = {}
    for name, use in uses(INHERITED).items():
        try:
            told[name] = f"gave {use()}"
        except lj.HubClosedError as error:
            told[name] = str(error)
    INHERITED.close()  # of use to nobody, and no harm
    out.send(told)


@pytest.mark.skipif("fork" not in METHODS, reason="needs fork")
def test_an_inherited_hub_says_at_every_use_what_to_do(
    durable_store: str, monkeypatch: pytest.MonkeyPatch
):
    with Parent(durable_store) as parent:
        monkeypatch.setitem(globals(), "INHERITED", parent.hub)
        told = run_child("fork", try_all)
        assert set(told) == set(uses(parent.hub))
        for name, words in told.items():
            assert "before a fork: open one in each process" in words, name
        before = parent.taken
        wait_for(lambda: parent.taken > before)
        parent.stop()
        assert log_of(parent.hub, 0) == texts_of(0, parent.taken), "the parent noticed nothing"


@pytest.mark.parametrize("method", [name for name in METHODS if name != "fork"])
def test_a_hub_cannot_be_sent_to_another_process(method: str):
    hub = lj.Hub(config("memory:"), background=False)
    child = multiprocessing.get_context(method).Process(target=try_all, args=(hub,))
    with pytest.raises(TypeError, match="open one in each process"):
        child.start()
    hub.close()
