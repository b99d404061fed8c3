"""Losses: what a platform's body does not say of an event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Loss", "losses_of"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One place of an event that its body does not give back.

    `field` names the place: of the event (`sent_at`, `actor.phone`, `handover.transcript`) where `part` is None, else of part
    number `part` (`name`, `options.payload`). `what` says what happened to it:

    - `missing`: the body does not say it.
    - `changed`: the body says something else.
    - `made_up`: the body says it and the event does not, because the platform requires it.
    - `file_not_ready`: the platform ignores a file in that state.

    A part that became another has a loss with the field `type`: `before` and `after` are the types, and what the new part
    does not say of the old one follows as losses of its own. Where nothing is left, the type is `missing`. The field
    `content` is `changed` where parts were joined or reordered.
    """

    part: int | None
    before: str
    after: str
    what: str
    field: str


def losses_of(report: Iterable[Mapping[str, Any]]) -> tuple[Loss, ...]:
    """Return the core's report as objects."""
    return tuple(
        Loss(
            one.get("part"),
            one.get("before", ""),
            one.get("after", ""),
            one["what"],
            one["field"],
        )
        for one in report
    )


Loss.__module__ = "lampjack"
