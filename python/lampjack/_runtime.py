"""Runtime: what a hub runs on: the core's hub, the threads, the event loop, and when all of them end."""

import asyncio
import hashlib
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from lampjack import _core
from lampjack._deciders import Deciders
from lampjack._errors import ArgumentError, HubClosedError
from lampjack._shares import Shares, Spares
from lampjack._waits import Waits

__all__ = ["Runtime"]

T = TypeVar("T")
P = ParamSpec("P")

_LOOP_ENDS_WITHIN = 1.0  # seconds; a coroutine that suppresses its cancellation is left behind
# Places, and how many of them one account may have where a hub has several accounts.
_HANDLERS, _HANDLERS_EACH = 16, 12  # synchronous handlers and sinks that run at one time
_COROUTINES, _COROUTINES_EACH = 16, 12  # items of one subscription of a coroutine
_DECIDERS, _DECIDERS_EACH = 8, 2  # decide and translate functions
_SPARES, _SPARES_EACH = 32, 24  # threads in place of those that hang, in the life of a hub
_LANES = 4  # commands of one conversation keep their order, others run beside them


class Runtime:
    """Everything that a hub and its conversations, deliveries and consumers share. It belongs to one process."""

    def __init__(
        self, hub: _core.Hub, *, background: bool = True, one_account: bool = False
    ) -> None:
        self._hub = hub
        self.background = background  # whether threads of the core send, or only step()
        self._one_account = one_account
        self._pid = os.getpid()
        self.spares = Spares(_SPARES, self._share(_SPARES, _SPARES_EACH))
        self.handlers = ThreadPoolExecutor(_HANDLERS + _SPARES, "lampjack handler")
        # An item is leased when there is a place for it.
        self.places = Shares(_HANDLERS, self._share(_HANDLERS, _HANDLERS_EACH))
        self.workers = ThreadPoolExecutor(16, "lampjack worker")  # what coroutines' items need
        each = self._share(_DECIDERS, _DECIDERS_EACH)
        self._deciders = Deciders(_DECIDERS, each, self.spares, hub.handler_timeout_ms / 1000)
        self._calls = ThreadPoolExecutor(8, "lampjack call")  # reads, and requests of `submit()`
        self._waits = Waits()
        self._lanes = [ThreadPoolExecutor(1, "lampjack lane") for _ in range(_LANES)]
        self._given_loop: asyncio.AbstractEventLoop | None = None
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.closed = False
        self._finalizer = weakref.finalize(self, _close, hub, self._pid)
        _runtimes.add(self)

    @property
    def native(self) -> _core.Hub:
        """The core's hub; `HubClosedError` when it is closed or belongs to the parent process."""
        self.check()
        return self._hub

    def check(self) -> None:
        """Raise `HubClosedError` when the hub is closed or was opened before a fork."""
        if self._pid != os.getpid():
            raise HubClosedError(
                "this hub was opened before a fork: open one in each process (e.g. in the lifespan)"
            )
        if self.closed:
            raise HubClosedError("the hub was closed")

    def is_here(self) -> bool:
        """Whether this is the process that opened the hub."""
        return self._pid == os.getpid()

    # ---- Shares ----

    def _share(self, places: int, each: int) -> int:
        """Nobody has to be kept from waiting for a hub's only account."""
        return places if self._one_account else each

    def places_of_coroutines(self, *, one_account: bool) -> Shares:
        """Return the places of one subscription or sink whose function is a coroutine."""
        each = _COROUTINES if one_account else self._share(_COROUTINES, _COROUTINES_EACH)
        return Shares(_COROUTINES, each)

    def free(self, places: Shares, account: str) -> None:
        """Free a place; who passed over items of the account looks again."""
        if places.release(account) and not self.closed:
            self._hub.wake()

    # ---- Threads ----

    def command(self, ref: str, run: Callable[[], T]) -> "Future[T]":
        """Run a command; commands of one conversation run in the order of these calls."""
        lane = hashlib.blake2b(ref.encode(), digest_size=1).digest()[0] % _LANES
        return self._submit(self._lanes[lane], run)

    def read(self, look: Callable[[], T]) -> "Future[T]":
        """Run a read of the store."""
        return self._submit(self._calls, look)

    def wait(self, account: str, look: Callable[[], T | None], timeout: float) -> "Future[T]":
        """Wait until `look` gives something; `HubTimeoutError` after `timeout` seconds."""
        self.check()
        return self._waits.add(account, look, timeout)

    def decide(self, account: str, call: Callable[[], T]) -> "Future[T]":
        """Run a decide or translate function of the host; it is pending while the account has no place for it."""
        self.check()
        return self._deciders.submit(account, call)

    def _submit(
        self, pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        self.check()
        try:
            return pool.submit(call, *args, **kwargs)
        except RuntimeError:
            self.check()  # closed meanwhile
            raise

    # ---- The event loop ----

    def use_loop(self, loop: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop | None:
        """Run coroutines on the host's loop from now on, if there is one; return the one of before."""
        return self.set_loop(loop or self._given_loop)

    def set_loop(self, loop: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop | None:
        """Run coroutines on that loop from now on, without one on a loop of this runtime's own; return the one of before."""
        if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
            raise ArgumentError(f"loop must be an asyncio event loop, not {type(loop).__name__}")
        with self._lock:
            before, self._given_loop = self._given_loop, loop
        return before

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that coroutines run on: the host's, or one of this runtime's own."""
        with self._lock:
            if self._given_loop is not None:
                return self._given_loop
            if self._own_loop is None:
                self._own_loop = asyncio.new_event_loop()
                self._loop_thread = threading.Thread(
                    target=_run_loop, args=(self._own_loop,), name="lampjack loop", daemon=True
                )
                self._loop_thread.start()
            return self._own_loop

    def is_on_loop(self) -> bool:
        """Whether the calling thread runs the loop that coroutines run on, so that it must not wait for them."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return False
        return running in (self._given_loop, self._own_loop)

    # ---- Life ----

    def close(self) -> None:
        """Close the core's hub, then end the threads and the own loop. Twice is a no-op."""
        self.closed = True
        if not self.is_here():  # a child has none of them
            return
        self._finalizer()
        self._deciders.close()
        self._waits.close()
        for pool in (self.handlers, self.workers, self._calls, *self._lanes):
            pool.shutdown(wait=False, cancel_futures=True)
        if self._own_loop is None or self._loop_thread is None:
            return
        self._own_loop.call_soon_threadsafe(self._own_loop.stop)
        if self._loop_thread is not threading.current_thread():
            self._loop_thread.join(_LOOP_ENDS_WITHIN)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    # What handlers have started and left, and a handler that closed the hub itself.
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _close(native: _core.Hub, pid: int) -> None:
    if pid == os.getpid():
        native.close()


_runtimes: "weakref.WeakSet[Runtime]" = weakref.WeakSet()


def _abandon() -> None:
    """After a fork the child has the hubs but not their threads: leave them alone for ever."""
    for runtime in list(_runtimes):
        _core.leak(runtime._hub)


os.register_at_fork(after_in_child=_abandon)
