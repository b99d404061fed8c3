"""Sinks: messages that the host shows the end user itself."""

import json
from dataclasses import dataclass
from typing import Any

from lampjack import _core
from lampjack._consumers import Consumer, Handler
from lampjack._conversation import Conversation
from lampjack._leased_work import Work
from lampjack._runtime import Runtime

__all__ = ["SinkConsumer", "SinkMessage"]


@dataclass(frozen=True, slots=True, repr=False)
class SinkMessage:
    """A message the host shows the end user itself. `id` stays the same when it is handed out again."""

    id: str
    ref: str
    account: str
    epoch: int
    agent: str
    attempt: int
    event: _core.Event

    @property
    def content(self) -> tuple[Any, ...]:
        """The parts to show."""
        return self.event.content

    def __repr__(self) -> str:
        return f"<SinkMessage with {len(self.content)} parts>"

    @classmethod
    def from_core(cls, leased: _core.SinkDelivery) -> "SinkMessage":
        """Return the message that the core hands out."""
        data = json.loads(leased.head)
        return cls(
            id=data["id"],
            ref=data["ref"],
            account=data["account"],
            epoch=data["epoch"],
            agent=data.get("agent", ""),
            attempt=data["attempt"],
            event=_core.Event.from_json(leased.event),
        )


class SinkConsumer(Consumer):
    """Hands messages for the end users of one account to the host. Return: shown. Exception: tried again."""

    failed_event = "sink.failed"
    has_one_account = True

    def __init__(self, runtime: Runtime, function: Handler, account: str) -> None:
        super().__init__(runtime, function, f"sink {account}")
        self.account = account
        self.log_keys = {"account": account}

    def start(self) -> None:
        self._runtime.native.serve_sink(self.account)  # once nothing can refuse the start any more
        super().start()

    def _lease(self, timeout_ms: int, without: list[str]) -> Any:
        if self.account in without:
            return None
        return self._runtime.native.next_sink(self.account, timeout_ms)

    def _give_back(self, leased: Any) -> None:
        self._runtime.native.give_back_sink(leased)

    def _settle(self, leased: Any, error: str | None) -> None:
        self._runtime.native.sink_done(leased, error is None, error or "")

    def _work(self, leased: Any) -> "Work | None":
        native = self._runtime.native
        message = SinkMessage.from_core(leased)
        # The fence, immediately before the host shows it: whoever spoke may not own the conversation any more.
        if not native.may_leave(leased):
            native.sink_done(leased, False, "stale_owner")
            return None
        conversation = Conversation(self._runtime, message.ref)
        return Work(lambda: self.function(message, conversation), None, self.label, conversation)


SinkMessage.__module__ = "lampjack"
