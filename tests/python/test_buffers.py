"""Bodies that are no bytes: any buffer counts as the bytes it has in memory, and one that has gaps is refused, never over-read."""

from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

PLATFORM = "chatlayer_offloading"
GOOD = sample(PLATFORM).arguments()
# A whole number of items of 8 bytes.
BODY = GOOD["body"] + b" " * (-len(GOOD["body"]) % 8)
MARKER = b"SECRET4711"


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    made = lj.Hub({"store": "memory:", "account": {"shop": sample_settings(PLATFORM)}})
    yield made
    made.close()


WHOLE: dict[str, Callable[[], Any]] = {
    "bytearray": lambda: bytearray(BODY),
    "memoryview": lambda: memoryview(BODY),
    "a part of a view": lambda: memoryview(MARKER + BODY + MARKER)[len(MARKER) : -len(MARKER)],
    "items of 4 bytes": lambda: array("I", BODY),
    "items of 8 bytes": lambda: memoryview(BODY).cast("Q"),
    "two dimensions": lambda: memoryview(BODY).cast("B", (len(BODY) // 8, 8)),
}
GAPS: dict[str, Callable[[], Any]] = {
    "backwards": lambda: memoryview(BODY)[::-1],
    "every second byte": lambda: memoryview(BODY + BODY)[::2],
    "wider items backwards": lambda: memoryview(array("I", BODY))[::-1],
}


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
async def test_a_buffer_is_the_bytes_it_has(hub: lj.Hub, make: Callable[[], Any]):
    given = {**GOOD, "body": make()}
    answer = hub.receive("shop", **given)
    assert (answer.status, answer.body) == (200, hub.receive("shop", **GOOD).body)
    assert (await hub.submit("shop", **given)).status == 200
    events = lj.parse(PLATFORM, make(), query=GOOD["query"])
    assert events == lj.parse(PLATFORM, BODY, query=GOOD["query"])
    assert lj.verify(PLATFORM, sample_settings(PLATFORM), **given)
    text = events[0].to_json().encode()
    text += b" " * (-len(text) % 8)
    assert lj.Event.from_json(array("I", text)) == events[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("make", GAPS.values(), ids=GAPS)
async def test_a_buffer_with_gaps_is_refused(hub: lj.Hub, make: Callable[[], Any]):
    given = {**GOOD, "body": make()}
    calls: tuple[Callable[[], Any], ...] = (
        lambda: hub.receive("shop", **given),
        lambda: lj.parse(PLATFORM, make()),
        lambda: lj.parse(PLATFORM, BODY, query=make()),
        lambda: lj.verify(PLATFORM, sample_settings(PLATFORM), **given),
        lambda: lj.Event.from_json(make()),
    )
    for call in calls:
        with pytest.raises(lj.ArgumentError, match="side by side"):
            call()
    with pytest.raises(lj.ArgumentError, match="body must be bytes that lie side by side"):
        await hub.submit("shop", **given)
    assert hub.stats().requests == 0, "no request was made of it"
