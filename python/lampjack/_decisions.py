"""Decisions about handover requests, and requests whose body only the host understands."""

import asyncio
import inspect
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from lampjack import _core
from lampjack._log import log_event, place_of
from lampjack._parts import content_json

__all__ = [
    "Accept",
    "DecisionRequest",
    "Decline",
    "NativeDecision",
    "bundle_request",
    "decide_async",
    "decide_sync",
    "translated",
]


@dataclass(frozen=True, slots=True)
class Accept:
    """Accept the request: an agent will come.

    `mute` mutes the bot now, not when an agent takes the conversation. An account that cannot mute accepts unmuted and logs
    `mute.unsupported` once; the account's `mute = "on_take"` or `"never"` wins.
    """

    mute: bool = False


@dataclass(frozen=True, slots=True)
class Decline:
    """No human will come; the bot goes on."""

    reason: str = ""


Decision: TypeAlias = Accept | Decline
NativeDecision: TypeAlias = tuple[bool, bool, str] | None


@dataclass(frozen=True, slots=True, repr=False)
class DecisionRequest:
    """A handover request that waits for a decision: `event` with its transcript, and `seconds` to decide in."""

    ref: str
    event: _core.Event
    seconds: float

    def __repr__(self) -> str:
        return f"<DecisionRequest {self.seconds:g} s>"


Decide: TypeAlias = Callable[[DecisionRequest], Decision | Awaitable[Decision]]


def request_of(question: tuple[str, str, int]) -> DecisionRequest:
    """Return the native question as a value."""
    ref, item, deadline = question
    return DecisionRequest(ref, _core.Event.from_json(item), deadline / 1000)


def _account(request: DecisionRequest) -> str:
    return request.ref.partition(":")[0]


def _native(request: DecisionRequest, decision: object) -> NativeDecision:
    match decision:
        case Accept(mute=bool(mute)):
            return True, mute, ""
        case Decline(reason=str(reason)):
            return False, False, reason.encode("utf-8", "replace").decode()
        case Accept() | Decline():
            returned = f"returned {type(decision).__name__} with a field of a wrong type"
        case _:
            returned = f"returned {type(decision).__name__} instead of Accept or Decline"
    log_event("decision.failed", account=_account(request), reason=returned)
    return None


def _failed(request: DecisionRequest, error: BaseException) -> NativeDecision:
    account = _account(request)
    if isinstance(error, TimeoutError):
        log_event("decision.late", account=account, deadline_ms=round(request.seconds * 1000))
    else:
        reason = type(error).__name__
        log_event(
            "decision.failed", account=account, reason=reason, at=place_of(error), trace=error
        )
    return None


def decide_sync(
    decide: Decide, request: DecisionRequest, pool: ThreadPoolExecutor
) -> NativeDecision:
    """Decide on a worker thread; None when it fails or is late. A late result is ignored."""

    def run() -> object:
        made = decide(request)
        return asyncio.run(_awaited(made)) if inspect.isawaitable(made) else made

    try:
        return _native(request, pool.submit(run).result(request.seconds))
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  whatever the host's code raises must not cost the platform its answer
        return _failed(request, error)


async def _awaited(made: Awaitable[Decision]) -> Decision:
    return await made


async def decide_async(
    decide: Decide, request: DecisionRequest, pool: ThreadPoolExecutor
) -> NativeDecision:
    """Decide on the running loop, or on a worker thread if the function is a plain one."""
    started = time.monotonic()
    try:
        if inspect.iscoroutinefunction(decide):
            made: object = decide(request)
        else:
            loop = asyncio.get_running_loop()
            made = await asyncio.wait_for(
                loop.run_in_executor(pool, decide, request), request.seconds
            )
        if inspect.isawaitable(made):
            left = request.seconds - (time.monotonic() - started)
            made = await asyncio.wait_for(made, left)
        return _native(request, made)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return _failed(
            request, error
        )  # what the function waited for was cancelled, not the request
    except Exception as error:  # noqa: BLE001  see decide_sync
        return _failed(request, error)


Translate: TypeAlias = Callable[[Any], "Iterable[_core.Event | dict[str, Any]] | None"]


def bundle_request(raw: str) -> Any:
    """Return what a translate function gets: the app's `bundle.request`."""
    body = json.loads(raw)
    return body.get("request", body) if isinstance(body, dict) else body


def translated(made: Iterable[_core.Event | dict[str, Any]] | None) -> str:
    """Return what a translate function made as canonical events.

    A dict may leave out what is usual: `kind` message, `actor` user, `mode` live; `content` may be what replies take. Without
    a `conversation` the actor's id names it.
    """
    events = []
    for event in made or ():
        if isinstance(event, _core.Event):
            events.append(event.to_json())
            continue
        data = {"v": 1, "kind": "message", **event}
        data["conversation"] = {"mode": "live", **data.get("conversation", {})}
        data["actor"] = {"role": "user", **data.get("actor", {})}
        content = data.get("content", ())
        if not (isinstance(content, list) and all(isinstance(part, dict) for part in content)):
            data["content"] = json.loads(content_json(content))
        events.append(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    return "[" + ",".join(events) + "]"


for _class in (Accept, Decline, DecisionRequest):
    _class.__module__ = "lampjack"
