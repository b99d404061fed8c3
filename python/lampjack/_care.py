"""Care: what an operator asks of a hub: what is stuck, what was given up, whom to forget."""

import json
from typing import Any

from lampjack import _core
from lampjack._items import DeadItem, dead_items_from_json

__all__ = ["Care"]


class Care:
    """The part of `Hub` for operators."""

    @property
    def _native(self) -> _core.Hub:
        raise NotImplementedError

    def stuck(self) -> list[dict[str, Any]]:
        """Return the conversations that need a person, each with `why`. Blocks for reads.

        `return_fails`: the bot is not taken back; `mute_refused`: it cannot be silenced; `diverged`: it speaks, or is
        silent, against what was decided; `overdue`: a timer should have fired (does any process run timers?); `unsent`: a
        message should have left (does any process send?). `last_error` and `last_code` tell of its mute or return.
        """
        found: list[dict[str, Any]] = json.loads(self._native.stuck())
        return found

    def dead_letters(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """Return deliveries that were given up (`dead`) or wait for a person's word (`held`), oldest first. Blocks."""
        found: list[dict[str, Any]] = json.loads(self._native.dead_letters(limit))
        return found

    def export_dead_letters(self, *, limit: int = 100_000) -> str:
        """Return the same with what they carry, one JSON object a line: it holds what people said. Blocks.

        Where there are more than `limit`, the last line is `{"truncated":true}`.
        """
        return self._native.export_dead_letters(limit)

    def retry(self, delivery: str) -> None:
        """Send a dead or held delivery again. `StaleOwnerError` when it may not leave any more. Blocks."""
        self._native.retry_delivery(delivery)

    def discard(self, delivery: str) -> None:
        """Never send a dead or held delivery: it is `refused` from now on. Blocks."""
        self._native.discard_delivery(delivery)

    def dead_items(self, subscription: str, *, limit: int = 100) -> list[DeadItem]:
        """Return what a subscription has given up after its last try, oldest first. Blocks for a read."""
        return dead_items_from_json(self._native.dead_items(subscription, limit))

    def retry_item(self, dead: DeadItem) -> None:
        """Hand a dead item out again as if it were new; `NotFoundError` when somebody did so already."""
        self._native.settle_dead_item(dead.subscription, dead.item.ref, dead.item.seq, True)

    def discard_item(self, dead: DeadItem) -> None:
        """Forget a dead item; it stays in the transcript. `NotFoundError` when somebody did so already."""
        self._native.settle_dead_item(dead.subscription, dead.item.ref, dead.item.seq, False)

    def erase(
        self, account: str, user: str, *, force: bool = False, timeout: float = 15.0
    ) -> dict[str, Any]:
        """Remove all that is kept of an end user, and return what went. Blocks.

        A conversation that a human has goes back to its bot first: `HubTimeoutError` when the platform has not taken it
        back in time (call again, or with `force`). Its numbers stay, so that a later one goes on above them.
        """
        text = self._native.erase(account, user, force, int(timeout * 1000))
        found: dict[str, Any] = json.loads(text)
        return found
