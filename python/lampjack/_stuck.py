"""What needs a person: conversations that do not move, and accounts whose work no live hub does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from lampjack._given import as_read
from lampjack._results import ConversationState, Result

__all__ = ["StuckAccount", "StuckConversation", "stuck_from_json"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class StuckConversation(ConversationState):
    """A conversation that needs a person.

    `why` holds one or more of `return_fails`, `mute_refused`, `diverged`, `overdue`, `unsent`, `credentials`, `address`,
    `handler`: see `Hub.stuck()`. With `handler`, `subscription` is the handler's ("" for a sink) and `since` when it began.
    `last_error` and `last_code` are those of its last failed mute or return: a short text, and the HTTP status (0
    where the platform gave no answer, None where no call failed).
    """

    why: tuple[str, ...]
    last_error: str = ""
    last_code: int | None = None
    subscription: str = ""
    since: datetime | None = None

    _shown: ClassVar[tuple[str, ...]] = ("why", "state", "epoch", "subscription")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class StuckAccount(Result):
    """An account with work that no live hub has; nothing else is told of it.

    `why` is `no_hub`. `items` wait for subscriptions, `deliveries` are pending, `timers` should have fired: each is counted up
    to a limit. `ref` is "": it is no conversation.
    """

    account: str
    why: tuple[str, ...]
    items: int
    deliveries: int
    timers: int
    ref: str = ""

    _shown: ClassVar[tuple[str, ...]] = ("account", "why", "items", "deliveries", "timers")


def _one(data: Mapping[str, Any]) -> StuckConversation | StuckAccount:
    return StuckConversation.from_dict(data) if "ref" in data else StuckAccount.from_dict(data)


def stuck_from_json(text: str) -> list[StuckConversation | StuckAccount]:
    """Return the entries of the core's list, each of its class."""
    return as_read(lambda: [_one(data) for data in json.loads(text)], "stuck")


for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "lampjack"
