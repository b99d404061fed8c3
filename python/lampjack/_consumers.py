"""Consumers: threads that lease items and sink messages, hand them to the host's functions and say what became of them."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lampjack._errors import (
    ConflictError,
    HubClosedError,
    LampjackError,
    StoreError,
)
from lampjack._handler_context import handling
from lampjack._leased_work import LeasedWork, Work
from lampjack._log import log_event
from lampjack._runtime import Runtime

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Consumer", "Handler"]

_POLL_MS = 250
_PAUSE_AFTER_ERROR = 1.0

Handler = Callable[..., Any]


class _Run:
    """One leased item or message whose coroutine runs on the loop, and how far it has come."""

    __slots__ = ("is_cancelled", "is_recording", "leased", "made")

    def __init__(self, leased: Any, made: Awaitable[Any] | None = None) -> None:
        self.leased = leased
        self.made = made  # what a plain function has returned
        self.is_cancelled = False
        self.is_recording = False  # the handler has ended: what it led to must not be lost


class Consumer(LeasedWork):
    """One thread that leases, and what its functions run on: worker threads, or the hub's loop for coroutines."""

    has_one_account = False

    def __init__(self, runtime: Runtime, function: Handler, label: str) -> None:
        self._runtime = runtime
        self.function = function
        self.label = label
        self._is_async = inspect.iscoroutinefunction(function)
        self._seen = 0  # of the core's changes
        self._stop = threading.Event()
        self._cancelled = False
        self._places = runtime.places
        if self._is_async:
            self._places = runtime.places_of_coroutines(one_account=self.has_one_account)
        self._idle = threading.Condition()
        self._busy = 0
        self._on_threads: dict[Future[bool], Any] = {}
        self._hung: dict[Any, bool] = {}  # of these; whether another thread has the place
        self._on_loop: dict[asyncio.Task[None], _Run] = {}
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> int:
        """How many items are under way."""
        return self._busy

    def declare(self) -> None:
        """Tell the store what is wanted, where it has to know."""

    def start(self) -> None:
        """Lease from now on. A no-op while it does so already."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stop.clear()
        thread = threading.Thread(target=self._run, name=f"lampjack {self.label}", daemon=True)
        thread.start()
        self._thread = thread

    def stop(self) -> None:
        """Lease nothing more."""
        self._stop.set()

    def halt(self) -> None:
        """Lease nothing more, and end the thread, so that `start()` may come again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def join(self, timeout: float) -> bool:
        """Wait until all handlers have ended, or `cancel()`; False when some run on."""
        self._wait(lambda: self._busy == 0 or self._cancelled, timeout)
        return self._busy == 0

    def cancel(self) -> None:
        """Give back what no handler has begun, and cancel the coroutines."""
        self._stop.set()
        with self._idle:
            if self._cancelled:
                return
            self._cancelled = True
            self._idle.notify_all()
            waiting = list(self._on_threads.items())
            loops = {task.get_loop() for task in self._on_loop}
        for future, leased in waiting:
            if future.cancel():
                self._return(leased)
        for loop in loops:
            with suppress(RuntimeError):  # a closed loop has cancelled them itself
                loop.call_soon_threadsafe(self._cancel_tasks)

    def join_cancelled(self, timeout: float) -> bool:
        """Wait for what `cancel()` began; False when some is left. Handlers on threads may run on."""
        return self._wait(lambda: self._busy == len(self._on_threads), timeout)

    def _wait(self, over: Callable[[], bool], timeout: float) -> bool:
        end = time.monotonic() + timeout
        thread = self._thread
        if thread is not None and threading.current_thread() is not thread:
            thread.join(min(timeout, threading.TIMEOUT_MAX))
        with self._idle:
            left = min(max(0.0, end - time.monotonic()), threading.TIMEOUT_MAX)
            return self._idle.wait_for(over, left)

    def _lease(self, timeout_ms: int, without: list[str]) -> Any:
        """Return what is ready, leased; nothing of the accounts `without`."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._stop.is_set():
            self._cancel_hung()
            self._replace_hung()
            leased = None
            try:
                leased = self._lease_with_place()
            except HubClosedError:
                return
            except LampjackError as error:
                if not isinstance(error, StoreError | ConflictError):  # the core has told
                    self._log_lease("take", error)
                self._stop.wait(_PAUSE_AFTER_ERROR)
            if leased is not None:
                self._begin(leased)
        while self._on_loop and not self._cancelled:  # nothing more is leased
            self._cancel_hung()
            with self._idle:
                self._idle.wait(_POLL_MS / 1000)

    def _lease_with_place(self) -> Any:
        """Lease what can begin at once: an item needs a place, and its account may not have its whole share already."""
        if not self._places.reserve(_POLL_MS / 1000):
            return None
        leased = None
        full = self._places.full()
        # Nobody else changes the shares of coroutines, and places that all share are not kept while nothing is there.
        may_wait = self._is_async and not full
        try:
            leased = self._lease(_POLL_MS if may_wait else 0, full)
        finally:
            if leased is None:
                self._places.cancel()
        if leased is None:
            if not may_wait:
                self._seen = self._runtime.native.wait_for_change(self._seen)
            return None
        if self._places.give(leased.account):
            return leased
        self._places.cancel()  # another subscription has had the last one of its share
        self._give_back(leased)
        return None

    def _replace_hung(self) -> None:
        """A thread cannot be cancelled: let another have its place, or else it keeps that until it ends."""
        told: list[tuple[str, int | None]] = []
        with self._idle:
            for leased in self._on_threads.values():
                if leased.is_hung and leased not in self._hung:
                    left = self._runtime.spares.take(leased.account)
                    self._hung[leased] = left is not None
                    told.append((leased.account, left))
        for account, left in told:
            if left is None:
                log_event("thread.hung", account=account, work=self.label)
            else:
                self._runtime.free(self._places, account)
                log_event("thread.abandoned", account=account, work=self.label, left=left)

    def _cancel_hung(self) -> None:
        """Cancel coroutines whose lease has ended."""
        with self._idle:
            hung = [one for one in self._on_loop.items() if one[1].leased.is_lost]
        for task, run in hung:
            if not run.is_cancelled:
                run.is_cancelled = True
                with suppress(RuntimeError):
                    task.get_loop().call_soon_threadsafe(_cancel, task, run)

    def _begin(self, leased: Any) -> None:
        with self._idle:
            self._busy += 1
        try:
            if self._cancelled:
                self._return(leased)
            elif self._is_async:
                loop = self._runtime.loop()
                run = _Run(leased)
                loop.call_soon_threadsafe(self._begin_task, loop, run, self._handle_async, run)
            else:
                self._begin_on_thread(leased)
        except RuntimeError:  # the loop or the workers are gone
            self._return(leased)
            self._stop.wait(_PAUSE_AFTER_ERROR)

    def _begin_on_thread(self, leased: Any) -> None:
        with self._idle:
            running = self._runtime.handlers.submit(self._handle, leased)
            self._on_threads[running] = leased
        running.add_done_callback(self._thread_ended)

    def _thread_ended(self, running: "Future[bool]") -> None:
        with self._idle:
            leased = self._on_threads.pop(running, None)
        if running.cancelled():  # cancel() gives the lease back
            return
        if running.exception() is not None or running.result():
            self._end(leased)

    def _begin_task(
        self,
        loop: asyncio.AbstractEventLoop,
        run: _Run,
        handle: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        task = loop.create_task(handle(*arguments))
        with self._idle:
            self._on_loop[task] = run
        task.add_done_callback(self._task_ended)
        if self._cancelled:
            task.cancel()

    def _cancel_tasks(self) -> None:
        for task, run in list(self._on_loop.items()):
            _cancel(task, run)

    def _task_ended(self, task: "asyncio.Task[None]") -> None:
        with self._idle:
            run = self._on_loop.pop(task)
        _close_unawaited(run.made)
        if run.is_recording or run.leased.is_lost:
            self._end(run.leased)
            return
        if task.cancelled():
            log_event("handler.cancelled", **self.log_keys)
        try:
            self._runtime.workers.submit(self._return, run.leased)
        except RuntimeError:  # closed from the loop itself: the lease ends by itself
            self._end(run.leased)

    def _return(self, leased: Any) -> None:
        try:
            self._give_back(leased)
        except LampjackError as error:  # the lease ends by itself
            self._log_lease("release", error)
        finally:
            self._end(leased)

    def _end(self, leased: Any) -> None:
        with self._idle:
            has_place = not self._hung.pop(leased, False)
        if has_place:
            self._runtime.free(self._places, leased.account)
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def _handle(self, leased: Any) -> bool:
        """Handle it on this thread; False when the loop goes on with what a plain function has returned."""
        work = self._prepared(leased)
        if work is None:
            return True
        failure: BaseException | None = None
        try:
            with handling(work.item, work.label, leased, self._runtime):
                made = work.call()
                if inspect.isawaitable(made):
                    self._go_on_loop(leased, work, made)
                    return False
        except BaseException as error:  # noqa: BLE001  it is the host's code: whatever it raises is a retry
            failure = error
        try:
            self._told(leased, work, failure)
        finally:
            failure = (
                None  # it holds this frame: the core must see at once that nobody has the item
            )
        return True

    def _go_on_loop(self, leased: Any, work: Work, made: Awaitable[Any]) -> None:
        """Await it on the loop, in the context of this thread: commands keep the item's epoch and the order of their keys."""
        run = _Run(leased, made)
        try:
            loop = self._runtime.loop()
            loop.call_soon_threadsafe(self._begin_task, loop, run, self._finish, run, work, made)
        except RuntimeError:  # the loop is gone
            _close_unawaited(made)
            raise

    async def _handle_async(self, run: _Run) -> None:
        loop = asyncio.get_running_loop()
        work = await loop.run_in_executor(self._runtime.workers, self._prepared, run.leased)
        if work is None:
            run.is_recording = True  # it is settled already
            return
        with handling(work.item, work.label, run.leased, self._runtime):
            await self._finish(run, work, _called(work))

    async def _finish(self, run: _Run, work: Work, made: Awaitable[Any]) -> None:
        failure: BaseException | None = None
        try:
            await made
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            failure = error  # something that the handler waited for was cancelled
        except (Exception, SystemExit) as error:  # noqa: BLE001  see above
            failure = error
        run.is_recording = True
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._runtime.workers, self._told, run.leased, work, failure)
        finally:
            failure = (
                None  # it holds this frame: the core must see at once that nobody has the item
            )


def _close_unawaited(made: Awaitable[Any] | None) -> None:
    """A task that was cancelled before its first step has not awaited it: Python would warn of it."""
    if inspect.iscoroutine(made) and inspect.getcoroutinestate(made) == inspect.CORO_CREATED:
        made.close()


async def _called(work: Work) -> None:
    await work.call()


def _cancel(task: "asyncio.Task[None]", run: _Run) -> None:
    if not run.is_recording:
        task.cancel()
