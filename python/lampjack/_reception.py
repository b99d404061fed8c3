"""Reception: one request through the core, with what the host contributes in between."""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from lampjack._decisions import (
    Decide,
    DecisionRequest,
    NativeDecision,
    Translate,
    bundle_request,
    decide_async,
    decide_sync,
    request_of,
    translated,
)
from lampjack._errors import ArgumentError, LampjackError
from lampjack._log import log_event, place_of
from lampjack._runtime import Runtime

__all__ = ["Answer", "Headers", "Reception", "Request"]

T = TypeVar("T")
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
Request: TypeAlias = tuple[str, str, str | bytes, Headers, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the web server must answer, byte for byte."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


class Reception:
    """The host's decide and translate functions by account, "" standing for all, and the two ways to take a request."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._decide: dict[str, Decide] = {}
        self._translate: dict[str, Translate] = {}

    def add_decide(self, account: str, function: Decide) -> None:
        """Register who decides about an account's handover requests."""
        if account in self._decide:
            raise ArgumentError(
                f"there is a decide function for {account or 'all accounts'} already"
            )
        self._decide[account] = function

    def add_translate(self, account: str, function: Translate) -> None:
        """Register who makes events of an account's free-form requests."""
        self._translate[account] = function

    def receive(self, account: str, request: Request) -> Answer:
        """Take one request on the calling thread."""
        steps = self._take(account, request, _Blocking(self._runtime))
        try:
            steps.send(None)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        raise AssertionError("a blocking step was suspended")

    async def submit(self, account: str, request: Request) -> Answer:
        """Take one request without blocking the running loop."""
        return await self._take(account, request, _OnLoop(self._runtime))

    async def _take(self, account: str, request: Request, run: "_Blocking | _OnLoop") -> Answer:
        """Take one request. `run` makes the calls: its methods suspend only where the caller has a loop."""
        native = self._runtime.native
        result = await run.core(native.receive, account, *request)
        if isinstance(result, tuple):
            return _answer(result)
        if result.untranslated is not None and (translate := self._translate.get(account)):
            try:
                made = await run.translate(translate, bundle_request(result.untranslated))
                await run.core(native.translate, result, translated(made))
            except Exception as error:  # noqa: BLE001  the host's code failed: the request is kept as it came
                _log_untranslated(account, error)
        decision = None
        question = native.question(result)
        if question and (decide := self._decide.get(account) or self._decide.get("")):
            decision = await run.decide(decide, request_of(question))
        return _answer(await run.core(native.finish, result, decision))


class _Blocking:
    """Makes the calls of one request on the calling thread. No method suspends."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def core(self, call: Callable[..., T], *arguments: Any) -> T:
        return call(*arguments)

    async def translate(self, function: Translate, request: Any) -> Any:
        made = function(request)
        if inspect.isawaitable(made):
            raise TypeError("an async translate function needs submit()")
        return made

    async def decide(self, function: Decide, request: DecisionRequest) -> NativeDecision:
        return decide_sync(function, request, self._runtime.workers)


class _OnLoop:
    """Makes the calls of one request from a loop: the core's on threads, coroutines on the loop."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def core(self, call: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._runtime.calls, call, *arguments)

    async def translate(self, function: Translate, request: Any) -> Any:
        made: Any = function(request)
        return await made if inspect.isawaitable(made) else made

    async def decide(self, function: Decide, request: DecisionRequest) -> NativeDecision:
        return await decide_async(function, request, self._runtime.workers)


def _answer(native: tuple[int, list[tuple[str, str]], bytes]) -> Answer:
    status, headers, body = native
    return Answer(status, tuple(headers), body)


def _log_untranslated(account: str, error: Exception) -> None:
    reason = error.code if isinstance(error, LampjackError) else type(error).__name__
    log_event("translate.failed", account=account, reason=reason, at=place_of(error), trace=error)


Answer.__module__ = "lampjack"
