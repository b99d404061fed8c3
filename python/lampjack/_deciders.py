"""Deciders: threads for the host's decide and translate functions, a few for each account."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from lampjack._log import log_event
from lampjack._shares import Shares, Spares

__all__ = ["Deciders"]


@dataclass(slots=True, eq=False)
class _Call:
    account: str
    run: Callable[[], Any]
    future: "Future[Any]" = field(default_factory=Future)
    begun: float = 0.0
    is_hung: bool = False
    is_replaced: bool = False


class Deciders:
    """A function that hangs keeps a place of its account. A call without a place waits, and its future can be cancelled."""

    def __init__(self, places: int, each: int, spares: Spares, hangs_after: float) -> None:
        self._shares = Shares(places, each)
        self._spares = spares
        self._hangs_after = hangs_after  # seconds; 0: nothing hangs
        self._pool = ThreadPoolExecutor(places + spares.most, "lampjack decide")
        self._lock = threading.Lock()
        self._waiting: list[_Call] = []
        self._begun: list[_Call] = []

    def submit(self, account: str, run: Callable[[], Any]) -> "Future[Any]":
        """Run it as soon as there is a place."""
        call = _Call(account, run)
        with self._lock:
            self._waiting.append(call)
        call.future.add_done_callback(self._forget_cancelled)
        if self._hangs_after:
            self._replace_hung(time.monotonic() - self._hangs_after)
        self._begin()
        return call.future

    def close(self) -> None:
        """Cancel what has not begun; what runs is left behind."""
        with self._lock:
            calls = [*self._waiting, *self._begun]
        self._pool.shutdown(wait=False, cancel_futures=True)
        for call in calls:
            call.future.cancel()

    def _begin(self) -> None:
        with self._lock:
            waiting = [call for call in self._waiting if not call.future.cancelled()]
            ready = [call for call in waiting if self._shares.take(call.account)]
            self._waiting = [call for call in waiting if call not in ready]
            self._begun += ready
        for call in ready:
            try:
                self._pool.submit(self._run, call)
            except RuntimeError:  # closed
                call.future.cancel()

    def _forget_cancelled(self, future: "Future[Any]") -> None:
        """Keep nothing of a call that nobody waits for any more: it holds the sender's request."""
        if not future.cancelled():
            return
        with self._lock:
            self._waiting = [call for call in self._waiting if call.future is not future]

    def _run(self, call: _Call) -> None:
        call.begun = time.monotonic()
        try:
            if call.future.set_running_or_notify_cancel():
                call.future.set_result(call.run())
        except BaseException as error:  # noqa: BLE001  it is the host's code: the caller is told
            call.future.set_exception(error)
        finally:
            self._end(call)
            del call  # the exception holds this frame, and the call the exception

    def _end(self, call: _Call) -> None:
        with self._lock:
            self._begun.remove(call)
            is_replaced = call.is_replaced
        if not is_replaced:
            self._shares.release(call.account)
        self._begin()

    def _replace_hung(self, begun_before: float) -> None:
        """Give the places of functions that hang to others, as long as there are threads for that."""
        told: list[tuple[str, int | None]] = []
        with self._lock:
            for call in self._begun:
                if call.is_hung or not call.begun or call.begun > begun_before:
                    continue
                call.is_hung = True
                left = self._spares.take(call.account)
                call.is_replaced = left is not None
                told.append((call.account, left))
        for account, left in told:
            if left is None:
                log_event("thread.hung", account=account, work="decide")
            else:
                self._shares.release(account)
                log_event("thread.abandoned", account=account, work="decide", left=left)
