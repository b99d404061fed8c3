"""ManualClock: a clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta

from lampjack import _core

__all__ = ["ManualClock"]


class ManualClock:
    """A clock for `Hub(…, clock=ManualClock())` that moves only when told to."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 10, tzinfo=UTC)) -> None:
        self._native = _core.ManualClock(int(start.timestamp() * 1000))

    def now(self) -> datetime:
        """Return the time it shows."""
        return datetime.fromtimestamp(self._native.now() / 1000, UTC)

    def advance(self, by: timedelta | float) -> None:
        """Move it forward, by a timedelta or by seconds."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        self._native.advance(int(seconds * 1000))


ManualClock.__module__ = "lampjack.testing"
