"""Reception: one request through the core, with what the host contributes in between."""

import asyncio
import inspect
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lampjack import _core
from lampjack._decisions import (
    Decide,
    Translate,
    bundle_request,
    decide_async,
    decide_sync,
    request_of,
    translated,
)
from lampjack._errors import ArgumentError, LampjackError
from lampjack._log import log_event, place_of

__all__ = ["Answer", "Headers", "Reception"]

Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
_Request: TypeAlias = tuple[str, str, str | bytes, Headers, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the web server must answer, byte for byte."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


class Reception:
    """The host's decide and translate functions by account, "" standing for all, and the two ways to take a request."""

    def __init__(self, calls: ThreadPoolExecutor, workers: ThreadPoolExecutor) -> None:
        self._calls = calls
        self._workers = workers
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

    def receive(self, native: _core.Hub, account: str, request: _Request) -> Answer:
        """Take one request; blocks."""
        result = native.receive(account, *request)
        if isinstance(result, tuple):
            return _answer(result)
        if result.untranslated is not None and (translate := self._translate.get(account)):
            try:
                made = translate(bundle_request(result.untranslated))
                if inspect.isawaitable(made):
                    raise TypeError("an async translate function needs submit()")
                native.translate(result, translated(made))
            except Exception as error:  # noqa: BLE001  the host's code failed; the platform gets an answer all the same
                return _untranslated(account, error)
        decision = None
        question = native.question(result)
        if question and (decide := self._decide.get(account) or self._decide.get("")):
            decision = decide_sync(decide, request_of(question), self._workers)
        return _answer(native.finish(result, decision))

    async def submit(self, native: _core.Hub, account: str, request: _Request) -> Answer:
        """Take one request beside the running loop."""
        call = asyncio.get_running_loop().run_in_executor
        result = await call(self._calls, native.receive, account, *request)
        if isinstance(result, tuple):
            return _answer(result)
        if result.untranslated is not None and (translate := self._translate.get(account)):
            try:
                made: Any = translate(bundle_request(result.untranslated))
                if inspect.isawaitable(made):
                    made = await made
                await call(self._calls, native.translate, result, translated(made))
            except Exception as error:  # noqa: BLE001  see receive()
                return _untranslated(account, error)
        decision = None
        question = native.question(result)
        if question and (decide := self._decide.get(account) or self._decide.get("")):
            decision = await decide_async(decide, request_of(question), self._workers)
        return _answer(await call(self._calls, native.finish, result, decision))


def _answer(native: tuple[int, list[tuple[str, str]], bytes]) -> Answer:
    status, headers, body = native
    return Answer(status, tuple(headers), body)


def _untranslated(account: str, error: Exception) -> Answer:
    reason = error.code if isinstance(error, LampjackError) else type(error).__name__
    log_event("translate.failed", account=account, reason=reason, at=place_of(error), trace=error)
    body = b'{"title":"Internal Server Error","status":500,"code":"internal","detail":"the request could not be translated"}'
    return Answer(500, (("content-type", "application/problem+json"),), body)


Answer.__module__ = "lampjack"
