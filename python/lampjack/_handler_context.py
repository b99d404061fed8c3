"""Handler context: the defaults of commands that a subscriber gives while it handles an item."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lampjack import _core
from lampjack._items import Item

__all__ = ["Frame", "current_frame", "handling"]


class Frame:
    """The item a subscriber is handling: commands given meanwhile default to its epoch and get repeatable keys.

    They are refused when `leased`, the core's item, is no longer this handler's. `hub` stands for the hub that leased it: the
    commands of another hub in this process know nothing of the lease.
    """

    __slots__ = ("_hub", "_leased", "_ordinals", "epochs", "item", "subscription")

    def __init__(
        self,
        item: Item,
        subscription: str,
        leased: _core.Item | None = None,
        hub: object = None,
    ) -> None:
        self.item = item
        self.subscription = subscription
        self._leased = leased
        self._hub = hub
        self.epochs = {item.ref: item.epoch}
        self._ordinals = itertools.count()

    def leased(self, hub: object) -> _core.Item | None:
        """Return the item that a command of this hub must still hold, if any."""
        return self._leased if hub is self._hub else None

    def key(self) -> str:
        """Item, subscription and ordinal: a second run of the handler gives the same keys in the same order."""
        return f"{self.item.id}/{self.subscription}/{next(self._ordinals)}"


current_frame: ContextVar[Frame | None] = ContextVar("lampjack_frame", default=None)


@contextmanager
def handling(
    item: Item | None,
    subscription: str,
    leased: _core.Item | None = None,
    hub: object = None,
) -> Iterator[None]:
    """Set the defaults for commands given inside."""
    token = current_frame.set(Frame(item, subscription, leased, hub) if item else None)
    try:
        yield
    finally:
        current_frame.reset(token)
