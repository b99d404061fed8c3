"""Deliveries that were given up or are held, and what a person decides about them, from Python."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample
from support.service_process import wait_until

REF = "shop:live:user-1"


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as fake:
        yield fake


@pytest.fixture
def hub(fake: FakePlatform) -> Iterator[lj.Hub]:
    config = {
        "store": "memory:",
        "account": {"shop": fake.settings(t_answer=20_000, on_unknown="hold")},
        "allow_networks": fake.networks,
        "retry_base_ms": 10,
    }
    hub = lj.Hub(config)
    hub.decide("shop")(lambda request: lj.Accept(mute=True))
    fake.send(hub, "shop", "handover_requested")
    yield hub
    hub.close()


def refused(hub: lj.Hub, fake: FakePlatform) -> str:
    """A reply that the platform refuses for good."""
    fake.respond.append((422, b"{}"))
    delivery = hub[REF].reply("Hello", agent="dana").result(5)
    with pytest.raises(lj.NetworkError):
        delivery.sent(timeout=20).result(25)
    assert delivery.id
    return delivery.id


def test_they_are_listed_without_what_they_carry_and_exported_with_it(
    hub: lj.Hub, fake: FakePlatform
):
    dead = refused(hub, fake)
    (letter,) = hub.dead_letters()
    assert (letter.id, letter.ref, letter.status) == (dead, REF, "dead")
    assert (letter.last_code, letter.last_error, letter.attempts) == (422, "status 422", 1)
    assert "event" not in letter.to_dict()
    (line,) = hub.export_dead_letters().splitlines()
    exported = json.loads(line)
    assert exported["event"]["content"] == [{"type": "text", "text": "Hello"}]
    assert hub.dead_letters(limit=0) == []


def test_the_log_warns_of_one_without_saying_whose_it_is(
    hub: lj.Hub, fake: FakePlatform, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "lampjack"):
        dead = refused(hub, fake)
        wait_until(lambda: dead in caplog.text, "the warning")
    (warning,) = [line for line in caplog.records if dead in line.getMessage()]
    assert warning.levelname == "WARNING"
    assert re.fullmatch(
        rf"delivery\.dead account=shop conversation=\w{{12}} delivery={dead} action=reply reason=status_422 attempts=1",
        warning.getMessage(),
    )
    assert "Hello" not in caplog.text
    assert "user-1" not in caplog.text


def test_all_have_the_same_keys(hub: lj.Hub, fake: FakePlatform):
    answered = refused(hub, fake)
    fake.respond = [ConnectionError]  # on_unknown = "hold"
    silent = hub[REF].reply("Hello?", agent="dana").result(5)
    wait_until(lambda: len(hub.dead_letters()) == 2, "the second one")
    first, second = (json.loads(line) for line in hub.export_dead_letters().splitlines())
    assert (first["id"], second["id"]) == (answered, silent.id)
    # When it ended and was held are the same member.
    assert set(first) == set(second)
    assert (first["last_code"], second["last_code"]) == (422, None)
    assert (first["vendor_answer"], second["vendor_answer"]) == ("{}", None)
    letter = hub.dead_letters()[1]
    assert (letter.last_code, letter.vendor_answer) == (None, "")
    with pytest.warns(PendingDeprecationWarning):
        assert letter["last_code"] is None


def test_a_return_of_a_bot_that_is_active_does_no_harm(hub: lj.Hub, fake: FakePlatform):
    hub[REF].take("dana").result(5)
    fake.respond = [422]
    hub[REF].release(agent="dana").result(5)
    wait_until(lambda: bool(hub.dead_letters()), "the return is refused")
    [dead] = hub.dead_letters()
    assert dead.action == "unmute"
    the_bot_speaks(hub)
    before = hub[REF].state().result(5)
    assert (before.state, before.muted) == ("bot", "no")
    hub.retry(dead.id)
    wait_until(lambda: hub_says(hub, dead.id) == "sent", "the call is made again")
    after = hub[REF].state().result(5)
    assert (after.state, after.epoch, after.owner) == (before.state, before.epoch, before.owner)


def the_bot_speaks(hub: lj.Hub) -> None:
    request = sample("chatlayer_offloading", number=9)
    body = json.loads(request.body)
    said = {"actor": "bot", "timestamp": body["timestamp"], "message": {"text": "I am back"}}
    changed = replace(request, body=json.dumps({**body, "messages": [said]}).encode())
    assert hub.receive("shop", **changed.arguments()).status == 200


def hub_says(hub: lj.Hub, delivery: str) -> str:
    [found] = [one for one in hub[REF].deliveries().result(5) if one.id == delivery]
    return found.status


def test_one_is_sent_again(hub: lj.Hub, fake: FakePlatform):
    dead = refused(hub, fake)
    hub.retry(dead)
    assert "Hello" in fake.wait(2)[1].body.decode()
    keys = [request.headers["Idempotency-Key"] for request in fake.received]
    assert keys == [dead, dead]


def test_one_is_thrown_away(hub: lj.Hub, fake: FakePlatform):
    dead = refused(hub, fake)
    hub.discard(dead)
    assert hub.dead_letters() == []
    with pytest.raises(lj.UnsupportedError):
        hub.retry(dead)
    with pytest.raises(lj.NotFoundError):
        hub.discard("nobody")


def test_one_whose_conversation_changed_hands_never_leaves(hub: lj.Hub, fake: FakePlatform):
    dead = refused(hub, fake)
    hub[REF].take("lee", force=True).result(5)
    with pytest.raises(lj.StaleOwnerError):
        hub.retry(dead)
    assert len(fake.received) == 1


def test_a_breaker_is_counted_in_the_statistics():
    with FakePlatform("chatlayer_offloading") as fake:
        config = {
            "store": "memory:",
            "account": {"shop": fake.settings()},
            "allow_networks": fake.networks,
            "breaker_failures": 1,
        }
        hub = lj.Hub(config)
        hub.decide("shop")(lambda request: lj.Accept(mute=True))
        fake.send(hub, "shop", "handover_requested")
        assert hub.stats().breaker_opened == 0
        fake.respond.append((503, b"{}"))
        hub[REF].reply("Hello", agent="dana").result(5)
        wait_until(lambda: hub.stats().breaker_opened, "the breaker opens")
        assert hub.stats().breaker_opened == 1
        hub.close()
    with pytest.raises(lj.ConfigError, match="breaker_failures"):
        lj.Hub({"store": "memory:", "breaker_failure": 1})
