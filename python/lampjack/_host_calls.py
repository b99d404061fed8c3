"""Host calls: the host's decide and translate functions, each within its time, for callers with and without a loop."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from lampjack._outcome import awaited, waited

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["LateError", "call_blocking", "call_on_loop", "raised_by"]

Submit: TypeAlias = Callable[[Callable[[], Any]], "Future[Any]"]

_running: "set[asyncio.Task[Any]]" = set()  # a loop keeps only weak references to its tasks


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
    """Call the function on a thread of `submit`; `LateError` after `seconds`. A late result is ignored."""

    def run() -> Any:
        made = _made(function, argument)
        try:
            return asyncio.run(_awaited(made)) if inspect.isawaitable(made) else made
        except _EXITS as error:
            raise _ExitError from error

    running = submit(run)
    try:
        return waited(running, seconds)
    except TimeoutError as error:
        if running.done() and not running.cancelled() and running.exception() is error:
            raise  # the function's own
        running.cancel()
        raise LateError from None
    finally:
        del running  # an exception holds this frame, and the future the exception


async def call_on_loop(
    function: Callable[[Any], Any], argument: Any, seconds: float, submit: Submit
) -> Any:
    """Call the function on the running loop, or on a thread of `submit` if it is a plain one; `LateError` after `seconds`."""
    task = asyncio.ensure_future(_called(function, argument, submit))
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


async def _called(function: Callable[[Any], Any], argument: Any, submit: Submit) -> Any:
    if inspect.iscoroutinefunction(function):
        made: Any = function(argument)
    else:
        made = await awaited(submit(partial(_made, function, argument)))
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


async def _awaited(made: Awaitable[Any]) -> Any:
    return await made


def _forget(task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # looked at: nobody else does when it comes late
