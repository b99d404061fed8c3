"""What a hub does for one person whose words it keeps: telling them, and erasing them."""

from lampjack._given import as_milliseconds
from lampjack._results import Erasure
from lampjack._runtime import Runtime

__all__ = ["Privacy"]


class Privacy:
    """The part of a hub that answers the requests of end users about their data."""

    _runtime: Runtime

    def export(self, account: str, user: str) -> str:
        """Return all that is kept of an end user, one JSON object a line; "" when nothing is. Blocks for reads.

        Every conversation of that user's id, live and test, but one whose user is known by another id; its items (messages, commands and facts); its deliveries with
        what they carry. The text holds what people said: it is for the person who asks for it. `NotFoundError` for an
        unknown account.
        """
        return self._runtime.native.export(account, user)

    def erase(
        self, account: str, user: str, *, force: bool = False, timeout: float = 15.0
    ) -> Erasure:
        """Remove all that is kept of an end user, and return what went: every conversation of that user's id. Blocks.

        A conversation that a human has goes back to its bot first: `HubTimeoutError` when the platform has not taken it
        back in time (call again, or with `force`). Its numbers stay, so that a later one goes on above them. The result's
        `log` says where what was erased can still be read.
        """
        return Erasure.from_json(
            self._runtime.native.erase(account, user, force, as_milliseconds(timeout, "timeout"))
        )
