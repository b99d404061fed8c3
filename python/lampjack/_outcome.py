"""Outcome: the result of a call that runs on the hub's own threads, for synchronous and asynchronous callers alike."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import CancelledError, Future
from typing import Any, Generic, TypeVar

from lampjack._errors import HubClosedError, HubTimeoutError, LampjackError
from lampjack._given import as_seconds
from lampjack._log import log_event

__all__ = ["Outcome", "awaited", "waited"]

T = TypeVar("T")

_CLOSED = "the hub was closed before the call began"


def waited(future: "Future[T]", timeout: float | None) -> T:
    """Wait for a call on a thread of the hub; `HubClosedError` when the hub was closed before the call began."""
    try:
        return future.result(timeout)
    except CancelledError:
        if not future.cancelled():  # the call raised it
            raise
        raise HubClosedError(_CLOSED) from None
    finally:
        del future  # an exception holds this frame, and the future the exception


async def awaited(future: "Future[T]", *, keep: bool = False) -> T:
    """Do the same on a loop. A caller that is cancelled cancels a call that has not begun, unless it is to `keep` it."""
    wrapped = asyncio.wrap_future(future)
    try:
        return await (asyncio.shield(wrapped) if keep else wrapped)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if not future.cancelled() or (task is not None and task.cancelling()):
            raise
        raise HubClosedError(_CLOSED) from None
    finally:
        del future, wrapped  # as above


class Outcome(Generic[T]):
    """What a call will have given: `await outcome`, or `outcome.result(timeout)`. The call was started already."""

    __slots__ = ("__weakref__", "_future", "_seen")

    def __init__(self, future: "Future[T]") -> None:
        self._future = future
        self._seen = False

    def __await__(self) -> Generator[Any, None, T]:
        self._seen = True
        # A cancelled caller does not take back what was started.
        return awaited(self._future, keep=True).__await__()

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result; `HubTimeoutError` when it takes longer than `timeout` seconds."""
        if timeout is not None:
            timeout = min(as_seconds(timeout, "timeout"), threading.TIMEOUT_MAX)
        self._seen = True
        try:
            return waited(self._future, timeout)
        except LampjackError:
            raise
        except TimeoutError:
            raise HubTimeoutError("the call did not finish in time") from None

    def done(self) -> bool:
        """Whether the result is there."""
        return self._future.done()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'done' if self.done() else 'under way'}>"

    def __del__(self) -> None:
        if not self._seen:
            self._future.add_done_callback(_report)


def _report(future: "Future[Any]") -> None:
    """Log a failure nobody looks at: it may be a lost reply."""
    try:
        error = future.exception(timeout=0)
    except (CancelledError, TimeoutError):
        return
    if error is not None:
        log_event("call.failed", reason=type(error).__name__)


Outcome.__module__ = "lampjack"
