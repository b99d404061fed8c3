"""Waits for deliveries: none of them keeps a thread, and none waits for another."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

import lampjack as lj
from lampjack._waits import Waits
from lampjack.testing import FakePlatform
from support.hanging import comes

MANY = 100


class WaitingThreads:
    """A thread for each wait, 32 at most, as in release 13949c8."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(32)
        self._waits = Waits()

    def add(self, account: str, look: Callable[[], Any], timeout: float) -> "Future[Any]":
        return self._pool.submit(lambda: self._waits.add(account, look, timeout).result())

    def close(self) -> None:
        self._waits.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


@pytest.mark.parametrize("own_threads", [False, True], ids=["shares", "control"])
def test_waits_for_a_silent_platform_keep_no_other_account_waiting(own_threads: bool):
    with FakePlatform("certainly") as silent, FakePlatform("certainly") as fine:
        silent.respond = [TimeoutError] * 1000
        accounts = {"a": silent.settings(), "b": fine.settings()}
        config = {"store": "memory:", "allow_networks": silent.networks, "account": accounts}
        with lj.Hub(config | {"total_ms": 120_000}, background=True) as hub:
            if own_threads:
                hub._runtime._waits = WaitingThreads()  # type: ignore[assignment]
            for number in range(MANY):
                silent.send(hub, "a", "handover_requested", user=f"user-{number}")
            fine.send(hub, "b", "handover_requested")
            waits = [
                hub[one.ref].reply("hello", agent="dana").result(10).sent(timeout=600)
                for one in hub.conversations(limit=1000)
                if one.ref.startswith("a:")
            ]
            assert len(waits) == MANY
            [other] = [one.ref for one in hub.conversations(limit=1000) if one.ref[0] == "b"]
            sent = hub[other].reply("hello", agent="dana").result(10).sent(timeout=600)
            if own_threads:
                assert fine.wait(1)
                assert not comes(sent.done, 1)
            else:
                assert sent.result(20).status == "sent"
                names = [thread.name for thread in threading.enumerate()]
                assert names.count("lampjack wait") == 1, "none for each of them"
            assert not any(one.done() for one in waits)
            hub.close()
            for one in waits:
                with pytest.raises(lj.HubClosedError):
                    one.result(10)


def test_the_time_of_a_wait_counts_from_its_call():
    with FakePlatform("certainly") as silent:
        silent.respond = [TimeoutError] * 10
        config = {"store": "memory:", "allow_networks": silent.networks}
        with lj.Hub(config | {"account": {"a": silent.settings()}}) as hub:
            silent.send(hub, "a", "handover_requested")
            [conversation] = hub.conversations()
            delivery = hub[conversation.ref].reply("hello", agent="dana").result(10)
            long = [delivery.sent(timeout=600) for _ in range(MANY)]
            short = [delivery.sent(timeout=0.2) for _ in range(MANY)]
            for one in short:
                with pytest.raises(lj.HubTimeoutError):
                    one.result(20)
            with pytest.raises(lj.HubTimeoutError):
                delivery.sent(timeout=-1).result(20)
            assert not any(one.done() for one in long)
            hub.close()


def test_each_account_has_its_turn():
    waits = Waits()
    waits._thread = threading.Thread()  # never started: the test is the thread
    many = [waits.add("a", lambda: "a", 600) for _ in range(1000)]
    one = waits.add("b", lambda: "b", 600)
    assert waits._take_due()
    assert sorted(wait.account for wait in waits._looking) == ["a"] * 8 + ["b"]
    waits._look_at_due()
    assert one.result(0) == "b"
    assert sum(future.done() for future in many) == 8
    while not all(future.done() for future in many):
        assert waits._take_due()
        waits._look_at_due()
    waits.close()
    with pytest.raises(lj.HubClosedError):
        waits.add("a", lambda: 1, 1)
    with pytest.raises(lj.HubClosedError):
        waits.add("a", lambda: 1, 1)


def test_a_look_that_raises_is_told():
    waits = Waits()

    def fail() -> None:
        raise lj.StoreError("away")

    with pytest.raises(lj.StoreError):
        waits.add("a", fail, 600).result(20)
    assert waits.add("a", lambda: 7, 600).result(20) == 7
    waits.close()


def refuse(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_wait_after_a_thread_that_could_not_start_is_looked_at(monkeypatch: pytest.MonkeyPatch):
    waits = Waits()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            waits.add("a", lambda: 1, 600)
    assert waits.add("a", lambda: 2, 600).result(20) == 2
    waits.close()


def test_the_thread_ends_when_nothing_waits():
    waits = Waits()
    assert waits.add("a", lambda: 1, 600).result(20) == 1
    assert comes(lambda: waits._thread is None)
    assert waits.add("a", lambda: 2, 600).result(20) == 2
    waits.close()
