"""Frames: the defaults of commands that a subscriber gives while it handles an item."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lampjack import _core
from lampjack._items import Item

__all__ = ["Frame", "current_frame", "handling"]


class Frame:
    """The item a subscriber is handling: commands given meanwhile default to its epoch and get repeatable keys.

    They are refused when `leased`, the core's item, is no longer this handler's.
    """

    __slots__ = ("_ordinals", "epochs", "item", "leased", "subscription")

    def __init__(self, item: Item, subscription: str, leased: _core.Item | None = None) -> None:
        self.item = item
        self.subscription = subscription
        self.leased = leased
        self.epochs = {item.ref: item.epoch}
        self._ordinals = itertools.count()

    def key(self) -> str:
        """Item, subscription and ordinal: a second run of the handler gives the same keys in the same order."""
        return f"{self.item.id}/{self.subscription}/{next(self._ordinals)}"


current_frame: ContextVar[Frame | None] = ContextVar("lampjack_frame", default=None)


@contextmanager
def handling(
    item: Item | None, subscription: str, leased: _core.Item | None = None
) -> Iterator[None]:
    """Set the defaults for commands given inside."""
    token = current_frame.set(Frame(item, subscription, leased) if item else None)
    try:
        yield
    finally:
        current_frame.reset(token)
