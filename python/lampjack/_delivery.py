"""What commands give: a delivery, and its receipt."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lampjack._errors import NetworkError, RefusedError, StaleOwnerError
from lampjack._given import as_seconds
from lampjack._losses import Loss, losses_of
from lampjack._outcome import Outcome
from lampjack._results import DeliveryState
from lampjack._runtime import Runtime

# What stands in `last_error` where the platform gave no whole answer, in words.
_NO_ANSWER = {
    "connect": "no connection to the platform was made, or it broke before the request was written",
    "cut_body": "the platform's answer was cut off",
    "refused_by_policy": "the address is not allowed",
    "timeout_before_sent": "the platform did not take the request in time",
    "tls": "the connection could not be encrypted",
    "tls_verification": "the platform's certificate is not trusted",
    "too_large": "the platform's answer is too large",
    "unknown_after_sent": "the platform took the request and did not answer",
}

__all__ = ["Command", "Delivery", "Receipt", "explained"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command led to, as plain values: fit for an HTTP answer.

    `delivery` is the id of what goes out, None when nothing does; `status` is `done` then, else `pending` (or, for a
    repeated command, what became of it). A release that waits for earlier messages has none yet; repeated under its key after
    them it has that of the return call. Words that leave in several messages have the last one's id. `seq` is the item
    of the transcript that the command made. `repeated`: the key was known, so nothing was done anew.
    """

    ref: str = field(repr=False)
    state: str
    epoch: int
    owner: str
    agent: str = field(default="", repr=False)
    delivery: str | None = None
    status: str = "done"
    seq: int | None = None
    repeated: bool = False

    @property
    def delivery_id(self) -> str | None:
        """The same as `delivery`."""
        return self.delivery


class Delivery:
    """A command that was accepted. `await delivery.sent(timeout=…)` waits until it has left.

    `losses` tells what the messages that leave do not say of the words, and of the user who speaks, as `convert` does.
    """

    __slots__ = ("_runtime", "losses", "receipt")

    def __init__(self, runtime: Runtime, data: dict[str, Any]) -> None:
        outgoing = data.get("delivery") or {}
        self._runtime = runtime
        self.receipt = Receipt(
            ref=data["ref"],
            state=data["state"],
            epoch=data["epoch"],
            owner=data["owner"]["kind"],
            agent=data["owner"].get("agent", ""),
            delivery=outgoing.get("id"),
            status=outgoing.get("status", "done"),
            seq=data.get("seq"),
            repeated=data.get("repeated", False),
        )
        # What the messages that leave do not say of the words, and of the user who speaks: as convert() tells it.
        self.losses: tuple[Loss, ...] = losses_of(data.get("losses", ()))

    @property
    def id(self) -> str | None:
        """The delivery's id; None when nothing goes out."""
        return self.receipt.delivery

    def sent(self, timeout: float = 30.0) -> Outcome[Receipt]:
        """Wait until the platform has taken it.

        `StaleOwnerError` when it was refused because the owner changed or it was discarded, `NetworkError` when it was given
        up, `HubTimeoutError` when it is still in flight after `timeout` seconds.
        """
        seconds = as_seconds(timeout, "timeout")
        account = self.receipt.ref.partition(":")[0]
        return Outcome(self._runtime.wait(account, self._settled, seconds))

    def status(self) -> Outcome[DeliveryState]:
        """Return status, attempts and the last error as they are now."""
        return Outcome(
            self._runtime.read(
                lambda: DeliveryState.from_json(self._runtime.native.delivery(self.id or ""))
            )
        )

    def _settled(self) -> Receipt | None:
        """Return what became of it; None while it is pending."""
        if self.id is None:
            return self.receipt
        text = self._runtime.native.wait_delivery(self.id, 0)
        if text is None:
            return None
        found = DeliveryState.from_json(text)
        if found.status == "refused":
            raise StaleOwnerError("the owner changed before it was sent", epoch=found.epoch)
        if found.status != "sent":
            raise NetworkError(f"it was not sent: {_why(found)}", status=found.status)
        return replace(self.receipt, status=found.status)

    def __repr__(self) -> str:
        return f"<Delivery {self.receipt.status}>"


def _why(found: DeliveryState) -> str:
    """Return the last error, with what it means where that is one word."""
    error = found.last_error or found.status
    kind = error.removeprefix("credentials: ").partition(":")[0].partition(" ")[0]
    return f"{error} ({_NO_ANSWER[kind]})" if kind in _NO_ANSWER else error


class Command(Outcome[Delivery]):
    """A command that was given: `await` it, or `.result(timeout)`, for its `Delivery`; a refusal raises."""

    __slots__ = ()


def explained(run: Callable[[], Delivery]) -> Delivery:
    """Move what a refusal tells beyond the owner from its JSON into attributes."""
    try:
        return run()
    except RefusedError as error:
        data = json.loads(error.__dict__.pop("result", "") or "{}")
        error.allowed = tuple(data.get("refusal", {}).get("allowed", ()))
        raise


for _class in (Receipt, Delivery, Command):
    _class.__module__ = "lampjack"
