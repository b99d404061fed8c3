"""Conversation: the handle through which hosts command; and User, who speaks where we play the channel."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from lampjack._delivery import Command, Delivery, explained
from lampjack._errors import ArgumentError
from lampjack._given import as_json, as_milliseconds, as_number, as_str
from lampjack._handler_context import Frame, current_frame
from lampjack._items import Item, items_from_json
from lampjack._outcome import Outcome
from lampjack._parts import Content, content_json
from lampjack._results import (
    ConversationState,
    DeliveryState,
    Explanation,
    results_from_json,
)
from lampjack._runtime import Runtime
from lampjack._values import Actor

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Conversation", "User"]

T = TypeVar("T")

_LARGEST_ID = 2**63 - 1  # of the vendors' ids that are numbers
_USER_FIELDS = {one.name for one in fields(Actor)} - {"role", "id", "extra"}


class Conversation:
    """One end user's dialogue with one bot.

    Commands carry the epoch they were decided under: inside a subscriber that of the item, after `state()` that of the
    snapshot, else what the caller gives; without any the command is decided at commit.

    `key` makes a command happen once: the same command again gives the first receipt (`repeated` is true), for 14 days
    at least. Another command, agent or content under the same key of a conversation is a `ConflictError`. Inside a
    subscriber each command has a key of its own, so that a handler that runs again sends nothing twice.
    """

    __slots__ = ("_epoch", "_runtime", "_tag", "ref")

    def __init__(self, runtime: Runtime, ref: str) -> None:
        self._runtime = runtime
        self.ref = ref
        self._epoch: int | None = None
        self._tag = ""

    @property
    def tag(self) -> str:
        """What may stand in a log instead of `ref`: a keyed hash. Blocks for a read when asked for the first time."""
        if not self._tag:
            self._tag = json.loads(self._runtime.native.conversation(self.ref))["tag"]
        return self._tag

    # ---- Commands ----

    def take(
        self,
        agent: str,
        *,
        force: bool = False,
        supervisor: bool = False,
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """Make the agent the owner."""
        return self._command(
            "take", agent=agent, force=force, supervisor=supervisor, epoch=epoch, key=key
        )

    def reply(
        self, content: Content, *, agent: str, epoch: int | None = None, key: str = ""
    ) -> Command:
        """Say something as the agent; takes the conversation when the agent may."""
        return self._command(
            "reply", content=content_json(content), agent=agent, epoch=epoch, key=key
        )

    def notify(self, content: Content, *, epoch: int | None = None, key: str = "") -> Command:
        """Say something as the system. Changes no owner."""
        return self._command("notify", content=content_json(content), epoch=epoch, key=key)

    def release(
        self,
        *,
        agent: str = "",
        force: bool = False,
        supervisor: bool = False,
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """Give it back to the bot, once what was said before has left."""
        return self._command(
            "release", agent=agent, force=force, supervisor=supervisor, epoch=epoch, key=key
        )

    def pass_(self, to: str | None = None, *, team: str | None = None, agent: str = "", force: bool = False, supervisor: bool = False, epoch: int | None = None, key: str = "") -> Command:  # fmt: skip
        """Give it to the agent `to`, to a team, or to whoever comes first."""
        return self._command("pass", agent=agent, target=_target(to, team), force=force, supervisor=supervisor, epoch=epoch, key=key)  # fmt: skip

    def extend(
        self,
        by: timedelta | float = 0.0,
        *,
        agent: str = "",
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """Keep it without speaking, `by` that long (0: the usual lease)."""
        number = as_milliseconds(by, "by")
        return self._command("extend", agent=agent, number=number, epoch=epoch, key=key)

    def close(
        self,
        *,
        agent: str = "",
        by: str = "",
        force: bool = False,
        supervisor: bool = False,
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """End it; a muted bot is woken first."""
        return self._command(
            "close", agent=agent, by=by, force=force, supervisor=supervisor, epoch=epoch, key=key
        )

    def reopen(self, *, agent: str = "", epoch: int | None = None, key: str = "") -> Command:
        """Let a closed conversation go on."""
        return self._command("reopen", agent=agent, epoch=epoch, key=key)

    def request(
        self,
        *,
        to: str | None = None,
        team: str | None = None,
        by: str = "",
        agent: str = "",
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """Ask for a human on somebody's behalf: `by` is `user`, `bot`, `rule`, `desk` or `agent`.

        The desk gets a `HandoverRequested`, as for a request of the platform. Nobody is asked to decide.
        """
        return self._command(
            "request", agent=agent, by=by, target=_target(to, team), epoch=epoch, key=key
        )

    def decline(
        self,
        *,
        to: str | None = None,
        team: str | None = None,
        agent: str = "",
        epoch: int | None = None,
        key: str = "",
    ) -> Command:
        """Say no to a request; `to` or `team` is who shall be asked next."""
        return self._command("decline", agent=agent, target=_target(to, team), epoch=epoch, key=key)

    def cancel(
        self, *, by: str = "", agent: str = "", epoch: int | None = None, key: str = ""
    ) -> Command:
        """Take a request for a human back."""
        return self._command("cancel", agent=agent, by=by, epoch=epoch, key=key)

    def queue(self, position: int, *, epoch: int | None = None, key: str = "") -> Command:
        """Tell the place in the desk's queue."""
        number = as_number(position, "position")
        return self._command("queue", number=number, epoch=epoch, key=key)

    # ---- Reads ----

    def transcript(
        self, *, after: int = 0, up_to: int | None = None, limit: int = 1000
    ) -> Outcome[list[Item]]:
        """Return the log's items behind `after` and not behind `up_to`, oldest first.

        A handler that shows the transcript and then its subscription's items gives `up_to=item.seq`: what is newer
        comes as items.
        """
        return self._read(
            lambda: items_from_json(self._runtime.native.transcript(self.ref, after, limit, up_to))
        )

    def state(self) -> Outcome[ConversationState]:
        """Return state, epoch, owner, what the platform does, and more. Later commands carry this epoch."""

        def look() -> ConversationState:
            state = ConversationState.from_json(self._runtime.native.conversation(self.ref))
            self._epoch = state.epoch
            return state

        return self._read(look)

    def explain(self, command: str, *, agent: str = "") -> Outcome[Explanation]:
        """Tell whether a command is allowed now, by which rule, and why not."""
        return self._read(
            lambda: Explanation.from_json(self._runtime.native.explain(self.ref, command, agent))
        )

    def deliveries(self) -> Outcome[list[DeliveryState]]:
        """Return what went out or is about to, newest last."""
        return self._read(
            lambda: results_from_json(DeliveryState, self._runtime.native.deliveries(self.ref))
        )

    # ---- Inside ----

    def _at(self, epoch: int) -> Self:
        self._epoch = epoch
        return self

    def _read(self, look: Callable[[], T]) -> Outcome[T]:
        return Outcome(self._runtime.read(look))

    def _command(
        self,
        name: str,
        *,
        epoch: int | None,
        key: str,
        content: str = "",
        agent: str = "",
        force: bool = False,
        supervisor: bool = False,
        by: str = "",
        target: tuple[str, str] = ("", ""),
        number: int = 0,
    ) -> Command:
        frame = current_frame.get()
        key, handler = _key_of(key, frame)
        given = epoch is not None
        leased = None if frame is None else frame.leased(self._runtime)

        def run() -> Delivery:
            # Looked up late: an earlier command of the same handler may have changed the epoch.
            under = epoch if given else self._default_epoch(frame)
            text = self._runtime.native.command(
                self.ref,
                name,
                content,
                agent,
                under,
                key,
                force,
                supervisor,
                by,
                *target,
                number,
                leased,
                handler,
            )
            delivery = Delivery(self._runtime, json.loads(text))
            if self._epoch is not None:
                self._epoch = delivery.receipt.epoch
            if frame is not None and self.ref in frame.epochs:
                frame.epochs[self.ref] = delivery.receipt.epoch
            return delivery

        return Command(self._runtime.command(self.ref, lambda: explained(run)))

    def _default_epoch(self, frame: Frame | None) -> int | None:
        if frame is not None and self.ref in frame.epochs:
            return frame.epochs[self.ref]
        return self._epoch

    def __repr__(self) -> str:
        return "<Conversation>"


def _key_of(key: str, frame: Frame | None) -> tuple[str, str]:
    """Return the command's key, and whose handler makes it; "" where the caller gave it."""
    return (key, "") if key or frame is None else (frame.key(), frame.subscription)


def _target(to: str | None, team: str | None) -> tuple[str, str]:
    if to is not None:
        return "agent", to
    return ("team", team) if team is not None else ("", "")


def _check_user_fields(names: Iterable[str]) -> None:
    """Raise `ArgumentError` for a name that is no field of an end user: no platform would get its value."""
    unknown = sorted(set(names) - _USER_FIELDS)
    if unknown:
        known = ", ".join(sorted(_USER_FIELDS))
        raise ArgumentError(f"user() has no field {unknown[0]!r}; the fields are {known}")


@dataclass(frozen=True, slots=True, repr=False)
class User:
    """An end user on an account where we play the channel.

    The vendor's id of the conversation is the user's, unless `hub.user(…, conversation=…)` gives another (Omnichannel:
    `chat_id` and `visitor.id`): one user may have several. Where your conversations have ids of their own, give them always:
    without, a user whose id is the id of another's conversation speaks in that one. Nothing checks who the user is: do so
    before. Fields of a user are `first_name`, `last_name`, `display_name`,
    `login`, `phone`, `email`, `site` and `language`; another is an `ArgumentError`. Digits alone are sent as a number where the vendor documents one.
    """

    _runtime: Runtime
    account: str
    _fields: dict[str, Any]
    _conversation: str | int | None = None  # the vendor's id of it, where that is not the user's

    def __post_init__(self) -> None:
        as_str(self.account, "account")
        _check_id(self._fields["id"], "id")
        _check_user_fields(self._fields.keys() - {"id"})
        if self._conversation is not None:
            _check_id(_id_text(self._conversation), "conversation")

    def say(self, content: Content, *, key: str = "") -> Command:
        """Bring the user's message in: to the bot, the desk or both, as `item.to` tells. Opens the conversation when it is new.

        `key` makes it happen once: see `Conversation`.
        """
        frame = current_frame.get()
        key, handler = _key_of(key, frame)
        words = content_json(content)
        user = as_json(self._fields, "user")
        leased = None if frame is None else frame.leased(self._runtime)

        def run() -> Delivery:
            text = self._runtime.native.say(
                self.account, user, words, key, leased, handler, self._conversation_id
            )
            return Delivery(self._runtime, json.loads(text))

        future: Future[Delivery] = self._runtime.command(
            f"{self.account}:{self._conversation_id}", lambda: explained(run)
        )
        return Command(future)

    @property
    def conversation(self) -> Conversation:
        """The user's live conversation: the one that the user speaks in."""
        return Conversation(self._runtime, f"{self.account}:live:{self._conversation_id}")

    @property
    def _conversation_id(self) -> str:
        own = self._fields["id"] if self._conversation is None else self._conversation
        return str(own)

    def __repr__(self) -> str:
        return f"<User on {self.account}>"


def _id_text(given: object) -> object:
    """Return a vendor's id that is a number as a text; True and False are none."""
    if not isinstance(given, int) or isinstance(given, bool):
        return given
    if not -_LARGEST_ID <= given <= _LARGEST_ID:
        raise ArgumentError("conversation is larger than any vendor's number")
    return str(given)


def _check_id(given: object, name: str) -> None:
    if not as_str(given, name).strip():
        raise ArgumentError(f"{name} must not be blank")


for _class in (Conversation, User):
    _class.__module__ = "lampjack"
