"""What the tests of findings need that must also run on the release in which the findings were made."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lampjack as lj
from lampjack.testing import FakePlatform

PATIENCE = 20.0  # seconds; a finding that stands costs as much


class FindingStands(AssertionError):
    """The finding holds for the release that is tested."""


def mended(finding: str, is_mended: object, *seen: object) -> None:
    """Fail as that finding, and with nothing else, when it stands."""
    if not is_mended:
        raise FindingStands(f"{finding} stands: {', '.join(map(repr, seen))}")


def comes(condition: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def get(result: Any, name: str, default: Any = None) -> Any:
    """Return a member of what was a dict in release 13949c8."""
    if isinstance(result, dict):
        return result.get(name, default)
    return getattr(result, name, default)


class Lines:
    """The messages that a subscription was given, in order."""

    def __init__(self) -> None:
        self.items: list[lj.Item] = []
        self._lock = threading.Lock()

    def __call__(self, item: lj.Item, conv: lj.Conversation) -> None:
        with self._lock:
            self.items.append(item)

    @property
    def texts(self) -> list[str]:
        with self._lock:
            items = list(self.items)
        return [lj.as_text(one.event.content) for one in items if isinstance(one.event, lj.Message)]

    def have(self, *texts: str) -> bool:
        """Whether these come, and nothing else does before the last of them."""
        comes(lambda: texts[-1] in self.texts)
        return self.texts == list(texts)


@contextmanager
def desk_of(
    fake: FakePlatform,
    store: str = "memory:",
    decision: object = None,
    **settings: Any,
) -> Iterator[tuple[lj.Hub, Lines]]:
    """A hub with one account `a` at that platform, and a desk that reads what the user says."""
    account = fake.settings(t_answer=20_000, **settings)
    hub = lj.Hub({"store": store, "allow_networks": fake.networks, "account": {"a": account}})
    lines = Lines()
    hub.on(lj.Message, to="desk", name="desk")(lines)
    if decision:
        hub.decide("a")(lambda request: decision)
    with hub:
        yield hub, lines
