"""What operators look at: how subscriptions stand, and what became of the lines of a conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from lampjack._results import DeliveryState, Result

__all__ = ["Offer", "Subscription", "Trace", "TraceLine", "TracedDelivery", "as_lines"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Subscription(Result):
    """How a subscription stands, in all processes that share the store.

    - `name`; `kinds`: the words of what it asks for, empty for all; `to`: `desk`, `bot` or `nobody`, "" for all;
      `include_bot`: also the bot's lines while a human is requested; `accounts`: what an earlier release stored.
    - `waiting`: items that are not handled, counted up to 1000; `oldest_at`: when the first of them was received.
    - `served_at`: when a process leased an item last, within a minute; None where none ever has.
    - `holders`: the live processes that have it, as `host:pid`.
    - `left_behind`: items wait, and no process has leased any for 24 hours.
    """

    name: str
    kinds: tuple[str, ...] = ()
    to: str = ""
    include_bot: bool = False
    accounts: tuple[str, ...] = ()
    waiting: int
    oldest_at: datetime | None = None
    served_at: datetime | None = None
    holders: tuple[str, ...] = ()
    left_behind: bool

    _shown: ClassVar[tuple[str, ...]] = ("name", "waiting", "left_behind")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Offer(Result):
    """How one subscription stands with one line.

    `status` is `handled` (or the line is older than the subscription), `running`, `retrying`, `waiting`, `dead` (set
    aside after its last try) or `not_wanted`; `reason` says why. `attempts` counts the tries begun, `next_at` is the next
    try, or the lease's end while `running`.
    """

    subscription: str
    status: str
    attempts: int = 0
    next_at: datetime | None = None
    reason: str = ""

    _shown: ClassVar[tuple[str, ...]] = ("subscription", "status")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class TracedDelivery(DeliveryState):
    """A delivery; `reason` says why it is not sent, "" when it is."""

    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class TraceLine(Result):
    """What became of one line.

    - `seq`, `kind`; `role`: who said it, "" for a fact of the engine.
    - `sent_at`: the sender's time, None where it told none; `received_at`: when it was recorded.
    - `state`, `epoch`: of the conversation then; `to`: whom it was for, `flags`, and `reason`: why.
    - `offered`: each subscription; `deliveries`: what carries its words, in order.
    """

    seq: int
    kind: str
    role: str = ""
    sent_at: datetime | None = None
    received_at: datetime
    state: str
    epoch: int
    to: str
    flags: tuple[str, ...] = ()
    reason: str
    offered: tuple[Offer, ...] = ()
    deliveries: tuple[TracedDelivery, ...] = ()

    _shown: ClassVar[tuple[str, ...]] = ("seq", "kind", "to")

    @classmethod
    def _read(cls, name: str, value: Any) -> Any:
        if name == "offered":
            return tuple(Offer.from_dict(one) for one in value)
        if name == "deliveries":
            return tuple(TracedDelivery.from_dict(one) for one in value)
        return Result._read(name, value)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Trace(Result):
    """What became of lines of a conversation: received, recorded, offered, handled, sent. Holds nothing that was said.

    `state` and `epoch` are those of now. `calls` are the mutes and returns that are not over.
    """

    ref: str
    tag: str
    state: str
    epoch: int
    lines: tuple[TraceLine, ...] = ()
    calls: tuple[TracedDelivery, ...] = ()

    _shown: ClassVar[tuple[str, ...]] = ("state", "epoch")

    @classmethod
    def _read(cls, name: str, value: Any) -> Any:
        if name == "lines":
            return tuple(TraceLine.from_dict(one) for one in value)
        if name == "calls":
            return tuple(TracedDelivery.from_dict(one) for one in value)
        return value


# ---- As text ----


def _clock(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")


def _of(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def _offer_text(offer: Offer) -> str:
    text = f"{offer.subscription} {offer.status}"
    if offer.attempts:
        text += f" (attempt {offer.attempts})"
    if offer.next_at is not None:
        text += f", {'until' if offer.status == 'running' else 'again'} {_clock(offer.next_at)}"
    return _of(text, offer.reason)


def _delivery_text(delivery: TracedDelivery) -> str:
    text = f"{delivery.action} {delivery.id} {delivery.status} (attempts: {delivery.attempts})"
    if delivery.next_at is not None:
        text += f", next {_clock(delivery.next_at)}"
    return _of(text, delivery.reason)


def as_lines(trace: Trace) -> Iterator[str]:
    """Write a trace for people."""
    yield f"{trace.ref}  {trace.state}, epoch {trace.epoch}, {trace.tag} in the log"
    for line in trace.lines:
        who = f" by {line.role}" if line.role else ""
        yield f"{line.seq}  {line.kind}{who}"
        sent = f", sent {_clock(line.sent_at)}" if line.sent_at else ""
        yield f"    received {_clock(line.received_at)}{sent}"
        flags = f" [{' '.join(line.flags)}]" if line.flags else ""
        yield f"    recorded in {line.state}, epoch {line.epoch}, for {line.to}{flags}: {line.reason}"
        for offer in line.offered:
            if offer.status != "not_wanted" or len(trace.lines) == 1:
                yield f"    offered  {_offer_text(offer)}"
        for delivery in line.deliveries:
            yield f"    sent     {_delivery_text(delivery)}"
    for call in trace.calls:
        yield f"call  {_delivery_text(call)}"


for _class in (Offer, Subscription, Trace, TraceLine, TracedDelivery):
    _class.__module__ = "lampjack"
