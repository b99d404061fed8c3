"""What the stories about whole services share: the place they happen at, and how they end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lampjack as lj
from support.damage import Damage, look_for_damage
from support.service_process import Place, wait_until
from support.traffic import HoldingPlatform, Said

HELD_REPLY = "hold this reply"
HELD_MS = 600_000  # what a busy machine may take until the platform lets go of it, ten times over


@contextmanager
def desk(
    folder: Path, store: str, total_ms: int = 60_000
) -> Iterator[tuple[Place, HoldingPlatform]]:
    with HoldingPlatform("chatlayer_offloading", HELD_REPLY, HELD_MS / 1000) as platform:
        try:
            yield Place(folder, store, platform, total_ms), platform
        finally:
            platform.release.set()


def finish(place: Place, platform: HoldingPlatform, said: dict[str, Said]) -> None:
    """Wait until all is done that was promised."""
    messages = {text for spoken in said.values() for text in spoken.messages}
    replies = {text for spoken in said.values() for text in spoken.replies}
    wait_until(
        lambda: messages <= {line["text"] for line in place.ledger("handled")}, "all handled"
    )
    wait_until(lambda: replies <= platform.texts(), "all sent")


def damage_of(place: Place, platform: HoldingPlatform, said: dict[str, Said]) -> Damage:
    with lj.Hub.from_file(place.config, background=False) as hub:
        return look_for_damage(hub, place, platform.received, said)
