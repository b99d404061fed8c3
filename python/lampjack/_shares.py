"""Shares: places for the work of all accounts, of which no account gets more than its share; and threads in place of hung ones."""

import threading
from collections import Counter

__all__ = ["Shares", "Spares"]


class Shares:
    """So many places, at most `each` of them for one account. Whatever is free within these bounds may be taken at once."""

    def __init__(self, places: int, each: int) -> None:
        self._each = each
        self._free = threading.Semaphore(places)
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def reserve(self, timeout: float = 0.0) -> bool:
        """Take a place for an account that is known later: `give()` or `cancel()` it. False when none is free in time."""
        return self._free.acquire(timeout=timeout)

    def cancel(self) -> None:
        """Free a reserved place."""
        self._free.release()

    def give(self, account: str) -> bool:
        """Give the reserved place to an account. False when its share is taken: the place stays reserved."""
        with self._lock:
            if self._taken[account] >= self._each:
                return False
            self._taken[account] += 1
            return True

    def take(self, account: str) -> bool:
        """Take a place for an account, if it may have one now."""
        if not self.reserve():
            return False
        if self.give(account):
            return True
        self.cancel()
        return False

    def release(self, account: str) -> bool:
        """Free a place; whether the account had its whole share, so that work of it may have been passed over."""
        with self._lock:
            had_all = self._taken[account] >= self._each
            self._taken[account] -= 1
            if not self._taken[account]:
                del self._taken[account]
        self._free.release()
        return had_all

    def full(self) -> list[str]:
        """Return the accounts whose share is taken."""
        with self._lock:
            return [account for account, taken in self._taken.items() if taken >= self._each]


class Spares:
    """Threads that may take the place of threads that hang. Nothing ends a thread, so they are few in the life of a hub."""

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self._each = each
        self._lock = threading.Lock()
        self._left = most
        self._taken: Counter[str] = Counter()

    def take(self, account: str) -> int | None:
        """Take one for good; how many are left, or None when the account may have no more."""
        with self._lock:
            if not self._left or self._taken[account] >= self._each:
                return None
            self._left -= 1
            self._taken[account] += 1
            return self._left
