"""Processes that are killed, stopped or keep the GIL while a handler runs, beside another on the same store, in real time."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

ROUNDS = int(os.environ.get("LJK_HOLDERS", "0"))

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(ROUNDS == 0, reason="it takes minutes: ./dev torture holders"),
]

SILENCE = 15.0  # seconds until a hub is dead
LOOK = 5.0  # how often others look

PROGRAM = """
import ctypes, sys, threading, time
import lampjack as lj
from lampjack.testing import sample_settings

how = sys.argv[2]
hub = lj.Hub({"store": sys.argv[1], "account": {"shop": sample_settings("certainly")}})

@hub.on(lj.Message, name="desk")
def handle(item, conv):
    print("begun", flush=True)
    if how == "blocked":
        ctypes.PyDLL(None).sleep(20)  # a PyDLL keeps the GIL
    else:
        sys.stdin.readline()
    try:
        conv.notify("done").result(20)
        print("accepted", flush=True)
    except lj.LampjackError as error:
        print(error.code, flush=True)

hub.start()
threading.Event().wait()
"""


@contextmanager
def holder(store: str, how: str) -> Iterator["subprocess.Popen[str]"]:
    """A process whose handler has begun with the one item there is."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, store, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:  # its end closes the pipes
        try:
            yield process
        finally:
            process.kill()


class Other:
    """The hub of this process: it receives the item, and takes it over when it can."""

    def __init__(self, store: str) -> None:
        self.hub = lj.Hub({"store": store, "account": {"shop": sample_settings("certainly")}})
        self.taken = threading.Event()

    def receive(self) -> None:
        request = sample("certainly", user="user-1")
        assert self.hub.receive("shop", **request.arguments()).status == 200

    def work(self) -> None:
        @self.hub.on(lj.Message, name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            self.taken.set()

        self.hub.start()


@contextmanager
def both(store: str, how: str) -> Iterator[tuple["subprocess.Popen[str]", Other]]:
    other = Other(store)
    other.receive()
    with holder(store, how) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        other.work()
        try:
            yield process, other
        finally:
            other.hub.close()


def killed(process: "subprocess.Popen[str]", other: Other) -> None:
    process.kill()
    at = time.monotonic()
    assert other.taken.wait(SILENCE + 2 * LOOK)
    assert time.monotonic() - at <= SILENCE + LOOK + 2


def stopped(process: "subprocess.Popen[str]", other: Other) -> None:
    process.send_signal(signal.SIGSTOP)
    assert other.taken.wait(SILENCE + 2 * LOOK)
    process.send_signal(signal.SIGCONT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go on\n")
    process.stdin.flush()
    assert process.stdout.readline() == "lease_lost\n"


def blocked(process: "subprocess.Popen[str]", other: Other) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "accepted\n"
    assert not other.taken.is_set()


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("happens", [killed, stopped, blocked], ids=lambda one: one.__name__)
def test_the_item_goes_where_it_must(
    durable_store: str,
    happens: Callable[["subprocess.Popen[str]", Other], None],
    round_: int,
):
    """Killed or stopped: within 15 s and a look to another, and who lost it is told. With the GIL kept: it stays."""
    with both(durable_store, happens.__name__) as (process, other):
        time.sleep(round_ % 6)
        happens(process, other)


def test_without_its_heartbeat_the_item_of_a_killed_process_does_not_come(tmp_path: Path):
    """The control of the test before."""
    path = tmp_path / "store.db"
    with both(f"sqlite:{path}", "killed") as (process, other):
        process.kill()
        store = sqlite3.connect(path, timeout=20)
        with store:
            store.execute("DELETE FROM holder")
        store.close()
        assert not other.taken.wait(SILENCE + LOOK + 2)
