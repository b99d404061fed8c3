"""Leased work: what is to be done with a leased item or message, and what became of it, for the store and the log."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lampjack._conversation import Conversation
from lampjack._errors import HubClosedError, LampjackError, LeaseLostError
from lampjack._items import Item
from lampjack._log import log_event, place_of

__all__ = ["LeasedWork", "Work"]

# A store that is away for a moment must not cost the item its lease's five minutes.
_WAITS_TO_RECORD = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, slots=True)
class Work:
    """What to call, and what commands given meanwhile refer to."""

    call: Callable[[], Any]
    item: Item | None
    label: str
    conversation: Conversation


class LeasedWork:
    """How one kind of leases is prepared and settled; blocks."""

    failed_event: str
    log_keys: dict[str, Any]

    def _work(self, leased: Any) -> "Work | None":
        """Return what is to be done; None when there is nothing."""
        raise NotImplementedError

    def _give_back(self, leased: Any) -> None:
        """End the lease; it is due at once."""
        raise NotImplementedError

    def _settle(self, leased: Any, error: str | None) -> None:
        """End the lease with an outcome: None is success, and an error means that it comes again after a wait."""
        raise NotImplementedError

    def _prepared(self, leased: Any) -> "Work | None":
        """Return what is to be done; None when it is settled. A failure ends the lease as a failing handler does."""
        try:
            return self._work(leased)
        except (
            HubClosedError,
            LeaseLostError,
        ) as error:  # the lease has ended, or ends with the hub
            self._log_lease("prepare", error)
        except Exception as error:  # noqa: BLE001  nothing may keep the lease until it expires
            self._log_lease("prepare", error)
            self._record(leased, error)
        return None

    def _told(self, leased: Any, work: Work, failure: BaseException | None) -> None:
        if failure is not None:
            self._log_failure(work, failure)
        self._record(leased, failure)

    def _record(self, leased: Any, failure: BaseException | None) -> None:
        # The name alone: a message may quote what a person wrote.
        outcome = None if failure is None else type(failure).__name__
        for wait in (*_WAITS_TO_RECORD, None):
            try:
                self._settle(leased, outcome)
            except (
                HubClosedError,
                LeaseLostError,
            ):  # close() does not wait for handlers on threads
                log_event("handler.late", **self.log_keys)
                return
            except LampjackError as error:
                if wait is None or not error.retryable:
                    self._log_lease("record", error)
                    return
                time.sleep(wait)
            else:
                return

    def _log_failure(self, work: Work, failure: BaseException) -> None:
        # Neither message nor traceback text: both may quote what a person wrote.
        try:
            tag = work.conversation.tag
        except LampjackError:  # it takes a read, and the store may be unavailable
            tag = ""
        keys = self.log_keys | {"account": work.conversation.ref.partition(":")[0]}
        log_event(
            self.failed_event,
            **keys,
            conversation=tag,
            reason=type(failure).__name__,
            at=place_of(failure),
            trace=failure,
        )

    def _log_lease(self, work: str, error: Exception) -> None:
        reason = error if isinstance(error, LampjackError) else type(error).__name__
        log_event("lease.failed", **self.log_keys, work=work, reason=reason, trace=error)
