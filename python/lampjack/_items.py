"""Items: the lines of a conversation's log, as subscribers and transcripts see them; and the engine's facts."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from lampjack import _core
from lampjack._errors import ArgumentError
from lampjack._given import as_read
from lampjack._json import members_of, read_json
from lampjack._lists import read_each
from lampjack._parts import Part
from lampjack._results import DeliveryState, Owner
from lampjack._values import EMPTY, FrozenDict

__all__ = [
    "DeadItem",
    "DeliveryChanged",
    "Erased",
    "Fact",
    "HandoverEnded",
    "Item",
    "OwnerChanged",
    "dead_items_from_json",
    "items_from_json",
    "place_of_dead",
]


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """Something the engine did or found. `type` names it, `data` holds all that is known: the JSON form as a dict.

    Keys of `data` besides `type`, by type:

    - `owner_changed`, `handover_ended`, `mute_failed`, `draining`: `reason` (a word), `from` and `to` (owners: `kind`, and
      `agent` where one owns), `epoch` (an integer).
    - `delivery_changed`: `delivery` (see `DeliveryState`; its `seq` is the item whose words it carries).
    - `alarm`: `alarm` (`talk_over`, `diverged`, `stuck`, `agent_idle`).
    - `notice`: `notice` (`no_agent`, `queue_position`), `position` (from 1, for `queue_position`).
    - `command`: `command` (its name), `agent` (who gave it, where known).
    - `item_dead`: `subscription`, `seq` and `kind` of the item, `attempts`, `reason`.
    - `address_changed`: `host`, of the address that the platform told; "" when it took it back. Kept beside what belongs to no
      conversation: `hub.conversations(unattributed=True)`.
    - `transcript_full`: nothing. `erased`: nothing.
    """

    type: str
    data: FrozenDict = EMPTY

    kinds: ClassVar[tuple[str, ...]] = (
        "owner_changed",
        "handover_ended",
        "mute_failed",
        "draining",
        "delivery_changed",
        "notice",
        "command",
        "erased",
        "alarm",
        "item_dead",
        "transcript_full",
        "address_changed",
    )
    kind: ClassVar[str] = "fact"
    content: ClassVar[
        tuple[Part, ...]
    ] = ()  # so that item.event.content needs no check of the class

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type}>"

    @property
    def reason(self) -> str:
        """Why, as a word; "" when there is none."""
        return str(self.data.get("reason", ""))

    def to_dict(self) -> dict[str, Any]:
        """Return what is known as a dict."""
        return dict(self.data)


class OwnerChanged(Fact):
    """The owner, or the epoch, is another."""

    __slots__ = ()
    kinds: ClassVar[tuple[str, ...]] = ("owner_changed",)
    __match_args__: ClassVar[tuple[str, ...]] = ("before", "now")

    @property
    def before(self) -> Owner:
        """Who owned the conversation before."""
        return _owner(self.data.get("from"))

    @property
    def now(self) -> Owner:
        """Who owns it now."""
        return _owner(self.data.get("to"))

    @property
    def epoch(self) -> int:
        """The new epoch."""
        return int(self.data.get("epoch", 0))


class HandoverEnded(Fact):
    """A request, or a human's ownership, is over: a desk may close its ticket."""

    __slots__ = ()
    kinds: ClassVar[tuple[str, ...]] = ("handover_ended",)


class DeliveryChanged(Fact):
    """A message on its way out was sent, refused or given up."""

    __slots__ = ()
    kinds: ClassVar[tuple[str, ...]] = ("delivery_changed",)
    __match_args__: ClassVar[tuple[str, ...]] = ("status",)

    @property
    def delivery(self) -> str:
        """The delivery's id."""
        return str(self.data["delivery"]["id"])

    @property
    def status(self) -> str:
        """`pending`, `sent`, `dead`, `refused` or `held`."""
        return str(self.data["delivery"]["status"])

    @property
    def seq(self) -> int | None:
        """The item of the transcript whose words it carries; None for a mute or a return."""
        seq: int | None = self.data["delivery"].get("seq")
        return seq

    @property
    def details(self) -> DeliveryState:
        """How the delivery stood when this was written."""
        return DeliveryState.from_dict(self.data["delivery"])

    @property
    def reason(self) -> str:
        """Why it was not sent, "" when it was.

        - `refused`: `stale_owner` (ownership changed before), `rerouted` (an agent reads the words instead of the bot),
          `discarded` (by `hub.discard()`).
        - `held`: `behind_a_failed_call` (a mute or return before it failed), or one of the next line.
        - `dead`: `status 422` (the HTTP status), `refused_in_body`, `unreadable_body`; without an answer
          `refused_by_policy`, `connect`, `tls`, `tls_verification`, `timeout_before_sent`, `unknown_after_sent`,
          `cut_body`, `too_large` or `cancelled`; `credentials: …` (refused for `credentials_wait_ms`); for a sink
          `handler_timeout` or the name of the host's exception; a sentence where the content cannot be written.
        """
        return str(self.data["delivery"].get("last_error", ""))


class Erased(Fact):
    """The conversation's content was removed."""

    __slots__ = ()
    kinds: ClassVar[tuple[str, ...]] = ("erased",)


_FACTS: dict[str, type[Fact]] = {
    "owner_changed": OwnerChanged,
    "handover_ended": HandoverEnded,
    "delivery_changed": DeliveryChanged,
    "erased": Erased,
}


def _owner(data: Any) -> Owner:
    data = data or {}
    return Owner(data.get("kind", "nobody"), data.get("agent", ""))


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One line of a conversation's log: `event` is what happened, the rest how it stood when it was committed.

    `to` says who it is for: `desk`, `bot`, `both` or `nobody`. `flags` may hold `talk_over`, `maybe_duplicate`, `late`, `echo`,
    `transcript`, `hole`, `bot_line` (the bot's words while a human is wanted), `rerouted` (the user's words were for the bot,
    and an agent reads them instead) and, with it, `maybe_forwarded` (the bot may have had them).
    `delivery` is the id of the delivery that carries its words, the last one where they were queued again; None when none does.
    """

    id: str
    seq: int
    epoch: int
    episode: int
    state: str
    to: str
    flags: frozenset[str]
    ref: str
    account: str
    received_at: datetime
    event: "_core.Event | Fact"
    attempt: int = 1
    delivery: str | None = None

    __match_args__: ClassVar[tuple[str, ...]] = ("event",)

    def __repr__(self) -> str:
        return f"<Item {self.seq} for {self.to}: {self.event!r}>"

    @classmethod
    def from_core(cls, leased: _core.Item) -> "Item":
        """Return the item that the core hands out."""
        read = _fact if leased.is_fact else _core.Event.from_json
        return cls._make(json.loads(leased.head), read(leased.body))

    @classmethod
    def from_json(cls, text: str) -> "Item":
        """Read the JSON form of one item."""
        return as_read(lambda: cls._read(text), "an Item")

    @classmethod
    def _read(cls, text: str) -> "Item":
        members = dict(members_of(text))
        fact, event = members.pop("fact", None), members.pop("event", "")
        data = {name: read_json(value) for name, value in members.items()}
        return cls._make(data, _core.Event.from_json(event) if fact is None else _fact(fact))

    @classmethod
    def _make(cls, data: dict[str, Any], event: "_core.Event | Fact") -> "Item":
        return cls(
            id=data["id"],
            seq=data["seq"],
            epoch=data["epoch"],
            episode=data["episode"],
            state=data["state"],
            to=data["to"],
            flags=frozenset(data["flags"]),
            ref=data["ref"],
            account=data["account"],
            received_at=datetime.fromisoformat(data["received_at"]),
            event=event,
            attempt=data.get("attempt", 1),
            delivery=data.get("delivery"),
        )


@dataclass(frozen=True, slots=True)
class DeadItem:
    """An item that a subscription has given up after its last try: `reason` is the name of the last exception."""

    subscription: str
    reason: str
    died_at: datetime
    item: Item

    @classmethod
    def from_json(cls, text: str) -> "DeadItem":
        """Read what the engine tells."""
        return as_read(lambda: cls._read(text), "a DeadItem")

    @classmethod
    def _read(cls, text: str) -> "DeadItem":
        members = dict(members_of(text))
        item = Item.from_json(members.pop("item"))
        data = {name: read_json(value) for name, value in members.items()}
        died_at = datetime.fromisoformat(data["died_at"])
        return cls(data["subscription"], data["reason"], died_at, item)


def place_of_dead(dead: DeadItem) -> tuple[str, str, int]:
    """Return where a dead item is: its subscription, conversation and seq."""
    if not isinstance(dead, DeadItem):
        raise ArgumentError(f"a DeadItem is expected, not {type(dead).__name__}")
    return dead.subscription, dead.item.ref, dead.item.seq


def dead_items_from_json(text: str) -> list[DeadItem]:
    """Read a JSON array of dead items."""
    return read_each(text, DeadItem)


Happening: TypeAlias = "_core.Event | Fact"


def items_from_json(text: str) -> list[Item]:
    """Read a JSON array of items. Each event is read from its own text, so that no digit is lost."""
    return read_each(text, Item)


def _fact(text: str) -> Fact:
    data = read_json(text)
    return _FACTS.get(data["type"], Fact)(data["type"], FrozenDict(data))


for _class in (Fact, OwnerChanged, HandoverEnded, DeliveryChanged, Erased, Item, DeadItem):
    _class.__module__ = "lampjack"
