"""A platform that refuses the account's credentials for a while, from Python."""

import logging
from collections.abc import Iterator

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform
from support.service_process import wait_until

REF = "shop:live:user-1"
REFUSED = (401, b'{"error":"token is revoked"}')


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as fake:
        yield fake


@pytest.fixture
def hub(fake: FakePlatform) -> Iterator[lj.Hub]:
    config = {
        "store": "memory:",
        "account": {"shop": fake.settings()},
        "allow_networks": fake.networks,
    }
    with lj.Hub(config) as hub:
        fake.send(hub, "shop", "message")
        yield hub


def statuses(hub: lj.Hub) -> list[str]:
    return [delivery.status for delivery in hub[REF].deliveries().result(5)]


def answer_of_first(hub: lj.Hub) -> str:
    return hub[REF].deliveries().result(5)[0].vendor_answer


def test_five_replies_wait_and_arrive_in_order(
    hub: lj.Hub, fake: FakePlatform, caplog: pytest.LogCaptureFixture
):
    fake.respond = [REFUSED]
    sent = [hub[REF].notify(f"line {number}").result(5) for number in range(5)]
    wait_until(lambda: statuses(hub) == ["paused"] * 5, "all are paused")
    (conversation,) = hub.stuck()
    assert list(conversation.why) == ["credentials"]
    assert hub.dead_letters() == []
    # The pause is known a moment before the delivery's own row is.
    wait_until(lambda: answer_of_first(hub) == REFUSED[1].decode(), "the answer is kept")
    hub.resume("shop")
    for delivery in sent:
        delivery.sent(timeout=20).result(25)
    texts = [request.body for request in fake.received]
    assert [f"line {number}".encode() in texts[number + 1] for number in range(5)] == [True] * 5
    assert statuses(hub) == ["sent"] * 5
    assert "revoked" not in caplog.text
    assert hub.stuck() == []


def test_the_log_says_it_once(hub: lj.Hub, fake: FakePlatform, caplog: pytest.LogCaptureFixture):
    fake.respond = [REFUSED, REFUSED]
    with caplog.at_level(logging.INFO):
        hub[REF].notify("hello").result(5)
        wait_until(lambda: statuses(hub) == ["paused"], "it is paused")

        def is_sent_after_a_probe() -> bool:
            hub.resume("shop")
            return statuses(hub) == ["sent"]

        wait_until(is_sent_after_a_probe, "it is sent")
    assert caplog.text.count("credentials.refused account=shop status=401") == 1
    wait_until(lambda: "credentials.accepted account=shop" in caplog.text, "the log tells")


def test_a_paused_delivery_may_be_discarded(hub: lj.Hub, fake: FakePlatform):
    fake.respond = [REFUSED]
    delivery = hub[REF].notify("hello").result(5)
    wait_until(lambda: statuses(hub) == ["paused"], "it is paused")
    hub.discard(delivery.id)
    assert statuses(hub) == ["refused"]
    with pytest.raises(lj.NotFoundError):
        hub.resume("nobody")
