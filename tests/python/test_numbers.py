"""A number that Python cannot hold is kept as it stands, wherever what was accepted is read."""

import copy
import json
import logging
import pickle
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import lampjack as lj
from lampjack._items import dead_items_from_json, items_from_json
from lampjack._json import read_json
from lampjack._results import DeliveryState, results_from_json
from lampjack.testing import sample, sample_settings
from support.service_process import wait_until

LONG = "7" * 4301
HUGE = "1e999"
BOTH = f'{{"long":-{LONG},"list":[{HUGE},1.5,2]}}'
AS_READ = {"long": lj.Number(f"-{LONG}"), "list": [lj.Number(HUGE), 1.5, 2]}

EVENT = (
    '{"v":1,"id":"00112233445566778899aabbccddeeff","kind":"handover_requested","platform":"certainly",'
    '"conversation":{"account":"shop","mode":"live","id":"user-1"},'
    f'"actor":{{"role":"user","extra":{BOTH}}},'
    f'"content":[{{"type":"text","text":"words","extra":{BOTH}}},'
    f'{{"type":"location","latitude":{HUGE},"longitude":1.5}},'
    f'{{"type":"postback","title":"Yes","parameters":{BOTH}}},{{"type":"unknown","raw":{BOTH}}}],'
    f'"handover":{{"to":"agent","payload":{BOTH}}},"extra":{BOTH}}}'
)


@pytest.fixture(params=[0, 640, 4300], ids=lambda digits: f"limit {digits}")
def python_limit(request: pytest.FixtureRequest) -> Iterator[int]:
    """The host may have lifted or lowered Python's own limit."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(request.param)
    yield request.param
    sys.set_int_max_str_digits(before)


def test_each_accessor_of_an_event_reads_it(python_limit: int):
    event = lj.Event.from_json(EVENT)
    text, location, postback, unknown = event.content
    assert event.handover is not None
    assert event.extra == text.extra == event.actor.extra == AS_READ
    assert postback.parameters == unknown.raw == event.handover.payload == AS_READ
    assert (location.latitude, location.longitude) == (lj.Number(HUGE), 1.5)
    assert event.to_dict()["extra"] == AS_READ
    assert lj.as_text(event.content).startswith("words")


def test_what_is_written_is_the_number_again(python_limit: int):
    event = lj.Event.from_json(EVENT)
    assert event.to_json() == EVENT
    assert lj.Event.from_dict(event.to_dict()).to_json() == EVENT
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event
    for part in event.content:
        assert type(part).from_json(part.to_json()) == part
        assert type(part).from_dict(part.to_dict()) == part
        assert pickle.loads(pickle.dumps(part)) == part
    assert lj.Text("a", extra={"n": lj.Number(HUGE)}).to_json() == (
        f'{{"type":"text","text":"a","extra":{{"n":{HUGE}}}}}'
    )


def test_a_number_is_no_text():
    number = lj.Number(HUGE)
    assert number == lj.Number(HUGE)
    assert not number != lj.Number(HUGE)  # noqa: SIM202  it has an operator of its own
    assert number != HUGE
    assert HUGE != number  # noqa: SIM300  the other operand is asked first
    assert not number == HUGE  # noqa: SIM201
    assert lj.Text("a", extra={"n": number}) != lj.Text("a", extra={"n": HUGE})
    assert isinstance(number, str)
    assert Decimal(number) == Decimal("1e999")
    for copied in (pickle.loads(pickle.dumps(number)), copy.copy(number), copy.deepcopy(number)):
        assert type(copied) is lj.Number
        assert copied == number
    assert len({number, HUGE, lj.Number(HUGE)}) == 2


@pytest.mark.parametrize(
    "wrong", ["", "a", "01", "1.", ".5", "+1", "1e", " 1", "1\n", "NaN", "Infinity", "٣", 5, None]
)
def test_only_a_json_number_is_a_number(wrong: Any):
    with pytest.raises(lj.ArgumentError, match=r"^a Number must be the text of a JSON number$"):
        lj.Number(wrong)


def test_what_python_holds_stays_a_number_of_python():
    assert read_json("9" * 4300) == int("9" * 4300)
    assert read_json("-" + "9" * 4300) == -int("9" * 4300)
    assert type(read_json("12")) is int
    assert read_json("[1e308,-0.5,1e-999]") == [1e308, -0.5, 0.0]
    for text in ("NaN", "[Infinity]", "-Infinity"):
        with pytest.raises(ValueError, match="no JSON"):
            read_json(text)


def test_the_time_for_digits_does_not_grow_with_their_square():
    """Python would take minutes for them where the host has lifted its limit."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        digits = "7" * 8_000_000
        assert type(read_json(digits)) is lj.Number
        assert type(read_json(f"[{digits},{digits}e5]")[1]) is lj.Number
        event = lj.Event.from_json(EVENT.replace(LONG, digits[:1_000_000], 1))
        assert len(event.actor.extra["long"]) == len("-") + 1_000_000
    finally:
        sys.set_int_max_str_digits(before)


# ---- Through a hub ----


def body_with(value: str) -> dict[str, Any]:
    """A request for a human with a member that no vendor page names."""
    request = sample("chatlayer_offloading", "handover_requested", user="user-1", text="words")
    arguments = request.arguments()
    body = json.loads(request.body)
    body["newMember"] = "THE NUMBER"
    return {**arguments, "body": json.dumps(body).replace('"THE NUMBER"', value).encode()}


@pytest.fixture
def hub(store: str) -> Iterator[lj.Hub]:
    accounts = {name: sample_settings("chatlayer_offloading") for name in ("shop", "other")}
    config = {"store": store, "account": accounts, "item_tries": 1}
    with lj.Hub(config) as hub:
        hub.decide("shop")(lambda request: lj.Accept())
        hub.decide("other")(lambda request: lj.Accept())
        yield hub


@pytest.mark.parametrize("value", [LONG, f"-{LONG}", HUGE, f"[{HUGE},{{}}]"])
def test_an_item_that_holds_one_is_read_handled_and_listed_when_dead(hub: lj.Hub, value: str):
    read: list[dict[str, Any]] = []

    @hub.on(lj.HandoverRequested, name="desk")
    def fails(item: lj.Item, conv: lj.Conversation) -> None:
        read.append(item.event.to_dict())
        raise RuntimeError

    assert hub.receive("shop", **body_with(value)).status == 200
    assert hub.receive("other", **body_with("5")).status == 200
    wait_until(lambda: len(hub.dead_items("desk")) == 2, "both items are dead")
    dead = hub.dead_items("desk")
    assert len(read) == 2
    assert sorted(one.item.account for one in dead) == ["other", "shop"]
    (first,) = [one for one in dead if one.item.account == "shop"]
    items = hub["shop:live:user-1"].transcript().result(10)
    (line,) = [item for item in items if item.seq == first.item.seq]
    assert line.event == first.item.event
    assert value.encode() in line.event.to_json().encode()
    assert lj.Event.from_dict(line.event.to_dict()) == line.event
    assert lj.as_text(line.event.content) is not None


def test_an_element_that_cannot_be_read_hides_no_other(caplog: pytest.LogCaptureFixture):
    def dead(seq: int, event: str) -> str:
        return (
            f'{{"subscription":"desk","reason":"ValueError","died_at":"2026-01-05T10:00:00.000Z","item":{{"id":"a-{seq}",'
            f'"seq":{seq},"epoch":2,"episode":0,"state":"bot","to":"desk","flags":[],"ref":"shop:live:user-1",'
            f'"account":"shop","received_at":"2026-01-05T10:00:00.000Z","event":{event}}}}}'
        )

    events = [EVENT, '{"v":1,"kind":"a kind of tomorrow","secret":"words"}', EVENT]
    elements = [dead(seq, event) for seq, event in enumerate(events, 1)]
    with caplog.at_level(logging.INFO, "lampjack"):
        read = dead_items_from_json("[" + ",".join(elements) + "]")
    assert [one.item.seq for one in read] == [1, 3]
    (line,) = caplog.messages
    assert line.startswith(
        "element.unreadable type=DeadItem subscription=desk account=shop seq=2 reason="
    )
    assert "words" not in line
    assert "user-1" not in line
    caplog.clear()
    with caplog.at_level(logging.INFO, "lampjack"):
        assert items_from_json('[{"account":"shop","seq":7,"event":{}}]') == []
        assert results_from_json(DeliveryState, '[{"id":5},{"id":6}]') == []
    assert [line.partition(" reason=")[0] for line in caplog.messages] == [
        "element.unreadable type=Item account=shop seq=7",
        "element.unreadable type=DeliveryState",
        "element.unreadable type=DeliveryState",
    ]
