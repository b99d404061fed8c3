"""Host calls: the host's decide and translate functions, each within its time, for callers with and without a loop."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from lampjack._outcome import awaited, waited

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["BusyError", "LateError", "call_blocking", "call_on_loop", "raised_by"]

Submit: TypeAlias = Callable[[Callable[[], Any]], "Future[Any]"]

_running: "set[asyncio.Task[Any]]" = set()  # a loop keeps only weak references to its tasks


_FOR_A_PLACE = 0.1  # of the time that a function has


class BusyError(Exception):
    """There was no place for the function: those of its account, or of all, are taken."""


class LateError(Exception):
    """The function has not answered within its time. Its own `TimeoutError` is another matter."""


class _ExitError(Exception):
    """The function raised what ends a thread or a program, `sys.exit()` for one. It ends neither."""


_EXITS = (SystemExit, KeyboardInterrupt, GeneratorExit)


def raised_by(error: BaseException) -> BaseException:
    """Return what the function itself raised."""
    cause = error.__cause__
    return cause if isinstance(error, _ExitError) and cause is not None else error


def call_blocking(
    function: Callable[[Any], Any], argument: Any, seconds: float, submit: Submit
) -> Any:
    """Call the function on a thread of `submit`; `LateError` after `seconds`, `BusyError` when it has not begun after a tenth.

    A late result is ignored.
    """
    end = time.monotonic() + seconds

    def run() -> Any:
        made = _made(function, argument)
        try:
            if inspect.isawaitable(made):
                return asyncio.run(_within(made, end - time.monotonic()))
        except _EXITS as error:
            raise _ExitError from error
        return made

    running = submit(run)
    try:
        for share in (_FOR_A_PLACE, 1 - _FOR_A_PLACE):
            try:
                return waited(running, seconds * share)
            except TimeoutError as error:
                if running.done() and not running.cancelled() and running.exception() is error:
                    raise  # the function's own
            if running.cancel():
                raise BusyError
        raise LateError
    finally:
        del running  # an exception holds this frame, and the future the exception


async def call_on_loop(
    function: Callable[[Any], Any], argument: Any, seconds: float, submit: Submit
) -> Any:
    """Call the function on the running loop, or on a thread of `submit` if it is a plain one; errors as above."""
    task = asyncio.ensure_future(_called(function, argument, seconds, submit))
    _running.add(task)
    task.add_done_callback(_forget)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()  # no effect on what has ended
    try:
        if not done:
            raise LateError
        return task.result()
    finally:
        del task, done  # as above


async def _called(
    function: Callable[[Any], Any], argument: Any, seconds: float, submit: Submit
) -> Any:
    if inspect.iscoroutinefunction(function):
        made: Any = function(argument)
    else:
        running = submit(partial(_made, function, argument))
        await _begun(running, seconds * _FOR_A_PLACE)
        made = await awaited(running)
    try:
        return await made if inspect.isawaitable(made) else made
    except SystemExit as error:
        raise _ExitError from error


def _made(function: Callable[[Any], Any], argument: Any) -> Any:
    """Call it; what it yields is made here, on its thread and within its time."""
    try:
        made = function(argument)
        return list(made) if isinstance(made, Iterator) else made
    except _EXITS as error:
        raise _ExitError from error


async def _begun(running: "Future[Any]", seconds: float) -> None:
    """Wait until it has begun; `BusyError` when it has not after `seconds`."""
    ended = asyncio.wrap_future(running)
    ended.add_done_callback(_look_at)
    try:
        await asyncio.wait({ended}, timeout=seconds)
    except asyncio.CancelledError:
        running.cancel()
        raise
    if not ended.done() and running.cancel():
        raise BusyError


async def _within(made: Awaitable[Any], seconds: float) -> Any:
    """Await it. What is late is cancelled: it must not keep its thread."""
    limit = asyncio.timeout(seconds)
    value: Any = None
    try:
        async with limit:
            value = await made
    except TimeoutError:
        if not limit.expired():
            raise
    if limit.expired():
        raise LateError
    return value


def _forget(task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    _look_at(task)


def _look_at(future: "asyncio.Future[Any]") -> None:
    """Look at its exception: asyncio complains of one that nobody looked at."""
    if not future.cancelled():
        future.exception()
