"""Reception: one request through the core, with what the host contributes in between."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from lampjack._accounts import Accounts
from lampjack._decisions import (
    Decide,
    NativeDecision,
    Translate,
    bundle_request,
    log_failed_decision,
    native_decision,
    request_of,
    translated,
)
from lampjack._errors import ArgumentError, HubClosedError, LampjackError
from lampjack._host_calls import BusyError, LateError, call_blocking, call_on_loop, raised_by
from lampjack._log import log_event, place_of
from lampjack._runtime import Runtime

if TYPE_CHECKING:
    from lampjack import _core

__all__ = ["Answer", "Headers", "Reception", "Request"]

_REFUSED = 400  # statuses from here on
T = TypeVar("T")
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
Request: TypeAlias = tuple[str, str, str | bytes, Headers, bytes, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the web server must answer, byte for byte."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


class Reception:
    """The host's decide and translate functions by account, "" standing for all, and the two ways to take a request."""

    def __init__(self, runtime: Runtime, accounts: Accounts, taken: Callable[[str], None]) -> None:
        self._runtime = runtime
        self._taken = taken  # called with the account of each request that was not refused
        self._accounts = accounts
        self._decide: dict[str, Decide] = {}
        self._translate: dict[str, Translate] = {}
        self._tasks: set[asyncio.Task[Answer]] = set()  # a loop refers to its tasks weakly

    def add_decide(self, accounts: tuple[str, ...], function: Decide) -> None:
        """Register who decides about the accounts' handover requests; no account means all."""
        self._accounts.check(accounts, "decide")
        _add(self._decide, accounts or ("",), function, "decide")

    def add_translate(self, account: str, function: Translate) -> None:
        """Register who makes events of an account's free-form requests."""
        self._accounts.check((account,), "translate")
        self._runtime.native.check_translate(account)
        _add(self._translate, (account,), function, "translate")

    def receive(self, account: str, request: Request) -> Answer:
        """Take one request on the calling thread."""
        steps = self._take(account, request, _Blocking(self._runtime))
        try:
            steps.send(None)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        raise AssertionError("a blocking step was suspended")

    async def submit(
        self, account: str, request: Request, done: Callable[[], None] | None = None
    ) -> Answer:
        """Take one request without blocking the running loop. A caller that is cancelled does not take it back.

        `done` is called when it is taken, whether or not the caller is still there.
        """
        task = asyncio.create_task(self._take(account, request, _OnLoop(self._runtime)))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        if done is not None:
            task.add_done_callback(lambda _: done())
        await asyncio.wait({task})
        try:
            return task.result()
        finally:
            del task  # an exception holds this frame, and the task the exception

    def _forget(self, task: "asyncio.Task[Answer]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: nobody else does when the caller is gone

    async def _take(self, account: str, request: Request, run: "_Blocking | _OnLoop") -> Answer:
        """Take one request. `run` makes the calls: its methods suspend only where the caller has a loop."""
        native = self._runtime.native
        result = await run.core(native.receive, account, *request)
        if isinstance(result, tuple):
            return self._answer(account, result)
        if result.untranslated is not None and (translate := self._translate.get(account)):
            await self._make_events(account, translate, result, result.untranslated, run)
        question = native.question(result)
        decide = self._decide.get(account) or self._decide.get("")
        if question and not decide:
            native.nobody_decides(result)
        while question and decide:  # a translation may hold the requests of several users
            decision = await self._make_decision(account, decide, question, run)
            question = self._runtime.native.decide(result, decision)
        answered = await run.core(self._runtime.native.finish, result)
        return self._answer(account, answered)

    def _answer(self, account: str, native: tuple[int, list[tuple[str, str]], bytes]) -> Answer:
        status, headers, body = native
        if status < _REFUSED:
            self._taken(account)
        return Answer(status, tuple(headers), body)

    async def _make_events(
        self,
        account: str,
        translate: Translate,
        pending: "_core.Pending",
        untranslated: tuple[str, int],
        run: "_Blocking | _OnLoop",
    ) -> None:
        """Let the host make events of the request. Whatever goes wrong, the request is kept as it came."""
        request, deadline_ms = untranslated
        try:
            body = bundle_request(request)
            made = await run.host(account, translate, body, deadline_ms / 1000)
            await run.core(self._runtime.native.translate, pending, translated(made))
        except BusyError:
            self._runtime.check()
            log_event("translate.busy", account=account)
        except LateError:
            log_event("translate.late", account=account, deadline_ms=deadline_ms)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  the host's code failed
            self._runtime.check()
            _log_untranslated(account, error)

    async def _make_decision(
        self,
        account: str,
        decide: Decide,
        question: tuple[str, str, int],
        run: "_Blocking | _OnLoop",
    ) -> NativeDecision:
        """Let the host decide; None when it fails, is late or has no place to run."""
        request = request_of(question)
        try:
            made = await run.host(account, decide, request, request.seconds)
            return native_decision(request, made)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  whatever the host's code raises must not cost the platform its answer
            self._runtime.check()
            log_failed_decision(request, error)
            return None


class _Blocking:
    """Makes the calls of one request on the calling thread. No method suspends."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def core(self, call: Callable[..., T], *arguments: Any) -> T:
        return call(*arguments)

    async def host(
        self, account: str, function: Callable[[Any], Any], argument: Any, seconds: float
    ) -> Any:
        return call_blocking(function, argument, seconds, partial(self._runtime.decide, account))


class _OnLoop:
    """Makes the calls of one request from a loop: the core's on threads, coroutines on the loop."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def core(self, call: Callable[..., T], *arguments: Any) -> T:
        running = asyncio.wrap_future(self._runtime.read(partial(call, *arguments)))
        while not running.done():
            # Only the end of the loop cancels this task, and what was received is stored all the same.
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if running.cancelled():
            raise HubClosedError("the hub was closed before the request was taken")
        try:
            return running.result()
        finally:
            del running  # as in submit()

    async def host(
        self, account: str, function: Callable[[Any], Any], argument: Any, seconds: float
    ) -> Any:
        submit = partial(self._runtime.decide, account)
        return await call_on_loop(function, argument, seconds, submit)


F = TypeVar("F")


def _add(functions: dict[str, F], accounts: tuple[str, ...], function: F, name: str) -> None:
    """Register for all the accounts, or for none."""
    for account in accounts:
        if account in functions:
            raise ArgumentError(
                f"there is a {name} function for {account or 'all accounts'} already"
            )
    functions.update(dict.fromkeys(accounts, function))


def _log_untranslated(account: str, error: BaseException) -> None:
    error = raised_by(error)
    reason = error.code if isinstance(error, LampjackError) else type(error).__name__
    log_event("translate.failed", account=account, reason=reason, at=place_of(error), trace=error)


Answer.__module__ = "lampjack"
