"""The pure functions for those who want a part: no hub, no store, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lampjack import _core
from lampjack._errors import ArgumentError
from lampjack._given import as_json, as_list
from lampjack._json import read_json
from lampjack._losses import Loss, losses_of
from lampjack._parts import Part
from lampjack._reception import Headers
from lampjack._values import FrozenDict

__all__ = ["ScriptView", "convert", "part_of_script", "script_view", "verify", "write"]


@dataclass(frozen=True, slots=True, repr=False)
class ScriptView:
    """What a bot's own script at the platform gets of an event.

    `text` is None where it gets none; `variables` are the platform's, by their names there.
    """

    text: str | None
    variables: FrozenDict

    def __repr__(self) -> str:
        return "<ScriptView>"


def write(platform: str, events: Sequence[_core.Event], direction: Literal["in", "out"]) -> bytes:
    """Return one body of the platform holding the events.

    `direction` is `in` (the platform to us) or `out`. `write(platform, parse(platform, body), …)` is the body again, up to
    the order of keys. Events of another platform raise `UnsupportedError`: they go through `convert`, which tells what that
    costs.
    """
    return _core.write(platform, as_list(events, "events"), direction)


def convert(event: _core.Event, platform: str) -> tuple[bytes, tuple[Loss, ...]]:
    """Return the event as one body of another platform, and all that the body does not give back of it.

    Parts that have no place beside each other in one body become lines of one text: two files become two links. What a
    request says in its address counts as lost. An event that the platform has no body for raises `UnsupportedError`.
    """
    body, losses = _core.convert(event, platform)
    return body, losses_of(read_json(losses))


def script_view(event: _core.Event) -> ScriptView:
    """Return what a bot's own script at the event's platform gets of it.

    The text of a file is its token (Omnichannel: `file:type|id|url`), of a pressed button its label. `UnsupportedError` where
    the vendor documents nothing of the kind.
    """
    view = read_json(_core.script_view(event))
    return ScriptView(view.get("text"), FrozenDict(view["variables"]))


def part_of_script(platform: str, text: str) -> Part:
    """Return the part that a text of such a script stands for: a `File` for a file token, else a `Text`.

    Never give it a user's own text, where anybody can type a token.
    """
    [part] = _core.read_parts(_core.part_of_script(platform, text))
    return part


def verify(
    platform: str,
    settings: Mapping[str, Any],
    *,
    method: str = "POST",
    path: str = "/",
    query: str | bytes = b"",
    headers: Headers = (),
    body: bytes = b"",
) -> Literal["full", "handover_only"]:
    """Check the sender of a raw request against an account's settings; `AuthError` when it is somebody else.

    `handover_only` means that there was no token where the vendor documents none: only a handover request may be accepted.
    """
    if not isinstance(settings, Mapping):
        raise ArgumentError(f"settings must be a mapping, not {type(settings).__name__}")
    account = as_json({"platform": platform, **settings}, "settings")
    return _core.verify(account, method, path, query, headers, body)


ScriptView.__module__ = "lampjack"
