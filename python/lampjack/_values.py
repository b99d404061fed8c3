"""The small values events and items are made of. This module imports nothing of the package: `_core` fills its classes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

if TYPE_CHECKING:
    from lampjack._core import Event

__all__ = ["EMPTY", "Actor", "ConversationId", "FrozenDict", "HandoverInfo"]


class FrozenDict(dict[str, Any]):
    """A dict that refuses to change. Equal to a dict with the same entries."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("events are immutable: copy this with dict(...)")

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """Equal dicts have equal keys; values may be lists, which have no hash."""
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)


EMPTY = FrozenDict()


@dataclass(frozen=True, slots=True, repr=False)
class ConversationId:
    """Which conversation an event belongs to, in the platform's words."""

    account: str | None
    bot: str | None
    mode: str
    id: str | None

    @property
    def ref(self) -> str:
        """`account:mode:id`, the one text form of a conversation."""
        return f"{self.account or ''}:{self.mode}:{self.id or ''}"

    def __repr__(self) -> str:
        return f"<ConversationId {self.mode}>"


@dataclass(frozen=True, slots=True, repr=False)
class Actor:
    """Who did it: `role` is `user`, `bot`, `agent`, `system` or `unknown`. Its repr shows nothing else."""

    role: str
    id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    display_name: str | None = None
    login: str | None = None
    phone: str | None = None
    email: str | None = None
    site: str | None = None
    language: str | None = None
    extra: FrozenDict = EMPTY

    __match_args__: ClassVar[tuple[str, ...]] = ("role", "id")

    def __repr__(self) -> str:
        return f"<Actor {self.role}>"


@dataclass(frozen=True, slots=True, repr=False)
class HandoverInfo:
    """What a handover says: `to` is `agent` or `bot`; `payload` is free JSON; `transcript` what was said before."""

    to: str
    payload: Any = None
    transcript: "tuple[Event, ...]" = ()

    def __repr__(self) -> str:
        return f"<HandoverInfo to {self.to}, {len(self.transcript)} earlier events>"


for _class in (FrozenDict, ConversationId, Actor, HandoverInfo):
    _class.__module__ = "lampjack"
