"""Consumer group: all consumers of a hub, which start, drain and end together."""

import asyncio
import threading
import time

from lampjack._consumers import Consumer
from lampjack._errors import ArgumentError
from lampjack._log import log_event
from lampjack._runtime import Runtime

__all__ = ["ConsumerGroup"]


class ConsumerGroup:
    """The consumers by what they are registered for. Those that are added after the start begin at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self.by_key: dict[str, Consumer] = {}
        self.is_started = False
        self.is_cancelled = False
        self._told: set[str] = set()  # accounts

    def add(self, key: str, consumer: Consumer) -> None:
        """Add one; `ArgumentError` when there is one for this key."""
        with self._lock:
            if key in self.by_key:
                raise ArgumentError(f"there is a function for {consumer.label} already")
            self.by_key[key] = consumer
            is_started = self.is_started  # else start() takes it
        if not is_started:
            return
        try:
            _start([consumer])
        except BaseException:
            del self.by_key[key]
            raise

    def start(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Start all of them, or none; coroutines run on `loop`, if there is one. Twice is a no-op."""
        with self._lock:
            was_started, self.is_started = self.is_started, True
            consumers = list(self.by_key.values())
        before = self._runtime.use_loop(loop)
        if was_started:
            return
        try:
            _start(consumers)
        except BaseException:
            self.is_started = False
            self._runtime.set_loop(before)
            raise

    def note_request(self, account: str) -> None:
        """Log, once for an account, that requests come and nothing that is registered was started."""
        if self.is_started or not self.by_key or account in self._told:
            return
        self._told.add(account)
        log_event("hub.not_started", account=account)

    def stop(self) -> None:
        """Lease nothing more."""
        for consumer in list(self.by_key.values()):
            consumer.stop()

    def join(self, timeout: float) -> bool:
        """Wait until all handlers have ended; False when some run on after `timeout` seconds, or are cancelled."""
        deadline = time.monotonic() + timeout
        return not self.is_started or all(
            consumer.join(max(0.0, deadline - time.monotonic()))
            for consumer in list(self.by_key.values())
        )

    def cancel(self, timeout: float) -> None:
        """Give back what no handler has begun, and cancel coroutines; wait up to `timeout` seconds for their end."""
        self.is_cancelled = True
        consumers = list(self.by_key.values())
        for consumer in consumers:
            consumer.cancel()
        deadline = time.monotonic() + timeout
        for consumer in consumers:
            consumer.join_cancelled(max(0.0, deadline - time.monotonic()))

    def busy(self) -> int:
        """Return how many handlers are at work."""
        return sum(consumer.busy for consumer in list(self.by_key.values()))


def _start(consumers: list[Consumer]) -> None:
    """Start all or none: the store hears of each before the first one leases."""
    for consumer in consumers:
        consumer.declare()
    try:
        for consumer in consumers:
            consumer.start()
    except BaseException:
        for consumer in consumers:
            consumer.halt()
        raise
