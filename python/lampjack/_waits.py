"""Waits: calls that wait until something has happened, all of a hub on one thread, and no account's behind another's."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from lampjack._errors import HubClosedError, HubTimeoutError

__all__ = ["Waits"]

_AT_ONCE = 8  # looks for one account before those for the next one
_LOOKS_PER_SECOND = 1000  # for one account
_SOONEST, _LATEST = 0.001, 0.25  # seconds between two looks
_STAYS = 1.0  # seconds that the thread stays when nothing waits


@dataclass(slots=True, eq=False)
class _Wait:
    account: str
    look: Callable[[], Any]
    begun: float
    end: float
    future: "Future[Any]" = field(default_factory=Future)

    def next_look(self, now: float, waiting: int) -> float:
        """Later for what waits for long already, and where many of the account wait; at the end in any case."""
        pause = min(max((now - self.begun) / 8, _SOONEST), _LATEST)
        return min(now + max(pause, waiting / _LOOKS_PER_SECOND), self.end)


class Waits:
    """A wait is a look that is repeated until it gives something, raises, or the time is over. Looks must not block."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._by_account: dict[
            str, list[tuple[float, int, _Wait]]
        ] = {}  # heaps: the next look first
        self._looking: list[_Wait] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, account: str, look: Callable[[], Any], timeout: float) -> "Future[Any]":
        """Wait until `look` gives something else than None; `HubTimeoutError` after `timeout` seconds from now."""
        now = time.monotonic()
        wait = _Wait(account, look, now, now + timeout)
        wait.future.set_running_or_notify_cancel()
        with self._changed:
            if self._closed:
                raise HubClosedError("the hub was closed")
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="lampjack wait", daemon=True)
                thread.start()
                self._thread = thread
            self._push(wait, now)
            self._changed.notify()
        return wait.future

    def close(self) -> None:
        """End all of them with `HubClosedError`."""
        with self._changed:
            self._closed = True
            left = [*self._looking, *(one[2] for heap in self._by_account.values() for one in heap)]
            self._by_account.clear()
            self._looking.clear()
            self._changed.notify()
        for wait in left:
            wait.future.set_exception(HubClosedError("the hub was closed"))

    def _push(self, wait: _Wait, due: float) -> None:
        heap = self._by_account.setdefault(wait.account, [])
        heapq.heappush(heap, (due, next(self._numbers), wait))

    def _run(self) -> None:
        while self._take_due():
            self._look_at_due()

    def _take_due(self) -> bool:
        """Wait until some are due, and take them: a few of each account. False when the thread is to end."""
        with self._changed:
            stays_until = time.monotonic() + _STAYS
            while not self._closed:
                now = time.monotonic()
                self._looking = [
                    one for account in list(self._by_account) for one in self._due(account, now)
                ]
                if self._looking:
                    return True
                heads = [heap[0][0] for heap in self._by_account.values()]
                if not heads and now >= stays_until:
                    break
                self._changed.wait(min(heads, default=stays_until) - now)
            self._thread = None
            return False

    def _due(self, account: str, now: float) -> list[_Wait]:
        heap = self._by_account[account]
        due: list[_Wait] = []
        while heap and heap[0][0] <= now and len(due) < _AT_ONCE:
            due.append(heapq.heappop(heap)[2])
        if not heap:
            del self._by_account[account]
        return due

    def _look_at_due(self) -> None:
        for wait in list(self._looking):
            self._look(wait)

    def _look(self, wait: _Wait) -> None:
        is_last = time.monotonic() >= wait.end
        try:
            found = wait.look()
            if found is not None:
                self._end(wait, found, None)
            elif is_last:
                self._end(wait, None, HubTimeoutError("it is still under way"))
            else:
                self._look_again(wait)
        except BaseException as error:  # noqa: BLE001  the caller is told
            self._end(wait, None, error)
        finally:
            del wait  # the exception holds this frame, and the wait the exception

    def _end(self, wait: _Wait, found: Any, error: BaseException | None) -> None:
        with self._changed:
            if wait not in self._looking:  # close() has ended it
                return
            self._looking.remove(wait)
        if error is None:
            wait.future.set_result(found)
        else:
            wait.future.set_exception(error)

    def _look_again(self, wait: _Wait) -> None:
        with self._changed:
            if wait not in self._looking:
                return
            self._looking.remove(wait)
            waiting = len(self._by_account.get(wait.account, ()))
            self._push(wait, wait.next_look(time.monotonic(), waiting))
