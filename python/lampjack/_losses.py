"""Losses: what a platform cannot carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Loss", "losses_of"]


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost on the way to another platform.

    Without a `field`: part number `part` of type `before` became `after`, without `what`. With one: that place of the
    event (`sent_at`, `actor.phone`, `handover.transcript`), or of the part (`name`, `options.payload`), is `missing` in the
    body, is there as something else (`changed`), or is there although the event does not say it (`made_up`): the platform
    requires it. `file_not_ready`: the platform ignores a file in that state.
    """

    part: int | None
    before: str
    after: str
    what: str
    field: str = ""


def losses_of(report: Iterable[Mapping[str, Any]]) -> tuple[Loss, ...]:
    """Return the core's report as objects."""
    return tuple(
        Loss(
            one.get("part"),
            one.get("from", ""),
            one.get("to", ""),
            one["what"],
            one.get("field", ""),
        )
        for one in report
    )


Loss.__module__ = "lampjack"
