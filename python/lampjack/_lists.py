"""Lists that the core tells as JSON: an element that cannot be read hides no other."""

from typing import Any, Protocol, Self, TypeVar

from lampjack._errors import LampjackError
from lampjack._json import elements_of, members_of, read_json
from lampjack._log import log_event

__all__ = ["read_each"]


class _Readable(Protocol):
    @classmethod
    def from_json(cls, text: str) -> Self: ...


R = TypeVar("R", bound=_Readable)


def read_each(text: str, cls: type[R]) -> list[R]:
    """Return what a JSON array holds. An element that cannot be read is left out and logged."""
    read = []
    for element in elements_of(text):
        try:
            read.append(cls.from_json(element))
        except LampjackError as error:
            log_event("element.unreadable", type=cls.__name__, **_place_of(element), reason=error)
    return read


def _place_of(element: str) -> dict[str, Any]:
    """Return where the element belongs, as far as it says so and holds no person's id."""
    members = dict(members_of(element))
    members.update(members_of(members.get("item", "{}")))
    return {
        name: read_json(members[name])
        for name in ("subscription", "account", "seq")
        if name in members
    }
