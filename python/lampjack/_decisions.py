"""Decisions about handover requests, and requests whose body only the host understands."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from lampjack import _core
from lampjack._given import as_json, as_list
from lampjack._host_calls import BusyError, LateError, raised_by
from lampjack._json import read_json
from lampjack._log import log_event, place_of
from lampjack._parts import content_json

__all__ = [
    "Accept",
    "DecisionRequest",
    "Decline",
    "NativeDecision",
    "bundle_request",
    "log_failed_decision",
    "native_decision",
    "request_of",
    "translated",
]


@dataclass(frozen=True, slots=True)
class Accept:
    """Accept the request: an agent will come.

    `mute` mutes the bot now. Without it the bot is muted when an agent takes the conversation, also where the account says
    `mute = "on_accept"`. An account that cannot mute accepts unmuted and logs `mute.unsupported` once; the account's
    `mute = "on_take"` or `"never"` wins.
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


def native_decision(request: DecisionRequest, decision: object) -> NativeDecision:
    """Return what a decide function made as the core takes it; None, and a line in the log, for a wrong type."""
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


def log_failed_decision(request: DecisionRequest, error: BaseException) -> None:
    """Log why a decide function has given no decision."""
    account = _account(request)
    if isinstance(error, LateError):
        log_event("decision.late", account=account, deadline_ms=round(request.seconds * 1000))
        return
    if isinstance(error, BusyError):
        log_event("decision.busy", account=account)
        return
    error = raised_by(error)
    reason = type(error).__name__
    log_event("decision.failed", account=account, reason=reason, at=place_of(error), trace=error)


Translation: TypeAlias = "Iterable[_core.Event | dict[str, Any]] | None"
Translate: TypeAlias = Callable[[Any], "Translation | Awaitable[Translation]"]


def bundle_request(raw: str) -> Any:
    """Return what a translate function gets: the app's `bundle.request`."""
    body = read_json(raw)
    return body.get("request", body) if isinstance(body, dict) else body


def translated(made: Iterable[_core.Event | dict[str, Any]] | None) -> str:
    """Return what a translate function made as canonical events.

    A dict may leave out what is usual: `kind` message, `actor` user, `mode` live; `content` may be what replies take. Without
    a `conversation` the actor's id names it.
    """
    events = []
    for event in [] if made is None else as_list(made, "a translation"):
        if isinstance(event, _core.Event):
            events.append(event.to_json())
            continue
        data = {"v": 1, "kind": "message", **event}
        data["conversation"] = {"mode": "live", **data.get("conversation", {})}
        data["actor"] = {"role": "user", **data.get("actor", {})}
        content = data.get("content", ())
        if not (isinstance(content, list) and all(isinstance(part, dict) for part in content)):
            data["content"] = read_json(content_json(content))
        events.append(as_json(data, "an event"))
    return "[" + ",".join(events) + "]"


for _class in (Accept, Decline, DecisionRequest):
    _class.__module__ = "lampjack"
