"""Results: what the hub's reads return, as values with named and documented fields.

Times are aware datetimes in UTC with milliseconds. A field that does not apply is None, or "" for a text.
"""

import warnings
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Self, TypeVar

from lampjack._given import as_read
from lampjack._json import read_json
from lampjack._lists import read_each
from lampjack._values import EMPTY, FrozenDict

__all__ = [
    "ConversationState",
    "DeliveryState",
    "Endpoint",
    "ErasedConversation",
    "Erasure",
    "Explanation",
    "Owner",
    "Stats",
    "results_from_json",
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """What results share: how they are made, and for this release the access by key that dicts gave.

    `result["key"]`, `.get()`, `in`, `keys()` and `== {…}` work as with the dict of earlier releases, and `result["key"]`
    gives the field's plain value where nothing is told; the next release removes them. Use attributes, and `to_dict()` for JSON. `extra` holds what a newer core tells and this class does not
    name.
    """

    extra: FrozenDict = field(default=EMPTY, kw_only=True)

    _shown: ClassVar[tuple[str, ...]] = ()  # fields that hold no person's data, for the repr

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the result that the core's JSON object describes."""
        return as_read(lambda: cls._made(data), cls.__name__)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the result that the core's JSON text describes."""
        return as_read(lambda: cls._made(read_json(text)), cls.__name__)

    @classmethod
    def _made(cls, data: Mapping[str, Any]) -> Self:
        names = {one.name for one in fields(cls)} - {"extra"}
        given = {key: value for key, value in data.items() if key in names and value is not None}
        known = {key: cls._read(key, value) for key, value in given.items()}
        unknown = {key: value for key, value in data.items() if key not in names}
        return cls(**known, extra=FrozenDict(unknown))

    @classmethod
    def _read(cls, name: str, value: Any) -> Any:
        if name.endswith("_at") or name == "since":
            return datetime.fromisoformat(value)
        if name == "owner":
            return Owner.from_dict(value)
        if isinstance(value, list):
            return tuple(value)
        return FrozenDict(value) if isinstance(value, dict) else value

    def to_dict(self) -> dict[str, Any]:
        """Return the core's JSON form as a dict; what is absent is left out."""
        values = ((one, getattr(self, one.name)) for one in fields(self) if one.name != "extra")
        known = {one.name: _plain(value) for one, value in values if value != one.default}
        return {**known, **self.extra}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Result):
            return type(self) is type(other) and self.to_dict() == other.to_dict()
        return self.to_dict() == other if isinstance(other, dict) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, one.name) for one in fields(self)))

    def __repr__(self) -> str:
        shown = "".join(f" {name}={_plain(getattr(self, name))}" for name in self._shown)
        return f"<{type(self).__name__}{shown}>"

    # ---- As a dict, for one release ----

    def __getitem__(self, key: str) -> Any:
        told = self._by_key()
        absent = key not in told and key in {one.name for one in fields(self)}
        return getattr(self, key) if absent else told[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_key()

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key())

    def __len__(self) -> int:
        return len(self._by_key())

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key of the JSON form."""
        return self._by_key().get(key, default)

    def keys(self) -> KeysView[str]:
        """Return the keys of the JSON form."""
        return self._by_key().keys()

    def _by_key(self) -> dict[str, Any]:
        warnings.warn(
            f"{type(self).__name__} is used as a dict: use its attributes, or to_dict()",
            PendingDeprecationWarning,
            stacklevel=3,
        )
        return self.to_dict()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, FrozenDict) else value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Owner(Result):
    """Who may speak: `kind` is `bot`, `agent` or `nobody`; `agent` the agent's id, "" where no agent owns."""

    kind: str
    agent: str = ""

    _shown: ClassVar[tuple[str, ...]] = ("kind",)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ConversationState(Result):
    """How a conversation stands.

    - `ref`: `account:mode:id`. `tag`: a keyed hash of it, the same as in the log.
    - `account`, `bot`, `mode` (`live` or `test`), `id`: its parts, in the platform's words; `bot` "" where unknown.
    - `state`: `bot`, `requested`, `agent`, `returning` or `closed`. `epoch`: rises with each change of owner.
    - `episode`: the number of the handover, from 0. `owner`: who may speak.
    - `muted`: whether the platform's bot is silent: `no`, `yes` or `unknown`.
    - `sync`: whether the platform does what was decided: `confirmed`, `unconfirmed` or `diverged`.
    - `draining`: the command (`release`, `pass`, `close`) that waits for earlier messages to leave, else "".
    - `end_reason`: why the last handover ended, else "". `user`: what is known of the end user (an actor's fields).
    - `items`: the number of the last item of the log. `touched_at`: the last change.
    """

    ref: str
    tag: str
    account: str
    bot: str = ""
    mode: str
    id: str
    state: str
    epoch: int
    episode: int
    owner: Owner
    muted: str
    sync: str
    draining: str = ""
    end_reason: str = ""
    user: FrozenDict = EMPTY
    items: int
    touched_at: datetime

    _shown: ClassVar[tuple[str, ...]] = ("state", "epoch")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class DeliveryState(Result):
    """How a delivery stands: one message or call on its way to a platform.

    - `id`: the delivery's id. `ref`: its conversation, "" within a fact of that conversation.
    - `action`: `reply`, `notify`, `forward`, `request`, `mute` or `unmute`.
    - `status`: `pending`, `paused` (as `pending`, while the platform refuses the account's credentials), `sent`,
      `refused` (it never leaves: ownership changed before, an agent reads the words instead of the bot, or it was discarded or
      erased; `last_error` says which), `dead` (given up) or `held` (for review).
    - `epoch`: the epoch it was decided under. `agent`: who said it, else "".
    - `seq`: the item of the transcript whose words it carries, None for a mute or a return.
    - `attempts`: the calls that ended since `created_at`, but those whose credentials were refused. `last_code`: the HTTP status of the last one, None where there was no answer.
    - `last_error`: why it has not been sent, else "". `vendor_answer`: the platform's words about a refusal, else "".
    - `created_at`: when it was queued. It and `attempts` begin anew when a person retries it, and when it moves again after
      credentials or an address were waited for; the item `seq` keeps the time of the words.
    - `next_at`: the next attempt while `pending`, else None; while `paused` no sooner than the account may send.
    - `ended_at`: when it became `dead` or `held`.
    """

    id: str
    action: str
    status: str
    epoch: int
    agent: str = ""
    attempts: int
    last_code: int | None = None
    last_error: str = ""
    vendor_answer: str = ""
    created_at: datetime
    next_at: datetime | None = None
    ended_at: datetime | None = None
    ref: str = ""
    seq: int | None = None

    _shown: ClassVar[tuple[str, ...]] = ("action", "status", "attempts")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Explanation(Result):
    """Whether a command is allowed now.

    `rule` is the row of the state table that decides. `code` (`not_owner`, `stale_owner`, `unsupported`) and `why` (a
    sentence) tell a refusal; `why` may also name a condition. `to` is the state it leads to, "" where the state stays.
    `owner` and `epoch` are those of now; `allowed_now` lists the commands the same agent may give.
    """

    allowed: bool
    rule: str
    code: str = ""
    why: str = ""
    to: str = ""
    owner: Owner
    epoch: int
    allowed_now: tuple[str, ...]

    _shown: ClassVar[tuple[str, ...]] = ("allowed", "rule")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Endpoint(Result):
    """An address to configure at a vendor.

    `side` is the role we play: `desk`, `channel` or `peer`. `url` is `path` below the base and the account; `method`
    the HTTP method; `max_body` the largest body in bytes; `meaning` what the vendor calls it for, "" where that is plain.
    `app_address` is what an app of the platform asks for instead, as the Chatlayer app's "Lampjack address"; "" elsewhere.
    """

    account: str
    platform: str
    side: str
    method: str
    url: str
    path: str
    max_body: int
    meaning: str
    app_address: str = ""

    _shown: ClassVar[tuple[str, ...]] = ("account", "method", "path")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ErasedConversation(Result):
    """What was removed of one conversation: numbers of `items`, `deliveries` and `dead_letters`; its `epoch` stays."""

    ref: str
    items: int
    deliveries: int
    dead_letters: int
    epoch: int

    _shown: ClassVar[tuple[str, ...]] = ("items", "deliveries", "dead_letters", "epoch")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Erasure(Result):
    """What was removed of an end user of an account: one entry for each conversation.

    `log` says where it can still be read: `empty` (nowhere in the store's files), `held` (in the SQLite file's write-ahead
    log, because another program keeps reading the file: end it, and call again) or `server` (in what PostgreSQL keeps).
    """

    account: str
    log: str = ""
    conversations: tuple[ErasedConversation, ...]

    _shown: ClassVar[tuple[str, ...]] = ("account", "log")

    @classmethod
    def _read(cls, name: str, value: Any) -> Any:
        if name == "conversations":
            return tuple(ErasedConversation.from_dict(one) for one in value)
        return value


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Stats(Result):
    """Counters of this process since the hub was opened.

    Two are present numbers: `in_flight`, the calls that run now, and `body_bytes`, the bytes of requests' bodies in memory.
    """

    requests: int
    refused_requests: int
    events: int
    duplicates: int
    events_not_kept: int
    handovers: int
    talk_overs: int
    deliveries_sent: int
    deliveries_retried: int
    deliveries_dead: int
    deliveries_fenced: int
    deliveries_held: int
    deliveries_postponed: int
    items_dead: int
    breaker_opened: int
    store_warnings: int
    in_flight: int
    body_bytes: int

    _shown: ClassVar[tuple[str, ...]] = ("requests", "events", "in_flight")

    def values(self) -> ValuesView[Any]:
        """Return the values of the JSON form."""
        return self._by_key().values()

    def items(self) -> ItemsView[str, Any]:
        """Return the keys and values of the JSON form."""
        return self._by_key().items()


R = TypeVar("R", bound=Result)


def results_from_json(cls: type[R], text: str) -> list[R]:
    """Return the results that a JSON array of the core describes."""
    return read_each(text, cls)


for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "lampjack"
