"""The pure functions for those who want a part: no hub, no store, no network."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lampjack import _core
from lampjack._losses import Loss, losses_of
from lampjack._reception import Headers

__all__ = ["convert", "verify", "write"]


def write(platform: str, events: Sequence[_core.Event], direction: Literal["in", "out"]) -> bytes:
    """Return one body of the platform holding the events.

    `direction` is `in` (the platform to us) or `out`. `write(platform, parse(platform, body), …)` is the body again, up to
    the order of keys. Events of another platform raise `UnsupportedError`: they go through `convert`, which tells what that
    costs.
    """
    return _core.write(platform, list(events), direction)


def convert(event: _core.Event, platform: str) -> tuple[bytes, tuple[Loss, ...]]:
    """Return the event as a body of another platform, and all that the body does not say of it.

    What a request says in its address counts as lost. An event of which nothing can be said raises `UnsupportedError`.
    """
    body, losses = _core.convert(event, platform)
    return body, losses_of(json.loads(losses))


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
    account = json.dumps({"platform": platform, **settings})
    return _core.verify(account, method, path, query, headers, body)
