"""What a fake platform answers: statuses, bodies, connections that end; and nothing that a test did not ask for."""

from collections.abc import Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as platform:
        yield platform


@pytest.fixture
def conv(fake: FakePlatform) -> Iterator[lj.Conversation]:
    config = {
        "store": "memory:",
        "allow_networks": fake.networks,
        "retry_base_ms": 10,
        "total_ms": 300,
        "account": {"shop": fake.settings()},
    }
    with lj.Hub(config) as hub:
        fake.send(hub, "shop")
        yield hub["shop:live:user-1"]


def tried(conv: lj.Conversation, fake: FakePlatform) -> lj.DeliveryState:
    """Return the delivery as it stands after the first of two calls."""
    conv.notify("hello").result(5).sent(10).result(11)
    assert len(fake.wait(2)) == 2
    [first] = [
        item.event.details
        for item in conv.transcript().result(5)
        if isinstance(item.event, lj.DeliveryChanged)
    ]
    return first


@pytest.mark.parametrize(
    "response",
    [503, (503, b"{}"), (503, b""), ConnectionError, ConnectionResetError("gone"), TimeoutError],
    ids=["status", "status and body", "no body", "class", "exception", "timeout"],
)
def test_each_kind_of_response_is_tried_again_and_then_sent(
    fake: FakePlatform, conv: lj.Conversation, response: Any
):
    fake.respond = [response]
    assert tried(conv, fake).attempts == 2
    assert not fake.respond, "each is used once"


def test_a_status_is_an_answer_and_no_broken_connection(fake: FakePlatform, conv: lj.Conversation):
    fake.respond = [422]
    delivery = conv.notify("hello").result(5)
    with pytest.raises(lj.NetworkError, match="status 422"):
        delivery.sent(10).result(11)
    assert delivery.status().result(5).last_code == 422


@pytest.mark.parametrize("wrong", ["503", (503,), (503, "{}"), 42, 100, None, object], ids=repr)
def test_what_is_no_response_is_refused_at_once(fake: FakePlatform, wrong: Any):
    fake.respond = [503]
    with pytest.raises(TypeError, match=r"statuses, \(status, bytes\) or exceptions"):
        fake.respond = [200, wrong]
    assert fake.respond == [503], "what was there stays"


def test_what_is_no_response_fails_the_test_that_appended_it():
    with pytest.raises(TypeError, match="statuses"):
        misuse_a_platform()


def misuse_a_platform() -> None:
    with FakePlatform("chatlayer_offloading") as fake:
        fake.respond.append("503")  # type: ignore[arg-type]
        account = fake.settings()
        config = {"store": "memory:", "allow_networks": fake.networks, "account": {"shop": account}}
        with lj.Hub(config) as hub:
            fake.send(hub, "shop")
            hub["shop:live:user-1"].notify("hello").result(5)
            fake.wait(1)
