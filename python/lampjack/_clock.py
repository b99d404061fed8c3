"""ManualClock: a clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta

from lampjack import _core
from lampjack._errors import ArgumentError
from lampjack._given import as_milliseconds

__all__ = ["ManualClock", "native_clock"]


class ManualClock:
    """A clock for `Hub(…, clock=ManualClock())` that moves only when told to."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 10, tzinfo=UTC)) -> None:
        if not isinstance(start, datetime):
            raise ArgumentError(f"start must be a datetime, not {type(start).__name__}")
        self._native = _core.ManualClock(int(start.timestamp() * 1000))

    def now(self) -> datetime:
        """Return the time it shows."""
        return datetime.fromtimestamp(self._native.now() / 1000, UTC)

    def advance(self, by: timedelta | float) -> None:
        """Move it forward, by a timedelta or by seconds."""
        self._native.advance(as_milliseconds(by, "by"))


def native_clock(clock: ManualClock | None) -> "_core.ManualClock | None":
    """Return the core's clock; None is the system's."""
    if clock is not None and not isinstance(clock, ManualClock):
        raise ArgumentError(f"clock must be a ManualClock, not {type(clock).__name__}")
    return None if clock is None else clock._native


ManualClock.__module__ = "lampjack.testing"
