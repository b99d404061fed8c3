"""Subscriptions: the consumers of a conversation's items."""

import json
from typing import Any

from lampjack import _core
from lampjack._consumers import Consumer, Handler
from lampjack._conversation import Conversation
from lampjack._errors import ArgumentError
from lampjack._given import as_str
from lampjack._items import Fact, Item
from lampjack._leased_work import Work
from lampjack._runtime import Runtime

__all__ = ["SubscriptionConsumer", "kinds_of"]


class SubscriptionConsumer(Consumer):
    """Hands the items of one subscription to its function, in order within each conversation."""

    failed_event = "handler.failed"

    def __init__(
        self,
        runtime: Runtime,
        function: Handler,
        name: str,
        types: tuple[type, ...],
        accounts: tuple[str, ...],
        to: str | None,
        include_bot: bool = False,
        start_now: bool = False,
    ) -> None:
        super().__init__(runtime, function, f"subscription {name}")
        self.name = name
        self.log_keys = {"subscription": name}
        self.types = types
        if to is not None:
            as_str(to, "to")
        kinds = sorted({kind for cls in types for kind in kinds_of(cls)})
        self.filter = {
            key: value
            for key, value in (
                ("kinds", kinds),
                ("accounts", accounts),
                ("to", to),
                ("include_bot", include_bot),
                ("start", "now" if start_now else ""),
            )
            if value
        }

    def declare(self) -> None:
        self._runtime.native.subscribe(self.name, json.dumps(self.filter))

    def _lease(self, timeout_ms: int, without: list[str]) -> Any:
        return self._runtime.native.next(self.name, timeout_ms, without)

    def _give_back(self, leased: Any) -> None:
        self._runtime.native.give_back(leased)

    def _settle(self, leased: Any, error: str | None) -> None:
        self._runtime.native.done(leased, error is None, error or "")

    def _work(self, leased: Any) -> "Work | None":
        native = self._runtime.native
        item = Item.from_core(leased)
        if not isinstance(item.event, self.types):
            native.done(leased, True)
            return None
        conversation = Conversation(self._runtime, item.ref)._at(item.epoch)
        return Work(lambda: self.function(item, conversation), item, self.name, conversation)


class _KindError(ArgumentError, TypeError):
    """A class of neither events nor facts, shown as the `ArgumentError` it is. Releases before raised a `TypeError`."""

    def __reduce__(self) -> tuple[Any, ...]:
        return ArgumentError, (self.message,), self.__dict__


_KindError.__name__ = _KindError.__qualname__ = ArgumentError.__name__
_KindError.__module__ = ArgumentError.__module__


_EVENT_KINDS: dict[type, tuple[str, ...]] = {
    _core.Message: ("message",),
    _core.HandoverRequested: ("handover_requested",),
    _core.Handover: ("handover",),
    _core.Session: ("session",),
    _core.UnknownEvent: ("unknown",),
    _core.Event: ("message", "handover_requested", "handover", "session", "unknown"),
}


def kinds_of(cls: type) -> tuple[str, ...]:
    """Return the words by which the store knows a class of events or facts."""
    try:
        return cls.kinds if issubclass(cls, Fact) else _EVENT_KINDS[cls]
    except (KeyError, TypeError):
        raise _KindError(
            "subscribe to classes of events or facts, such as lampjack.Message"
        ) from None
