"""What the demo prints and counts."""

import time
from typing import Any

__all__ = ["Timeline"]


class Timeline:
    """Prints one line for each thing that happens, and keeps the numbers of the summary."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.numbers: dict[str, int] = {}
        self.expected: dict[str, int] = {}

    def say(self, platform: str, who: str, what: str) -> None:
        """Print one line."""
        seconds = time.monotonic() - self._start
        print(f"  {seconds:6.2f}s  {platform:<12} {who:<22} {what}", flush=True)

    def count(self, name: str, number: int, expected: int) -> None:
        """Note a number and what it must be."""
        self.numbers[name] = number
        self.expected[name] = expected

    def wrong(self) -> list[str]:
        """Return the numbers that are not what they must be."""
        return [
            f"{name}: {self.numbers.get(name)} instead of {expected}"
            for name, expected in self.expected.items()
            if self.numbers.get(name) != expected
        ]

    def summary(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "numbers": self.numbers,
            "expected": self.expected,
            "wrong": self.wrong(),
            "seconds": round(time.monotonic() - self._start, 3),
        }
