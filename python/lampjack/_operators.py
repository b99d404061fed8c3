"""What operators ask of a hub: conversations, subscriptions, and what was given up. A hub sees its own accounts."""

import json
from collections.abc import Sequence

from lampjack._errors import ArgumentError
from lampjack._items import DeadItem, dead_items_from_json, place_of_dead
from lampjack._results import ConversationState, DeliveryState, results_from_json
from lampjack._runtime import Runtime
from lampjack._stuck import StuckAccount, StuckConversation, stuck_from_json
from lampjack._traces import Subscription, Trace

__all__ = ["Operators"]


def _names(accounts: Sequence[str] | None) -> str:
    """Return the names as the core takes them: "" for all of the hub's."""
    if accounts is None:
        return ""
    wrong = ArgumentError("accounts is a list of names, not a text")
    try:
        names = [*accounts]
    except TypeError:
        raise wrong from None
    if isinstance(accounts, str) or not all(isinstance(name, str) for name in names):
        raise wrong
    return json.dumps(names)


class Operators:
    """The part of a hub that lists what it keeps, and settles what was given up.

    A hub sees its own accounts: what a store holds of others is not there (`NotFoundError`). `accounts` narrows a list to
    some of them, before its limit: `ArgumentError` for one that the hub does not have.
    """

    _runtime: Runtime

    def conversations(
        self,
        state: str = "",
        *,
        limit: int = 100,
        unattributed: bool = False,
        accounts: Sequence[str] | None = None,
    ) -> list[ConversationState]:
        """Return conversations, newest first; `state` (`agent`, …) narrows them. Blocks for a read of the store.

        With `unattributed` return instead what belongs to no conversation: an entry for each account that has any, whose
        `ref` is `account:live:~unattributed`. `hub[ref].transcript()` tells its items; its state and owner mean nothing.
        """
        native, names = self._runtime.native, _names(accounts)
        if unattributed and state:
            raise ArgumentError("what belongs to no conversation has no state")
        text = (
            native.unattributed(names)
            if unattributed
            else native.conversations(state, limit, names)
        )
        return results_from_json(ConversationState, text)

    def stuck(
        self, *, accounts: Sequence[str] | None = None
    ) -> list[StuckConversation | StuckAccount]:
        """Return the conversations that need a person, each with `why`. Blocks for reads.

        `return_fails`: the bot is not taken back; `mute_refused`: it cannot be silenced; `diverged`: it speaks, or is
        silent, against what was decided; `overdue`: a timer should have fired (does any process run timers?); `unsent`: a
        message should have left (does any process send?); `credentials`: the platform refuses them; `address`: the platform
        has not told where to call it; `handler`: a handler of this process has worked on it for a minute or more,
        or works on although its lease has ended (`subscription`, `since`). `last_error` and `last_code` tell of its mute or return.

        Behind them stands a `StuckAccount` (`no_hub`) for each account of the store with work that no live hub has; not
        with `accounts`.
        """
        return stuck_from_json(self._runtime.native.stuck(_names(accounts)))

    def why(self, ref: str, seq: int | None = None, *, limit: int = 10) -> Trace:
        """Return what became of a line of a conversation, or of its newest lines, and why. Blocks for reads.

        Received, recorded, offered to subscriptions, handled, sent; it holds nothing that was said. `NotFoundError` when
        there is no such conversation or line.
        """
        return Trace.from_json(self._runtime.native.why(ref, seq or 0, limit))

    def subscriptions(self, *, accounts: Sequence[str] | None = None) -> list[Subscription]:
        """Return all subscriptions of the store by name, with what waits of the hub's accounts. Blocks for reads."""
        text = self._runtime.native.subscriptions(_names(accounts))
        return results_from_json(Subscription, text)

    def drop_subscription(self, name: str) -> None:
        """Remove a subscription with all that waits for it. Blocks.

        `UnsupportedError` while a live process has it, and while items of accounts that this hub does not have wait for it.
        """
        self._runtime.native.drop_subscription(name)

    def dead_letters(
        self, *, limit: int = 100, accounts: Sequence[str] | None = None
    ) -> list[DeliveryState]:
        """Return deliveries that were given up (`dead`) or wait for a person's word (`held`), oldest first. Blocks."""
        text = self._runtime.native.dead_letters(limit, _names(accounts))
        return results_from_json(DeliveryState, text)

    def export_dead_letters(
        self, *, limit: int = 100_000, accounts: Sequence[str] | None = None
    ) -> str:
        """Return the same with what they carry, one JSON object a line: it holds what people said. Blocks.

        Where there are more than `limit`, the last line is `{"truncated":true}`.
        """
        return self._runtime.native.export_dead_letters(limit, _names(accounts))

    def retry(self, delivery: str) -> None:
        """Send a dead or held delivery again; try a paused one now. `StaleOwnerError` when it may not leave any more. Blocks.

        A return is also sent again when the bot is active already: it stays active, and the delivery becomes `sent`.
        """
        self._runtime.native.retry_delivery(delivery)

    def discard(self, delivery: str) -> None:
        """Never send a dead, held or paused delivery: it is `refused` from now on. Blocks."""
        self._runtime.native.discard_delivery(delivery)

    def resume(self, account: str) -> None:
        """Try now what is `paused` because the platform refuses the account's credentials. Blocks.

        Call it after the credentials are corrected at the platform. Lampjack also tries by itself, every 30 seconds to
        5 minutes; a hub that is opened with other credentials sends at once.
        """
        self._runtime.native.resume(account)

    def dead_items(
        self, subscription: str, *, limit: int = 100, accounts: Sequence[str] | None = None
    ) -> list[DeadItem]:
        """Return what a subscription has given up after its last try, oldest first. Blocks for a read."""
        text = self._runtime.native.dead_items(subscription, limit, _names(accounts))
        return dead_items_from_json(text)

    def retry_item(self, dead: DeadItem) -> None:
        """Hand a dead item out again as if it were new; `NotFoundError` when somebody did so already."""
        self._runtime.native.settle_dead_item(*place_of_dead(dead), True)

    def discard_item(self, dead: DeadItem) -> None:
        """Forget a dead item; it stays in the transcript. `NotFoundError` when somebody did so already."""
        self._runtime.native.settle_dead_item(*place_of_dead(dead), False)
